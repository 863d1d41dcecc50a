"""Derive the exercises from the solutions: the same cells, with stubs where the answers were."""

import copy
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from dlcourse.execution import tidy
from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import chosen, tasks_of
from dlcourse.lecture_rules import KERNEL, Notebook
from dlcourse.notebooks import as_text, write
from dlcourse.setting_up import course_root
from dlcourse.writing import write_whole

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
DERIVE = "run `dlcourse exercises derive`"


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


def tidied(solutions: Notebook, lecture: str) -> Notebook:
    """Write into a solutions notebook what follows from its tasks, and clear its outputs.

    The answer to a task is the cell that defines its function around the mark of a solution.
    Heading, names and metadata of its cells are made anew, so that cells can be copied, and saved
    by JupyterLab, without a thought for them.

    Parameters
    ----------
    solutions : notebook
        As read by nbformat.
    lecture : str
        Such as "10-convnets".
    """
    notebook = tidy(solutions)
    numbered = {task.id: (n, task) for n, task in enumerate(tasks_of(lecture), start=1)}
    above = None
    for cell in notebook.cells:
        if cell.cell_type != "code":
            above = cell if cell.source.startswith("## ") else above
            continue
        cell.outputs, cell.execution_count = [], None
        names, part = part_of(cell.source)
        name = next((name for name in names if name in numbered), None)
        if name is None:
            continue
        number, task = numbered[name]
        cell.id = f"{name}-{part}" if part else name
        if part == "check":
            cell.metadata = nbformat.from_dict(check_metadata(task))
        elif not part:
            cell.metadata = nbformat.from_dict(answer_metadata(task))
            if above is not None:
                above.id = f"{name}-text"  # the page of the course leads there
                above.source = with_heading(above.source, task.heading(lecture, number))
            above = None
    return notebook


def part_of(source: str) -> tuple[list[str], str]:
    """Say to which tasks the code of a cell may belong, and as what: "", "check" or "question"."""
    if asked := re.match(r'(check|ask)\("([\w-]+)", SEED\)', source):
        return [asked[2]], {"check": "check", "ask": "question"}[asked[1]]
    functions = re.findall(r"^def (\w+)\(", source, re.MULTILINE) if BEGIN in source else []
    return [function.replace("_", "-") for function in functions], ""


def with_heading(text: str, heading: str) -> str:
    """Begin a text with a heading, in place of the one that it has."""
    _, _, rest = text.partition("\n")
    first, _, more = rest.lstrip("\n").partition("\n")
    below = more if re.search(r"\. Lecture: \[.*; slide rows? .*\.$", first) else rest
    return f"{heading}\n\n{below.lstrip()}".rstrip()


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
    yield from misplaced(answers, tasks)
    for number, task in enumerate(tasks, start=1):
        heading = task.heading(lecture, number)
        texts = [cell for cell in notebook.cells if cell.source.startswith(heading)]
        if [cell.id for cell in texts] != [f"{task.id}-text"]:
            yield f"{task.id} has no heading: write `## {task.title}` above its answer, {DERIVE}"
        for cell in notebook.cells:
            if answer_of(cell) == task.id and cell.metadata != answer_metadata(task):
                yield f"the answer to {task.id} has other metadata than nbgrader needs: {DERIVE}"
        checks = [c for c in notebook.cells if c.source.startswith(f'check("{task.id}", SEED)')]
        if len(checks) != 1:
            yield f'{len(checks)} cells are `check("{task.id}", SEED)`; one should be'
        elif checks[0].metadata != check_metadata(task):
            yield f"the check of {task.id} has other metadata than nbgrader needs: {DERIVE}"
    for cell in notebook.cells:
        if answer_of(cell) and (BEGIN not in cell.source or END not in cell.source):
            yield f"the answer to {answer_of(cell)} has no {BEGIN} and {END}"
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield f"it has outputs: {DERIVE}"
            break
    if notebook.metadata != {"kernelspec": KERNEL, "language_info": {"name": "python"}}:
        yield f"its metadata are not minimal: {DERIVE}"


def misplaced(answers: Sequence[str], tasks: Sequence[Task]) -> Iterator[str]:
    """Say which answers lack, are there twice, belong to no task, or stand in another order."""
    names = [task.id for task in tasks]
    for task in tasks:
        if (n := answers.count(task.id)) != 1:
            yield f"{n} cells answer {task.id}; one should, by `def {task.function}`: {DERIVE}"
    for name in dict.fromkeys(answers):
        if name not in names:
            yield f"a cell answers {name}, which is not in `TASKS`"
    if sorted(answers) == sorted(names) and answers != names:
        yield f"its answers stand in another order than `TASKS`: {', '.join(names)}"


def derive_all(
    folder: Path | None = None, lectures: Sequence[str] = (), *, seed: int = 0
) -> list[tuple[str, str]]:
    """Write the exercises of lectures into a folder.

    Parameters
    ----------
    folder : Path, optional
        Made if it is not there.  Without one they are the exercises of the course, and its
        solutions are tidied, too.
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
    target_folder = folder or course_root() / "exercises"
    target_folder.mkdir(parents=True, exist_ok=True)
    for lecture in chosen(lectures):
        source = solutions_folder() / f"{lecture}.ipynb"
        solutions = tidied(nbformat.read(source, as_version=4), lecture)
        if folder is None and write(source, as_text(solutions)):
            done.append((f"solutions/{source.name}", "tidied"))
        text = as_text(derive(solutions, seed=seed))
        target = target_folder / source.name
        if not target.exists():
            write_whole(target, text)
            done.append((source.name, "new"))
        else:
            done.append((source.name, "written" if write(target, text) else "already current"))
    return done
