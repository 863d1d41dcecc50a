"""Tasks of lecture 02: capacity."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
