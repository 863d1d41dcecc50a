"""Cases of residual networks: blocks and small nets are run, the large ones counted."""

from typing import Any

import numpy as np

from dlcourse.cases.architectures import large_model, play_counts
from dlcourse.cases.case import Case, Twin

STACKED = 1e-8  # batch normalizations of a few numbers, one after the other, make rounding larger
BLOCK = {"n": (2, 3), "c": (1, 3), "h": (2, 4), "w": (0, 2), "stride": (1, 2), "way": (0, 3)}
VARIANTS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    *(((depth,), {}) for depth in (18, 34, 50, 101, 152)),
    ((34,), {"residual": False}),
    ((34,), {"shortcut": "A"}),
    ((34,), {"shortcut": "C"}),
)


def basic(
    rng: np.random.Generator, *, n: int, c: int, h: int, w: int, stride: int, way: int
) -> Case:
    """Images for a block, with one of the shortcuts or without."""
    arguments = {"in_channels": c, "channels": 3, **ways(stride, way)}
    return Case(arguments, (rng.standard_normal((n, c, h, h + w)),))


def bottleneck(
    rng: np.random.Generator, *, n: int, c: int, h: int, w: int, stride: int, way: int
) -> Case:
    """Images for a bottleneck, with one of the shortcuts or without."""
    arguments = {"in_channels": 4 * (c > 1) or 2, "channels": 1, **ways(stride, way)}
    return Case(arguments, (rng.standard_normal((n, arguments["in_channels"], h, h + w)),))


def ways(stride: int, way: int) -> dict[str, Any]:
    """One of the shortcuts A, B and C, or none."""
    return {"stride": stride, "shortcut": "ABCA"[way], "residual": way < 3}


def unknown_shortcut(rng: np.random.Generator) -> Case:
    """A shortcut that the paper does not have."""
    arguments = {"in_channels": 1, "channels": 1, "shortcut": "D"}
    return Case(arguments, (rng.standard_normal((2, 1, 3, 3)),))


def small_net(rng: np.random.Generator, *, n: int, way: int) -> Case:
    """Small pictures for a net of eight layers."""
    options = {key: value for key, value in ways(1, way).items() if key != "stride"}
    arguments = {"n": 1, "classes": 3, "in_channels": 1, "widths": (2, 3, 4), **options}
    return Case(arguments, (rng.standard_normal((n, 1, 8, 8)),))


def no_block(rng: np.random.Generator) -> Case:
    """A net without a block."""
    return Case({"n": 0}, (rng.standard_normal((2, 3, 8, 8)),))


def unknown_depth(rng: np.random.Generator) -> Case:
    """A depth that the paper does not have."""
    return Case({"depth": 20}, build=build_resnet)


def build_resnet(side: Any, *, depth: int) -> Any:
    """An outline of the net."""
    return side.lib.outline(side.lib.ResNet, depth)


# Batch normalization of a few numbers divides by deviations that may be tiny, which makes rounding
# larger, and float32 has no digits left: such rows are not compared in it.
TWINS = (
    Twin(
        "BasicBlock",
        basic,
        BLOCK,
        "RN03 RN04 RN07 RN08 RN09 RN10 RN13",
        rejects=(unknown_shortcut,),
        single=False,
        tolerance=STACKED,
    ),
    Twin(
        "Bottleneck",
        bottleneck,
        BLOCK,
        "RN13 RN14",
        rejects=(unknown_shortcut,),
        single=False,
        tolerance=STACKED,
    ),
    Twin(
        "ResNet",
        large_model("ResNet", (3, 224, 224), *VARIANTS),
        {"variant": (0, len(VARIANTS) - 1)},
        "RN05 RN10 RN11 RN12 RN19",
        play=play_counts,
        rejects=(unknown_depth,),
        single=False,
    ),
    Twin(
        "CifarResNet",
        small_net,
        {"n": (2, 3), "way": (0, 3)},
        "RN01 RN02 RN20 RN25",
        rejects=(no_block,),
        single=False,
        tolerance=STACKED,
    ),
)
