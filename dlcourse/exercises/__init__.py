"""Exercises that answer back: `ask`, `check`, and how far you are."""

from dlcourse.exercises.checking import ask, check
from dlcourse.exercises.record import so_far

__all__ = ["ask", "check", "so_far"]
