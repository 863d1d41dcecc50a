"""Cases of GoogLeNet: a small module is run, the whole net is counted."""

import numpy as np

from dlcourse.cases.architectures import large_model, play_counts
from dlcourse.cases.case import Case, Twin


def small_module(rng: np.random.Generator, *, n: int, c: int, h: int, w: int) -> Case:
    """Images for a module with a few channels in each branch."""
    arguments = {"in_channels": c, "ones": 2, "threes": (1, 3), "fives": (2, 1), "pooled": 2}
    return Case(arguments, (rng.standard_normal((n, c, h, h + w)),))


def other_channels(rng: np.random.Generator) -> Case:
    """Images with another number of channels."""
    arguments = {"in_channels": 3, "ones": 2, "threes": (1, 3), "fives": (2, 1), "pooled": 2}
    return Case(arguments, (rng.standard_normal((1, 2, 4, 4)),))


TWINS = (
    Twin(
        "Inception",
        small_module,
        {"n": (1, 2), "c": (1, 3), "h": (1, 4), "w": (0, 2)},
        "A11 A12 A16",
        rejects=(other_channels,),
    ),
    Twin(
        "GoogLeNet",
        large_model("GoogLeNet", (3, 224, 224), ((), {}), ((), {"auxiliary": True})),
        {"variant": (0, 1)},
        "A10 A11 A12 A13 A14",
        play=play_counts,
        single=False,
    ),
)
