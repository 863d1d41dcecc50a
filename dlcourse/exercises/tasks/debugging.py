"""Tasks of lecture 09: debugging."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
