"""Cases of boxes that move numbers."""

import numpy as np

from dlcourse.cases.case import Case, Twin
from dlcourse.cases.pooling import images

SIZES = {"n": (1, 3), "c": (1, 3), "h": (1, 3), "w": (0, 3)}


def branches(rng: np.random.Generator, *, n: int, c: int, h: int, w: int) -> Case:
    """What two branches with different channels found."""
    shapes = [(n, c, h, h + w), (n, c + 1, h, h + w)]
    return Case(inputs=tuple(rng.standard_normal(shape) for shape in shapes))


def unlike_images(rng: np.random.Generator) -> Case:
    """Branches that found images of different sizes."""
    return Case(inputs=(rng.standard_normal((1, 2, 3, 3)), rng.standard_normal((1, 2, 3, 4))))


def shortcut(
    rng: np.random.Generator, *, n: int, c: int, h: int, w: int, channels: int, stride: int
) -> Case:
    """Images that get smaller and deeper."""
    arguments = {"channels": channels, "stride": stride}
    return Case(arguments, images(rng, n=n, c=c, h=h, w=w).inputs)


def fewer_channels(rng: np.random.Generator) -> Case:
    """Channels to be taken away."""
    return Case({"channels": -1}, (rng.standard_normal((1, 2, 3, 3)),))


def flat_shortcut(rng: np.random.Generator) -> Case:
    """Vectors where images are due."""
    return Case({"channels": 1}, (rng.standard_normal((3, 4)),))


TWINS = (
    Twin("Flatten", images, SIZES, "K03"),
    Twin("Concat", branches, SIZES, "A11", rejects=(unlike_images,)),
    Twin(
        "ZeroPad",
        shortcut,
        SIZES | {"channels": (0, 3), "stride": (1, 2)},
        "RN08",
        rejects=(fewer_channels, flat_shortcut),
    ),
)
