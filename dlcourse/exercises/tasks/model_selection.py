"""Tasks of lecture 11: choosing a model."""

from dlcourse.exercises.task import Task

TASKS: tuple[Task, ...] = ()
