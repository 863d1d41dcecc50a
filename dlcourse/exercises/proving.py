"""Prove a task: that right answers score full points, wrong ones draw their hints, and so on."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import nbformat
import numpy as np

from dlcourse.exercises import derive
from dlcourse.exercises.checking import checked
from dlcourse.exercises.task import KINDS, Task, Wrong
from dlcourse.exercises.tasks import LECTURES, chosen, everything, tasks_of
from dlcourse.lecture_rules import Notebook
from dlcourse.setting_up import course_root
from dlcourse.slides import ROWS

COMPUTING = {"by hand", "torch", "fade", "bug"}
"""Kinds whose answers compute with what they are given: of these, three right answers are tried."""

SEEDS = (1, 2, 3)  # other cases than those of the notebook
HINT = 40  # letters of the shortest hint that can say something
TELLING = 12  # letters from which on a line of code gives something away


# ---- what there is to try --------------------------------------------------------------------


@lru_cache(maxsize=64)
def read_notebook(folder: str, lecture: str) -> Notebook:
    """Read a notebook of the course."""
    return nbformat.read(course_root() / folder / f"{lecture}.ipynb", as_version=4)


def answers(task: Task, lecture: str) -> tuple[dict[str, Any], list[str]]:
    """Find the right answers to a task.

    Parameters
    ----------
    task : Task
    lecture : str

    Returns
    -------
    (dict, list of str)
        The names that answers stand on, and the sources: first the solution, then other ways.
    """
    shared: dict[str, Any] = {}
    found: list[str] = []
    for cell in read_notebook("solutions", lecture).cells:
        if cell.cell_type != "code" or cell.source.startswith(("check(", "ask(", "so_far(")):
            continue
        if not derive.answer_of(cell):
            exec(cell.source, shared)
        elif derive.answer_of(cell) == task.id:
            found.append(cell.source)
    path = derive.solutions_folder() / "other_ways" / f"{lecture}.py"
    others = path.read_text(encoding="utf-8") if path.is_file() else ""
    cells = (part.partition("\n") for part in others.split("# %% ")[1:])
    return shared, found + [source for name, _, source in cells if name.strip() == task.id]


def defined(source: str, shared: dict[str, Any], task: Task) -> Any:
    """Run the source of an answer, and give its function."""
    names = dict(shared)
    exec(source, names)
    return names.get(task.function)


def on_tensors(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Let an answer written in NumPy take tensors, as in a task in PyTorch."""

    def answer_on_tensors(*arguments: Any) -> Any:
        return answer(*(np.asarray(a) if hasattr(a, "detach") else a for a in arguments))

    return answer_on_tensors


def pieces(source: str) -> list[str]:
    """List the statements of a function, but for those too short to give anything away."""
    function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
    lines = [ast.unparse(node) for node in function.body[1:]]
    stripped = (line.strip() for text in lines for line in text.splitlines())
    return [line for line in stripped if len(line) > TELLING]


# ---- proofs: each yields what is missing or wrong, in sentences -------------------------------


def prove_description(task: Task, lecture: str) -> Iterator[str]:
    """See whether the task says what it is and where it belongs."""
    cells = read_notebook("lectures", lecture).cells
    text = "\n".join(cell.source for cell in cells)
    if task.kind not in KINDS:
        yield f"its kind is {task.kind!r}; there are {', '.join(KINDS)}"
    if task.points < 1 or task.minutes < 1 or task.difficulty not in (1, 2, 3):
        yield "it needs points, minutes, and a difficulty of 1, 2 or 3"
    if strange := set(task.rows.split()) - set(ROWS):
        yield f"the slides have no rows {', '.join(sorted(strange))}"
    if not re.search(rf"^#+ {re.escape(task.section)}$", text, re.MULTILINE):
        yield f"lecture {lecture} has no heading {task.section!r}"
    goals = re.findall(r"^- ", cells[0].source, re.MULTILINE)
    if not 1 <= task.goal <= len(goals):
        yield f"it tests aim {task.goal}; the lecture has {len(goals)}"


def prove_right_answers(task: Task, lecture: str) -> Iterator[str]:
    """See whether every right answer scores full points, on the cases of several seeds."""
    shared, sources = answers(task, lecture)
    if not sources:
        yield (
            f"no cell of solutions/{lecture}.ipynb has the answer: write `def {task.function}` "
            f"there, with {derive.BEGIN}, and {derive.DERIVE}"
        )
    if task.kind in COMPUTING and 0 < len(sources) < 3:
        yield (
            f"two other right answers belong into solutions/other_ways/{lecture}.py, each behind "
            f"`# %% {task.id}`"
        )
    for source in sources:
        for seed in (0,) if task.numbers else (0, *SEEDS):
            result = checked(task, defined(source, shared, task), seed)
            if result.state != "right":
                yield f"a right answer fails with seed {seed}:\n{source}\n{result!r}"
                break


