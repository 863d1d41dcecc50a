"""Every task: its starter, its right answers, its wrong answers, and its notebook."""

import ast
import re

import nbformat
import numpy as np
import pytest

from dlcourse.exercises import derive
from dlcourse.exercises.checking import checked
from dlcourse.exercises.task import KINDS
from dlcourse.exercises.tasks import LECTURES, everything, find, tasks_of
from dlcourse.setting_up import course_root
from dlcourse.slides import ROWS

CODE = {"by hand", "torch", "fade", "bug"}  # kinds whose answers compute with what they are given
SOLUTIONS = course_root() / "solutions"
TASKS = list(everything())
WRONG = [
    pytest.param(name, k, id=f"{name}-{wrong.name}")
    for name, (_, task) in everything().items()
    for k, wrong in enumerate(task.wrong)
]
pytestmark = pytest.mark.skipif(
    not SOLUTIONS.is_dir(), reason="what is installed from a wheel has no solutions to compare with"
)
every_task = pytest.mark.parametrize("name", TASKS)
every_lecture = pytest.mark.parametrize("lecture", LECTURES)


def read(folder, lecture):
    return nbformat.read(course_root() / folder / f"{lecture}.ipynb", as_version=4)


def answers(name):
    """The sources of the solution and of the other right answers, and what they stand on."""
    lecture, _ = everything()[name]
    shared, found = {}, []
    for cell in read("solutions", lecture).cells:
        if cell.cell_type != "code" or cell.source.startswith(("check(", "ask(", "so_far(")):
            continue
        if not derive.answer_of(cell):
            exec(cell.source, shared)
        elif derive.answer_of(cell) == name:
            found.append(cell.source)
    others = (SOLUTIONS / "other_ways" / f"{lecture}.py").read_text(encoding="utf-8")
    cells = (part.partition("\n") for part in others.split("# %% ")[1:])
    return shared, found + [source for task_id, _, source in cells if task_id.strip() == name]


def run(source, shared, function):
    namespace = dict(shared)
    exec(source, namespace)
    return namespace[function]


@every_task
def test_the_task_is_described(name):
    lecture, task = everything()[name]
    text = "\n".join(cell.source for cell in read("lectures", lecture).cells)
    assert task.kind in KINDS
    assert task.points > 0 and task.minutes > 0 and task.difficulty in (1, 2, 3)
    assert set(task.rows.split()) <= set(ROWS)
    assert re.search(rf"^#+ {re.escape(task.section)}$", text, re.MULTILINE), task.section
    goals = re.findall(r"^- ", read("lectures", lecture).cells[0].source, re.MULTILINE)
    assert 1 <= task.goal <= len(goals)


@every_task
def test_right_answers_score_full_points(name):
    task = find(name)
    shared, sources = answers(name)
    assert len(sources) >= (3 if task.kind in CODE else 1), "write two more right answers"
    for source in sources:
        result = checked(task, run(source, shared, task.function), seed=0)
        assert result.state == "right", f"{source}\n{result!r}"


@every_task
def test_right_answers_score_full_points_on_other_cases(name):
    task = find(name)
    shared, sources = answers(name)
    for seed in (1, 2, 3):
        if task.numbers is not None:
            answer = lambda seed=seed: task.reference(**task.numbers_for(seed))  # noqa: E731
            assert checked(task, answer, seed).state == "right"
            continue
        for source in sources:
            result = checked(task, run(source, shared, task.function), seed)
            assert result.state == "right", f"{source}\n{result!r}"


@every_task
def test_the_starter_scores_nothing(name):
    task = find(name)
    shared, (solution, *_) = answers(name)
    starter = run(derive.without_solution(solution), shared, task.function)
    result = checked(task, starter, seed=0)
    assert (result.state, result.points) == ("not attempted", 0)


@pytest.mark.parametrize(("name", "k"), WRONG)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_wrong_answer_fails_and_draws_its_own_hint(name, k, seed):
    task = find(name)
    wrong = task.wrong[k]
    numbers = task.numbers_for(seed)
    if numbers:
        result = checked(task, lambda: wrong.answer(**numbers), seed)
    elif task.kind == "torch":
        result = checked(task, on_tensors(wrong.answer), seed)
    else:
        result = checked(task, wrong.answer, seed)
    assert (result.state, result.points) == ("wrong", 0), repr(result)
    assert result.hint == wrong.hint


def on_tensors(answer):
    """Let an answer written in NumPy take tensors, as in a task in PyTorch."""

    def answer_on_tensors(*arguments):
        return answer(*(np.asarray(a) if hasattr(a, "detach") else a for a in arguments))

    return answer_on_tensors


@every_task
def test_hints_say_something_of_their_own_and_hold_no_code_of_the_solution(name):
    task = find(name)
    assert len(task.wrong) >= 2, "register two wrong answers at least"
    hints = [wrong.hint for wrong in task.wrong]
    assert len(set(hints)) == len(hints)
    _, sources = answers(name)
    for hint in hints:
        assert len(hint) >= 40
        for source in sources:
            for line in pieces(source):
                assert line not in hint


def pieces(source):
    """The statements of a function, but for those that are too short to give anything away."""
    function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
    lines = [ast.unparse(node) for node in function.body[1:]]
    return [line.strip() for text in lines for line in text.splitlines() if len(line.strip()) > 12]


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
        _, (solution, *others) = answers(task.id)
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
