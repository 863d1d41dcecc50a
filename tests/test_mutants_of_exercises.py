"""The checks of the judge, the probe and the deriver catch planted bugs, too."""

import inspect
import shutil
from itertools import product

import mutants_of_exercises
import pytest
import test_checking
import test_exercises
import test_judging
from planting import plant

from dlcourse.exercises import derive, judge, probe

LECTURE = "01-neurons"
MUTANTS = {
    judge: mutants_of_exercises.JUDGE,
    probe: mutants_of_exercises.PROBE,
    derive: mutants_of_exercises.DERIVE,
}
JUDGED = [
    test_checking.test_a_wrong_answer_gets_the_smallest_case_and_what_is_wrong_with_it,
    test_checking.test_it_says_what_is_special_about_the_smallest_case,
    test_checking.test_a_known_mistake_draws_its_hint_and_others_none,
    test_checking.test_what_is_not_written_is_not_attempted,
    test_checking.test_a_list_of_numbers_is_as_good_as_a_tuple,
    test_checking.test_cases_of_a_task_without_arguments,
    test_checking.test_a_right_value_may_overflow_on_its_way,
    *(check for name, check in vars(test_judging).items() if name.startswith("test_")),
]
DERIVED = [
    test_checking.test_a_solution_becomes_the_stub_of_nbgrader,
    test_checking.test_marks_come_in_pairs,
    test_checking.test_exercises_have_no_outputs_and_the_seed_of_their_learner,
    test_exercises.test_deriving_again_changes_nothing,
    test_exercises.test_cells_can_be_copied_and_saved_by_jupyterlab,
    test_exercises.test_what_is_wrong_with_copied_cells_is_said_with_what_to_do,
    test_exercises.test_an_answer_needs_its_marks_and_its_text_a_name,
    test_exercises.test_exercises_can_be_derived_with_a_seed_of_their_own,
    test_exercises.test_the_course_s_own_solutions_are_tidied_as_exercises_are_derived,
]
CHECKS = {judge: JUDGED, probe: JUDGED, derive: DERIVED}
"""What notices a mistake in each module: tests of their own, run again on what was changed."""

pytestmark = test_exercises.pytestmark  # without solutions there is nothing to derive


def calls_of(check):
    """The arguments of every case of a test; of lectures, one."""
    marks = [mark for mark in getattr(check, "pytestmark", []) if mark.name == "parametrize"]
    for values in product(*(mark.args[1] for mark in marks)):
        arguments = {}
        for mark, value in zip(marks, values, strict=True):
            names = [mark.args[0]] if isinstance(mark.args[0], str) else mark.args[0]
            arguments |= dict(zip(names, value if len(names) > 1 else (value,), strict=True))
        if arguments.get("lecture", LECTURE) == LECTURE:
            yield arguments


def passes(checks, tmp_path):
    """Whether all checks pass: it ends at the first that does not."""
    for check in checks:
        for number, arguments in enumerate(calls_of(check)):
            own = tmp_path / f"{check.__name__}-{number}"
            own.mkdir()
            with pytest.MonkeyPatch.context() as patch:
                fixtures = {"tmp_path": own, "monkeypatch": patch}
                wanted = fixtures.keys() & inspect.signature(check).parameters.keys()
                try:
                    check(**arguments, **{name: fixtures[name] for name in wanted})
                except (NameError, SyntaxError):
                    raise  # here the mutant itself is wrong
                except (Exception, pytest.fail.Exception):
                    return False
    return True


@pytest.fixture(autouse=True)
def own_course(tmp_path, monkeypatch):
    """A course of one lecture and no progress, for no mutant shall write into the real one."""
    solutions = tmp_path / "course" / "solutions"
    solutions.mkdir(parents=True)
    shutil.copy(derive.solutions_folder() / f"{LECTURE}.ipynb", solutions)
    monkeypatch.setattr(derive, "course_root", lambda: tmp_path / "course")
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(tmp_path / "progress.json"))
    judge.answer_key.cache_clear()
    yield
    monkeypatch.undo()
    judge.answer_key.cache_clear()  # it holds what the mutant made


@pytest.mark.parametrize("module", MUTANTS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_checks_pass_without_mutants(module, tmp_path):
    assert passes(CHECKS[module], tmp_path)


@pytest.mark.parametrize("module", MUTANTS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_function_has_mutants(module):
    own = {
        name for name, f in vars(module).items() if getattr(f, "__module__", 0) == module.__name__
    }
    missing = own - set(MUTANTS[module]) - {"Seen"}  # a record
    assert not missing, f"plant a bug in {', '.join(sorted(missing))}"
    assert set(MUTANTS[module]) <= own, "a function is gone; take its mutants out"


@pytest.mark.parametrize(
    ("module", "name", "bug", "old", "new"),
    [
        pytest.param(module, name, bug, old, new, id=f"{name}-{bug}")
        for module, table in MUTANTS.items()
        for name, mutants in table.items()
        for bug, old, new in mutants
    ],
)
def test_every_mutant_of_exercises_is_killed(monkeypatch, tmp_path, module, name, bug, old, new):
    plant(monkeypatch, module, name, old, new)
    alive = passes(CHECKS[module], tmp_path)
    assert not alive, f"{module.__name__}.{name}: {bug!r} ({old!r} -> {new!r}) was not noticed"
