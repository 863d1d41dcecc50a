"""Tasks of lecture 06: optimization."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
