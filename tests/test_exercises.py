"""Every task: its starter, its right answers, its wrong answers, and its notebook."""

from dataclasses import replace

import numpy as np
import pytest
from command_line import dlcourse

from dlcourse.exercises import derive, proving
from dlcourse.exercises.proving import PROOFS, pieces
from dlcourse.exercises.proving import read_notebook as read
from dlcourse.exercises.task import KINDS, Wrong
from dlcourse.exercises.tasks import LECTURES, everything, find, tasks_of
from dlcourse.setting_up import course_root

TASKS = list(everything())
WRONG = [wrong for _, task in everything().values() for wrong in task.wrong]
pytestmark = pytest.mark.skipif(
    not derive.solutions_folder().is_dir(),
    reason="what is installed from a wheel has no solutions to compare with",
)
every_lecture = pytest.mark.parametrize("lecture", LECTURES)


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_proven(name, proof):
    lecture, task = everything()[name]
    assert list(PROOFS[proof](task, lecture)) == []


def never(*arguments):
    return np.nan


TIED = find("tied-weights")
HINT = "A hint that is long enough to say something about what is wrong here."
UNPROVEN = {
    "description": [
        replace(TIED, kind="riddle"),
        replace(TIED, difficulty=4),
        replace(TIED, rows="B99"),
        replace(TIED, section="Nowhere"),
        replace(TIED, goal=40),
    ],
    "right answers": [replace(TIED, id="not-written"), replace(TIED, reference=never)],
    "reference": [replace(find("backward-cost"), accept=lambda *answer, **numbers: "no")],
    "wrong answers": [
        replace(TIED, wrong=TIED.wrong[:1]),
        replace(TIED, wrong=(*TIED.wrong, Wrong("right after all", TIED.reference, HINT))),
        replace(TIED, wrong=(*TIED.wrong, Wrong("the same again", TIED.wrong[0].answer, HINT))),
    ],
    "hints": [
        replace(TIED, wrong=(Wrong("brief", never, "No."), TIED.wrong[0])),
        replace(TIED, wrong=(TIED.wrong[0], TIED.wrong[0])),
        replace(TIED, wrong=(Wrong("telling", never, "PIECE and " + HINT),)),
    ],
}


@pytest.mark.parametrize(
    ("proof", "task"),
    [pytest.param(k, t, id=f"{k}-{n}") for k, ts in UNPROVEN.items() for n, t in enumerate(ts)],
)
def test_what_is_missing_is_said(proof, task):
    lecture, _ = everything()["tied-weights"]
    if task.wrong and "PIECE" in task.wrong[0].hint:
        line = pieces(proving.answers(task, lecture)[1][0])[0]
        task = replace(task, wrong=(replace(task.wrong[0], hint=line + HINT),))
    found = list(PROOFS[proof](task, lecture))
    assert found
    assert all(problem in "".join(proving.problems_of(task, lecture)) for problem in found)


def test_a_starter_that_is_an_answer_is_found(monkeypatch):
    lecture, task = everything()["tied-weights"]
    monkeypatch.setattr(derive, "without_solution", lambda source: source)
    assert list(PROOFS["starter"](task, lecture)) != []


def test_the_command_says_what_is_missing(monkeypatch):
    assert dlcourse("exercises", "check", "tied-weights").output == "tied-weights: proven\n"
    assert dlcourse("exercises", "check", "no-such-task").exit_code == 2
    monkeypatch.setattr(proving, "SEEDS", ())
    monkeypatch.setattr(proving, "HINT", 10_000)
    done = dlcourse("exercises", "check", "tied-weights")
    assert done.exit_code == 1
    assert "tied-weights: NOT proven\n  - hints: the hint of " in done.output
    assert "1 of 1 are not proven." in done.output


def test_a_task_a_lecture_or_everything_can_be_proven():
    assert list(proving.prove(["tied-weights"])) == [("tied-weights", [])]
    names = [name for name, _ in proving.prove(["04"])]
    assert names == [*(task.id for task in tasks_of("04-backprop")), "solutions/04-backprop.ipynb"]
    with pytest.raises(ValueError, match="no exercises are called 'x'"):
        list(proving.prove(["x"]))


@every_lecture
def test_the_solutions_notebook_is_as_it_should_be(lecture):
    assert list(derive.problems(read("solutions", lecture), lecture)) == []
    assert len(tasks_of(lecture)) >= 5


@every_lecture
def test_deriving_again_changes_nothing(lecture, tmp_path):
    derive.derive_all(tmp_path, [lecture])
    committed = course_root() / "exercises" / f"{lecture}.ipynb"
    assert (tmp_path / committed.name).read_bytes() == committed.read_bytes()


@every_lecture
def test_the_exercises_hold_nothing_of_the_solutions(lecture):
    exercises = (course_root() / "exercises" / f"{lecture}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in exercises
    for task in tasks_of(lecture):
        _, (solution, *others) = proving.answers(task, lecture)
        given = given_with(task, lecture, solution)
        for source in (solution, *others):
            for line in pieces(source):
                assert line in given or line.replace('"', '\\"') not in exercises


def given_with(task, lecture, solution):
    """The statements that a task gives away on purpose: around its gaps, or of a buggy function."""
    given = pieces(derive.without_solution(solution))
    if task.kind == "bug":
        for cell in read("solutions", lecture).cells:
            if cell.cell_type == "code" and cell.source.startswith("def buggy_"):
                given += pieces(cell.source)
    return given


@every_lecture
def test_lectures_and_exercises_point_to_each_other(lecture):
    text = "\n".join(cell.source for cell in read("lectures", lecture).cells)
    assert f"../exercises/{lecture}.ipynb" in text
    assert f"../lectures/{lecture}.ipynb" in read("exercises", lecture).cells[0].source


def test_every_kind_of_task_is_there():
    assert {task.kind for _, task in everything().values()} == set(KINDS)


def test_there_are_as_many_as_the_course_promises():
    assert len(TASKS) >= 70
    assert len(WRONG) >= 200
