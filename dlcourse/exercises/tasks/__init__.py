"""The tasks of every lecture; each file holds those of one."""

import difflib
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from dlcourse.exercises.task import Task

LECTURES = {
    "01-neurons": "neurons",
    "02-capacity": "capacity",
    "03-training": "training",
    "04-backprop": "backprop",
    "05-regularization": "regularization",
    "06-optimization": "optimization",
    "07-dropout": "dropout",
    "08-batchnorm": "batchnorm",
    "09-debugging": "debugging",
    "10-convnets": "convnets",
    "11-model-selection": "model_selection",
    "12-architectures": "architectures",
    "13-resnets": "resnets",
    "14-unsupervised": "unsupervised",
}
"""The lectures that have exercises, and the module with their tasks."""


def chosen(names: Sequence[str]) -> list[str]:
    """Find lectures with exercises by number or name; all of them when none is named.

    Raises
    ------
    ValueError
        When a name fits none.
    """
    found = []
    for name in names:
        fitting = [lecture for lecture in LECTURES if name in (lecture, lecture[:2])]
        if not fitting:
            raise ValueError(f"no exercises are called {name!r}; there are {', '.join(LECTURES)}")
        found += fitting
    return found or list(LECTURES)


@cache
def tasks_of(lecture: str) -> tuple[Task, ...]:
    """Give the tasks of a lecture in the order of its notebook.

    Raises
    ------
    ValueError
        When no lecture of that name has exercises.
    """
    if lecture not in LECTURES:
        known = ", ".join(LECTURES)
        raise ValueError(f"no exercises are called {lecture!r}; there are {known}")
    tasks: tuple[Task, ...] = import_module(f"{__name__}.{LECTURES[lecture]}").TASKS
    return tasks


@cache
def everything() -> dict[str, tuple[str, Task]]:
    """Give every task by its id, with the lecture it belongs to."""
    return {task.id: (lecture, task) for lecture in LECTURES for task in tasks_of(lecture)}


def find(task_id: str) -> Task:
    """Find a task.

    Raises
    ------
    ValueError
        When there is none; the message names those that are spelled alike.
    """
    if task_id not in everything():
        alike = difflib.get_close_matches(task_id, everything(), n=3)
        hint = f"; did you mean {' or '.join(map(repr, alike))}?" if alike else ""
        raise ValueError(f"there is no task {task_id!r}{hint}")
    return everything()[task_id][1]
