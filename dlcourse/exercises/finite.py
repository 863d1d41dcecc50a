"""Answers by numbers, of which each has to be one: no words, nothing complex, infinite or NaN."""

import math
from typing import Any

import numpy as np


def is_finite_number(answer: Any) -> bool:
    """Tell whether an answer is a single finite number; True and False are none."""
    number = isinstance(answer, int | float) and not isinstance(answer, bool)
    return number and math.isfinite(answer)


def finite_numbers(answer: tuple[Any, ...], count: int) -> list[float]:
    """Read so many numbers from one or several results; none at all when they are not so many."""
    numbers = np.ravel(np.array(answer))
    if numbers.dtype.kind not in "biuf" or numbers.shape != (count,):
        return []
    return [float(v) for v in numbers] if np.isfinite(numbers).all() else []
