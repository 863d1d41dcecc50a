"""Cases of sums and products."""

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin


def pairs(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Two arrays of one shape."""
    return Case(inputs=(rng.standard_normal((n, d)), rng.standard_normal((n, d))))


def unlike_shapes(rng: np.random.Generator) -> Case:
    """Two arrays that do not stand one to one."""
    return Case(inputs=(rng.standard_normal((2, 3)), rng.standard_normal((2, 4))))


TWINS = (
    Twin("Add", pairs, BATCH, "B01 B06", rejects=(unlike_shapes,)),
    Twin("Multiply", pairs, BATCH, "B01 B06", rejects=(unlike_shapes,)),
)
