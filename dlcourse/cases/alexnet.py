"""Cases of AlexNet: counted, not run."""

from typing import Any

import numpy as np

from dlcourse.cases.architectures import large_model, play_counts
from dlcourse.cases.case import Case, Twin

VARIANTS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((), {}),
    ((), {"groups": 1}),
    ((), {"without": (7,)}),
    ((), {"without": (6, 7)}),
    ((), {"without": (3, 4)}),
    ((), {"without": (3, 4, 6, 7)}),
)


def no_first_layer(rng: np.random.Generator) -> Case:
    """A net without its first layer."""
    return Case({"without": (1,)}, build=build_alexnet)


def build_alexnet(side: Any, **options: Any) -> Any:
    """An outline of the net."""
    return side.lib.outline(side.lib.AlexNet, **options)


TWINS = (
    Twin(
        "AlexNet",
        large_model("AlexNet", (3, 227, 227), *VARIANTS),
        {"variant": (0, len(VARIANTS) - 1)},
        "A03 A05 A07 A09 E11",
        play=play_counts,
        rejects=(no_first_layer,),
        single=False,
    ),
)
