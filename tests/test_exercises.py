"""Every task: its starter, its right answers, its wrong answers, and its notebook."""

import copy
from dataclasses import replace

import nbformat
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


def test_a_task_needs_an_answer_and_two_other_ways(monkeypatch):
    lecture, task = everything()["tied-weights"]
    shared, sources = proving.answers(task, lecture)
    assert len(sources) >= 3
    for some, words in ((sources[:2], "two other right answers belong into"), ([], "no cell of")):
        monkeypatch.setattr(proving, "answers", lambda *_, some=some: (shared, some))
        (problem,) = proving.prove_right_answers(task, lecture)
        assert problem.startswith(words) and lecture in problem


def test_without_solutions_nothing_is_derived_or_proven(tmp_path, monkeypatch):
    monkeypatch.setattr(derive, "solutions_folder", lambda: tmp_path / "gone")
    with pytest.raises(ValueError, match="there are no solutions here to derive from"):
        derive.derive_all(tmp_path, [])
    with pytest.raises(ValueError, match="there are no solutions here to prove tasks with"):
        list(proving.prove([]))
    assert list(tmp_path.iterdir()) == []


def test_a_lecture_without_exercises_is_refused_with_those_that_have_some():
    with pytest.raises(ValueError, match="no exercises are called '99-more'; there are 01-neurons"):
        tasks_of("99-more")


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
    assert derive.tidied(read("solutions", lecture), lecture) == read("solutions", lecture)


def as_copied(lecture, neighbour="neuron-forward"):
    """Solutions whose cells were all copied from a neighbour's, run, and saved by JupyterLab."""
    notebook = copy.deepcopy(read("solutions", lecture))
    models = {cell.id: cell.metadata for cell in read("solutions", "01-neurons").cells}
    notebook.metadata.language_info.version = "3.12.1"
    for number, cell in enumerate(notebook.cells):
        cell.id = f"copy-{number}"
        if cell.source.startswith("## ") and "Lecture: [" in cell.source:
            _, _, text = cell.source.partition("\n\n")
            cell.source = f"## Another title\n\n{text}" if number % 2 else f"## 1\n{text}"
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="hello")]
            check = "-check" * cell.source.startswith("check(")
            cell.metadata = copy.deepcopy(models[neighbour + check])
            cell.metadata |= {"editable": True, "slideshow": {"slide_type": ""}, "tags": []}
    return notebook


@every_lecture
def test_cells_can_be_copied_and_saved_by_jupyterlab(lecture):
    committed = read("solutions", lecture)
    tidied = derive.tidied(as_copied(lecture), lecture)
    assert [cell.source for cell in tidied.cells] == [cell.source for cell in committed.cells]
    assert [cell.metadata for cell in tidied.cells] == [cell.metadata for cell in committed.cells]
    assert list(derive.problems(tidied, lecture)) == []


def test_what_is_wrong_with_copied_cells_is_said_with_what_to_do():
    lecture, lacking = "01-neurons", "ridge-position"
    found = list(derive.problems(as_copied(lecture), lecture))
    for words in (
        "0 cells answer ridge-position; one should, by `def ridge_position`: run `dlcourse",
        "ridge-position has no heading: write `## Where the ridge stands,",
        "the check of ridge-position has other metadata than nbgrader needs: run `dlcourse",
        "the answer to neuron-forward has other metadata than nbgrader needs: run `dlcourse",
        "it has outputs: run `dlcourse exercises derive`",
        "its metadata are not minimal: run `dlcourse exercises derive`",
    ):
        assert any(problem.startswith(words) for problem in found), words
    assert all("answer" in problem or "`" in problem for problem in found)
    notebook = copy.deepcopy(read("solutions", lecture))
    order = [cell for cell in notebook.cells if lacking in cell.id]
    notebook.cells = [cell for cell in notebook.cells if cell not in order] + order
    found = list(derive.problems(notebook, lecture))
    assert found[0].startswith("its answers stand in another order than `TASKS`: neuron-forward")
    notebook.cells[-1].source = "1"
    notebook.cells[-2].metadata.nbgrader.grade_id = "no-task"
    found = list(derive.problems(notebook, lecture))
    assert "a cell answers no-task, which is not in `TASKS`" in found
    assert '0 cells are `check("ridge-position", SEED)`; one should be' in found


def test_an_answer_needs_its_marks_and_its_text_a_name():
    notebook = copy.deepcopy(read("solutions", "01-neurons"))
    for cell in notebook.cells:
        if cell.id == "neuron-forward":
            cell.source = cell.source.replace(derive.BEGIN, "# here")
        elif cell.id == "ridge-position-text":
            cell.id = "some-text"
    found = list(derive.problems(notebook, "01-neurons"))
    assert [problem.partition(":")[0] for problem in found] == [
        "ridge-position has no heading",
        "the answer to neuron-forward has no ### BEGIN SOLUTION and ### END SOLUTION",
    ]
    given = "def neuron_forward(x, w, b):\n    return 0"  # such as a buggy function to mend
    assert derive.part_of(given) == ([], "")


def test_exercises_can_be_derived_with_a_seed_of_their_own(tmp_path):
    derive.derive_all(tmp_path, ["01"], seed=7)
    text = (tmp_path / "01-neurons.ipynb").read_text(encoding="utf-8")
    assert "SEED = 7" in text and "SEED = 0" not in text
    with pytest.raises(ValueError, match="no exercises are called 'x'"):
        derive.derive_all(tmp_path, ["x"])


def test_the_course_s_own_solutions_are_tidied_as_exercises_are_derived(tmp_path, monkeypatch):
    (tmp_path / "solutions").mkdir()
    path = tmp_path / "solutions" / "01-neurons.ipynb"
    nbformat.write(as_copied("01-neurons"), path)
    monkeypatch.setattr(derive, "course_root", lambda: tmp_path)
    elsewhere, before = tmp_path / "elsewhere", path.read_bytes()
    assert derive.derive_all(elsewhere, ["01"]) == [("01-neurons.ipynb", "new")]
    assert path.read_bytes() == before
    states = [("solutions/01-neurons.ipynb", "tidied"), ("01-neurons.ipynb", "new")]
    assert derive.derive_all(lectures=["01"]) == states
    assert derive.derive_all(lectures=["01"]) == [("01-neurons.ipynb", "already current")]
    assert list(derive.problems(nbformat.read(path, as_version=4), "01-neurons")) == []


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
