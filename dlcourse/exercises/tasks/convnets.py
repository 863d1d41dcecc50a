"""Tasks of lecture 10: convolutional nets."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
