"""Tasks of lecture 08: batch normalization."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
