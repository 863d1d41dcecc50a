"""What exercise notebooks call: show a question, and check an answer."""

import dataclasses
import inspect
import os
from collections.abc import Mapping
from typing import Any

from dlcourse.exercises import record
from dlcourse.exercises.borrowing import borrowed, left_to, packages_closed_to
from dlcourse.exercises.judge import answer_key, judge
from dlcourse.exercises.probe import probe
from dlcourse.exercises.result import Result
from dlcourse.exercises.task import CODE, Task
from dlcourse.exercises.tasks import find
from dlcourse.note import Note


def ask(task_id: str, seed: int = 0) -> Note:
    """Show the question of a task, with the numbers that belong to a seed.

    Parameters
    ----------
    task_id : str
        Such as "conv-output-size".
    seed : int
        Whose numbers; the notebook's `SEED`.

    Returns
    -------
    Note
        The last line of a cell shows it.

    Raises
    ------
    ValueError
        When there is no such task.
    """
    task = find(task_id)
    said, _, code = task.text_for(seed).partition(CODE)
    return Note(task.title, tuple(said.splitlines()), code)


def check(
    task_id: str, seed: int = 0, *, answers: Mapping[str, Any] | None = None
) -> Result | float:
    """Check the answer to a task, and say what is wrong with it.

    Parameters
    ----------
    task_id : str
        Such as "conv2d-backward".  The answer is the function of that name, with underscores,
        wherever in the notebook it was defined.
    seed : int
        Whose numbers the question had; the notebook's `SEED`.
    answers : mapping, optional
        Where to look for the function; the caller's own names when not given.

    Returns
    -------
    Result or float
        Shown by the notebook when it is the last line of a cell; the points where nbgrader is
        grading, as it takes them.

    Raises
    ------
    ValueError
        When there is no such task.
    AssertionError
        When the answer is wrong and nbgrader is grading.
    """
    task = find(task_id)
    if answers is None:
        frame = inspect.currentframe()
        assert frame is not None and frame.f_back is not None
        answers = frame.f_back.f_globals
    answer = answers.get(task.function)
    result = checked(task, answer, seed)
    if os.environ.get("NBGRADER_EXECUTION"):
        assert result.state == "right", str(result)
        return float(result.points)
    return dataclasses.replace(result, notes=record.keep(result, answer))


def checked(task: Task, answer: Any, seed: int) -> Result:
    """Run an answer on the cases of a task, and judge what it did."""
    if not callable(answer):
        return Result(task, "not attempted")
    torch = task.kind == "torch"
    if package := borrowed(answer, packages_closed_to(task)):
        return left_to(task, package)
    key = answer_key(task, seed)
    return judge(key, probe(answer, key.cases, torch=torch))
