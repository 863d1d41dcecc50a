"""Cases of LeNet."""

import numpy as np

from dlcourse.cases.case import Case, Twin


def pictures(rng: np.random.Generator, *, n: int, size: int, g: int) -> Case:
    """Tiny pictures for a tiny LeNet."""
    arguments = {
        "size": 8 + size,
        "kernel_size": 3,
        "channels": (2, 3),
        "features": (5, 4),
        "classes": 3,
        "activation": ("ReLU", "Tanh", "Sigmoid")[g],
    }
    return Case(arguments, (rng.standard_normal((n, 1, 8 + size, 8 + size)),))


def tiny_pictures(rng: np.random.Generator) -> Case:
    """Pictures that are too small for two convolutions and two poolings."""
    return Case({"size": 8, "kernel_size": 5}, (rng.standard_normal((1, 1, 8, 8)),))


def grey_expected(rng: np.random.Generator) -> Case:
    """Pictures with three channels."""
    return Case({"size": 8, "kernel_size": 3}, (rng.standard_normal((1, 3, 8, 8)),))


TWINS = (
    Twin(
        "LeNet",
        pictures,
        {"n": (1, 3), "size": (0, 3), "g": (0, 2)},
        "K02 K03 K09",
        rejects=(tiny_pictures, grey_expected),
    ),
)
