"""Cases of local response normalization."""

import numpy as np

from dlcourse.cases.case import Case, Twin
from dlcourse.cases.pooling import images


def channels(rng: np.random.Generator, *, n: int, c: int, h: int, w: int, size: int) -> Case:
    """Images with some channels, and large factors that show every mistake."""
    arguments = {"size": size, "alpha": 0.7, "beta": 0.6, "k": 1.5}
    return Case(arguments, images(rng, n=n, c=c, h=h, w=w).inputs)


def no_channel(rng: np.random.Generator) -> Case:
    """A neighbourhood without anybody in it."""
    return Case({"size": 0}, (rng.standard_normal((1, 2, 3, 3)),))


def flat_channels(rng: np.random.Generator) -> Case:
    """Vectors where images are due."""
    return Case({"size": 3}, (rng.standard_normal((3, 4)),))


TWINS = (
    Twin(
        "LocalResponseNorm",
        channels,
        {"n": (1, 2), "c": (1, 6), "h": (1, 2), "w": (0, 2), "size": (1, 5)},
        "A03",
        rejects=(no_channel, flat_channels),
    ),
)
