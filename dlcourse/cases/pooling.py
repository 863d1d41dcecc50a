"""Cases of pooling."""

import numpy as np

from dlcourse.cases.case import Case, Twin

SIZES = {"n": (1, 3), "c": (1, 3), "h": (0, 3), "w": (1, 3), "k": (1, 3), "stride": (0, 3)}


def tied_images(
    rng: np.random.Generator, *, n: int, c: int, h: int, w: int, k: int, stride: int, padding: int
) -> Case:
    """Images wider than high, with many equal numbers in a window."""
    arguments = {
        "kernel_size": (k, k + 1),
        "stride": stride or None,
        "padding": min(padding, k // 2),
    }
    return Case(arguments, (rng.integers(-1, 2, (n, c, k + h, k + 1 + h + w)).astype(float),))


def large_padding(rng: np.random.Generator) -> Case:
    """A window that could lie in the padding alone."""
    return Case({"kernel_size": 3, "padding": 2}, (rng.standard_normal((1, 1, 4, 4)),))


def large_window(rng: np.random.Generator) -> Case:
    """A window that is larger than the images."""
    return Case({"kernel_size": 3}, (rng.standard_normal((1, 1, 2, 4)),))


def vectors(rng: np.random.Generator) -> Case:
    """Vectors where images are due."""
    return Case({"kernel_size": 2}, (rng.standard_normal((3, 4)),))


def images(rng: np.random.Generator, *, n: int, c: int, h: int, w: int) -> Case:
    """Images wider than high."""
    return Case(inputs=(rng.standard_normal((n, c, h, h + w)),))


def flat_images(rng: np.random.Generator) -> Case:
    """Vectors where images are due."""
    return Case(inputs=(rng.standard_normal((3, 4)),))


def empty_window(rng: np.random.Generator) -> Case:
    """Windows of no pixel."""
    return Case({"kernel_size": 0})


def standing_still(rng: np.random.Generator) -> Case:
    """Windows that do not move."""
    return Case({"kernel_size": 2, "stride": 0})


def negative_padding(rng: np.random.Generator) -> Case:
    """Images that are cut and not padded."""
    return Case({"kernel_size": 2, "padding": (0, -1)})


NO_WINDOWS = (empty_window, standing_still, negative_padding)


TWINS = (
    Twin(
        "MaxPool2d",
        tied_images,
        SIZES | {"padding": (0, 1)},
        "K05",
        rejects=(large_padding, large_window, vectors, *NO_WINDOWS),
    ),
    Twin(
        "AvgPool2d",
        tied_images,
        SIZES | {"padding": (0, 1)},
        "K05",
        rejects=(large_padding, large_window, vectors, *NO_WINDOWS),
    ),
    Twin(
        "GlobalAvgPool2d",
        images,
        {"n": (1, 3), "c": (1, 3), "h": (1, 3), "w": (0, 3)},
        "A13",
        rejects=(flat_images,),
    ),
)