def prove_reference(task: Task, lecture: str) -> Iterator[str]:
    """See whether the reference is right for other numbers in the question, too."""
    for seed in SEEDS if task.numbers else ():
        result = checked(task, lambda seed=seed: task.reference(**task.numbers_for(seed)), seed)
        if result.state != "right":
            yield f"the reference fails with seed {seed}: {result!r}"


def prove_starter(task: Task, lecture: str) -> Iterator[str]:
    """See whether the stub in the exercises scores nothing."""
    shared, sources = answers(task, lecture)
    for source in sources[:1]:
        try:
            starter = defined(derive.without_solution(source), shared, task)
        except (ValueError, SyntaxError) as error:
            yield f"its starter does not run: {error}"
            continue
        result = checked(task, starter, 0)
        if (result.state, result.points) != ("not attempted", 0):
            yield f"the starter should count as not attempted: {result!r}"


def prove_wrong_answers(task: Task, lecture: str) -> Iterator[str]:
    """See whether every wrong answer fails, and draws its own hint and no other."""
    if len(task.wrong) < 2:
        yield f"it knows {len(task.wrong)} wrong answers; two are the least"
    for wrong in task.wrong:
        for seed in (0, 1):
            result = checked(task, as_given(task, wrong, seed), seed)
            if (result.state, result.points) != ("wrong", 0):
                yield f"the wrong answer {wrong.name!r} is not found wrong with seed {seed}"
            elif result.hint != wrong.hint:
                drawn = result.hint or "no hint"
                yield f"the wrong answer {wrong.name!r} draws with seed {seed}: {drawn}"


def as_given(task: Task, wrong: Wrong, seed: int) -> Callable[..., Any]:
    """Give a wrong answer the form in which a learner would write it."""
    if numbers := task.numbers_for(seed):
        return lambda: wrong.answer(**numbers)
    return on_tensors(wrong.answer) if task.kind == "torch" else wrong.answer


def prove_hints(task: Task, lecture: str) -> Iterator[str]:
    """See whether each hint says something of its own, without code of a solution."""
    hints = [wrong.hint for wrong in task.wrong]
    if len(set(hints)) != len(hints):
        yield "two wrong answers have the same hint"
    lines = [line for source in answers(task, lecture)[1] for line in pieces(source)]
    for wrong in task.wrong:
        if len(wrong.hint) < HINT:
            yield f"the hint of {wrong.name!r} has {len(wrong.hint)} letters; {HINT} are the least"
        for line in lines:
            if line in wrong.hint:
                yield f"the hint of {wrong.name!r} holds code of a solution: {line}"


PROOFS: dict[str, Callable[[Task, str], Iterator[str]]] = {
    "description": prove_description,
    "right answers": prove_right_answers,
    "reference": prove_reference,
    "starter": prove_starter,
    "wrong answers": prove_wrong_answers,
    "hints": prove_hints,
}


# ---- the command -------------------------------------------------------------------------------


def prove(names: Sequence[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Prove tasks, and the notebooks of their lectures.

    Parameters
    ----------
    names : sequence of str
        Tasks such as "conv2d-forward", or lectures such as "10"; everything when empty.

    Yields
    ------
    (str, list of str)
        A task or a notebook, and what is missing or wrong with it.

    Raises
    ------
    ValueError
        When there is no such task or lecture, or there are no solutions.
    """
    if not derive.solutions_folder().is_dir():
        raise ValueError("there are no solutions here to prove tasks with: take a checkout")
    single = [name for name in names if name in everything()]
    others = [name for name in names if name not in single]
    whole = chosen(others) if others or not names else []
    for lecture in LECTURES:
        for task in tasks_of(lecture):
            if lecture in whole or task.id in single:
                yield task.id, problems_of(task, lecture)
        if lecture in whole:
            notebook = read_notebook("solutions", lecture)
            yield f"solutions/{lecture}.ipynb", list(derive.problems(notebook, lecture))


def problems_of(task: Task, lecture: str) -> list[str]:
    """Say what is missing or wrong with a task."""
    found = []
    for name, proof in PROOFS.items():
        try:
            found += [f"{name}: {problem}" for problem in proof(task, lecture)]
        except Exception as error:  # whatever the new task does
            found.append(f"{name}: {type(error).__name__}: {error}")
    return found
