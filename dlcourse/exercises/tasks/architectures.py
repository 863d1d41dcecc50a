"""Tasks of lecture 12: architectures."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
