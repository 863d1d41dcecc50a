"""Tasks of lecture 04: backpropagation."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
