"""Tasks of lecture 05: regularization."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
