"""Cases of activation functions."""

import numpy as np

from dlcourse.cases.case import Case


def numbers(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """A batch of pre-activations, some of them large."""
    return Case(inputs=(3 * rng.standard_normal((n, d)),))


def scores(rng: np.random.Generator, *, n: int, c: int) -> Case:
    """A batch of scores, so large that exp of them would overflow."""
    return Case(inputs=(rng.choice([1.0, 400.0]) * rng.standard_normal((n, c)),))


def one_example(rng: np.random.Generator, *, c: int) -> Case:
    """The scores of one example."""
    return Case(inputs=(3 * rng.standard_normal(c),))
