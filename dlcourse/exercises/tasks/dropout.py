"""Tasks of lecture 07: dropout."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
