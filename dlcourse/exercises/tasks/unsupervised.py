"""Tasks of lecture 14: learning without labels."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
