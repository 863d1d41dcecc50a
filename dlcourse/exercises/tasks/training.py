"""Tasks of lecture 03: training."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
