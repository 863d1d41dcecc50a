"""Derive the exercises from the solutions: the same cells, with stubs where the answers were."""

import copy
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import LECTURES, tasks_of
from dlcourse.lecture_rules import KERNEL, Notebook
from dlcourse.notebooks import as_text, write
from dlcourse.setting_up import course_root
from dlcourse.writing import write_whole

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")


def derive(solutions: Notebook, *, seed: int = 0) -> Notebook:
    """Make the exercise notebook of a solutions notebook.

    Parameters
    ----------
    solutions : notebook
        As read by nbformat.
    seed : int
        Source of the numbers in the questions: 0 for the committed exercises.

    Raises
    ------
    ValueError
        When the marks of a solution do not come in pairs.
    """
    exercise = copy.deepcopy(solutions)
    for cell in exercise.cells:
        if cell.cell_type != "code":
            continue
        cell.source = without_solution(cell.source)
        cell.outputs, cell.execution_count = [], None
        if seed:
            cell.source = re.sub(r"^SEED = 0\b", f"SEED = {seed}", cell.source, flags=re.MULTILINE)
    return exercise


def without_solution(source: str) -> str:
    """Replace what stands between the marks by a stub, as nbgrader does."""
    kept: list[str] = []
    inside = False
    for line in source.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            if inside:
                raise ValueError(f"{BEGIN} comes twice in a row")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + stub for stub in STUB]
        elif mark == END:
            if not inside:
                raise ValueError(f"{END} comes without {BEGIN}")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"{BEGIN} comes without {END}")
    return "\n".join(kept)


def answer_of(cell: Any) -> str:
    """Give the id of the task that a cell answers, or nothing."""
    marks = cell.metadata.get("nbgrader", {})
    return str(marks["grade_id"]) if marks.get("solution") else ""


def answer_metadata(task: Task) -> dict[str, Any]:
    """Write the metadata of a cell with an answer, as nbgrader has them."""
    return {"nbgrader": nbgrader(task.id, solution=True)}


def check_metadata(task: Task) -> dict[str, Any]:
    """Write the metadata of the cell that checks an answer, as nbgrader has them."""
    return {"nbgrader": nbgrader(f"{task.id}-check", points=task.points)}


def nbgrader(grade_id: str, *, points: int | None = None, solution: bool = False) -> dict[str, Any]:
    """Write the metadata by which nbgrader knows a cell."""
    marks = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return marks if points is None else {**marks, "points": points}


def solutions_folder() -> Path:
    """Say where the solutions are; a learner's wheel has none."""
    return course_root() / "solutions"


def problems(notebook: Notebook, lecture: str) -> Iterator[str]:
    """Find what is not as it should be in a solutions notebook.

    Yields
    ------
    str
        One sentence for each problem.
    """
    tasks = tasks_of(lecture)
    answers = [answer_of(cell) for cell in notebook.cells if answer_of(cell)]
    if answers != [task.id for task in tasks]:
        yield f"its answers are {answers}, the tasks {[task.id for task in tasks]}"
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for number, task in enumerate(tasks, start=1):
        if not any(text.startswith(task.heading(lecture, number)) for text in markdown):
            yield f"no cell begins with the heading of {task.id}: {task.heading(lecture, number)!r}"
        for cell in notebook.cells:
            if answer_of(cell) == task.id and cell.metadata != answer_metadata(task):
                yield f"the answer to {task.id} has other metadata than nbgrader needs"
        checks = [c for c in notebook.cells if c.source.startswith(f'check("{task.id}", SEED)')]
        if len(checks) != 1 or checks[0].metadata != check_metadata(task):
            yield f'no cell is `check("{task.id}", SEED)` with the metadata for nbgrader'
    for cell in notebook.cells:
        if answer_of(cell) and (BEGIN not in cell.source or END not in cell.source):
            yield f"the answer to {answer_of(cell)} has no {BEGIN} and {END}"
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield "it has outputs"
            break
    if notebook.metadata != {"kernelspec": KERNEL, "language_info": {"name": "python"}}:
        yield "its metadata are not minimal"


def derive_all(
    folder: Path, lectures: Sequence[str] = (), *, seed: int = 0
) -> list[tuple[str, str]]:
    """Write the exercises of lectures into a folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    lectures : sequence of str
        Such as "10-convnets"; all of them when empty.
    seed : int
        Source of the numbers in the questions.

    Returns
    -------
    list of (str, str)
        The notebooks, and whether each is new, written or already current.

    Raises
    ------
    ValueError
        When a name fits no lecture, or there are no solutions.
    """
    if not solutions_folder().is_dir():
        raise ValueError(
            "there are no solutions here to derive from: take a checkout of the course"
        )
    done = []
    folder.mkdir(parents=True, exist_ok=True)
    for lecture in chosen(lectures):
        source = solutions_folder() / f"{lecture}.ipynb"
        text = as_text(derive(nbformat.read(source, as_version=4), seed=seed))
        target = folder / source.name
        if not target.exists():
            write_whole(target, text)
            done.append((source.name, "new"))
        else:
            done.append((source.name, "written" if write(target, text) else "already current"))
    return done


def chosen(names: Sequence[str]) -> list[str]:
    """Find lectures with exercises by number or name; all of them when none is named."""
    found = []
    for name in names:
        fitting = [lecture for lecture in LECTURES if name in (lecture, lecture[:2])]
        if not fitting:
            raise ValueError(f"no exercises are called {name!r}; there are {', '.join(LECTURES)}")
        found += fitting
    return found or list(LECTURES)
