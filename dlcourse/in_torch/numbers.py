"""Numbers: which of them a concept can count with, and how many it needs."""

from dlcourse.by_hand.numbers import (
    check_digits,
    check_finite,
    check_repeats,
    check_sizes,
    check_whole,
)

__all__ = ["check_digits", "check_finite", "check_repeats", "check_sizes", "check_whole"]
