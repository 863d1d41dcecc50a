"""Cases of VGG: counted, not run."""

from typing import Any

import numpy as np

from dlcourse.cases.architectures import large_model, play_counts
from dlcourse.cases.case import Case, Twin


def unknown_depth(rng: np.random.Generator) -> Case:
    """A depth that the paper does not have."""
    return Case({"depth": 17}, build=build_vgg)


def build_vgg(side: Any, *, depth: int) -> Any:
    """An outline of the net."""
    return side.lib.outline(side.lib.VGG, depth)


TWINS = (
    Twin(
        "VGG",
        large_model("VGG", (3, 224, 224), ((16,), {}), ((19,), {}), ((16,), {"classes": 10})),
        {"variant": (0, 2)},
        "RN11 RN15 RN19",
        play=play_counts,
        rejects=(unknown_depth,),
        single=False,
    ),
)
