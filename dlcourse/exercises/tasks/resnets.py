"""Tasks of lecture 13: residual nets."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
