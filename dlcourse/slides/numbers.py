"""The numbers of the slides, computed: for each row with a value, how it comes about."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand import LayerCount
from dlcourse.by_hand.box import Box
from dlcourse.slides.row import Row

SIDES = {"AlexNet": 227}
"""Pixels along a side of the pictures; 224 for the other nets."""


@cache
def layers(model: str, *args: Any, **options: Any) -> tuple[LayerCount, ...]:
    """Count the layers of a net that is not built."""
    side = SIDES.get(model, 224)
    net = by_hand.outline(getattr(by_hand, model), *args, **options)
    return tuple(by_hand.count_layers(net, (3, side, side)))


def parameters(model: str, *args: Any, **options: Any) -> int:
    """Add up the parameters of a net."""
    return sum(layer.parameters for layer in layers(model, *args, **options))


def multiply_adds(model: str, *args: Any, **options: Any) -> int:
    """Add up the multiply-adds that a net needs for one picture."""
    return sum(layer.multiply_adds for layer in layers(model, *args, **options))


def saved(without: Collection[int]) -> int:
    """Tell how many parameters AlexNet loses with some of its layers."""
    return parameters("AlexNet") - parameters("AlexNet", without=tuple(without))


def depth(box: Box) -> int:
    """Count the layers with weights on the longest way through a net."""
    if isinstance(box, by_hand.Sequential):
        return sum(depth(inner) for _, inner in box.children())
    if isinstance(box, by_hand.Graph):
        far = dict.fromkeys(box.inputs, 0)
        for name in box.order:
            far[name] = max(far[child] for child in box.reads[name]) + depth(box.boxes[name])
        return far[box.output]
    return int(isinstance(box, by_hand.Conv2d | by_hand.Affine))


def side_for(outputs: int, *, kernel: int, stride: int) -> int:
    """Find the side of a picture that gives this many outputs along a side, without padding."""
    return stride * (outputs - 1) + kernel


def block_cost(block: str, width: int, **options: Any) -> int:
    """Add up the multiply-adds of a residual block of 64 inner channels on 56 x 56 pixels."""
    net = by_hand.outline(getattr(by_hand, block), width, 64, **options)
    return sum(layer.multiply_adds for layer in by_hand.count_layers(net, (width, 56, 56)))


def full_layer(model: str) -> int:
    """Add up the parameters of the full layers of a net."""
    return sum(layer.parameters for layer in layers(model) if layer.kind == "Affine")


def projections(depth: int) -> int:
    """Count the shortcuts of a ResNet that kind C projects, and kind B does not."""
    b, c = (
        sum(
            "downsample" in layer.name and layer.kind == "Conv2d"
            for layer in layers("ResNet", depth, shortcut=kind)
        )
        for kind in "BC"
    )
    return c - b


def margin(*errors: float, images: int) -> float:
    """Give the margin of a difference of error rates in percent: 1.96 standard errors."""
    return 1.96 * float(np.sqrt(sum(e * (100 - e) for e in errors) / images))


def agrees(row: Row, found: float) -> bool:
    """Tell whether a number is that of the ledger, to as many digits as the ledger has."""
    digits = len(f"{row.value:g}".partition(".")[2])
    return row.value is not None and round(found, digits) == row.value


COMPUTED: dict[str, Callable[[], float]] = {
    "E09": lambda: side_for(55, kernel=11, stride=4),
    "E10": lambda: np.log(1000),
    "A03": lambda: parameters("AlexNet"),
    "A05": lambda: saved((7,)),
    "A07": lambda: saved((3, 4, 6, 7)),
    "A10": lambda: depth(by_hand.outline(by_hand.GoogLeNet)),
    "A12": lambda: layers("GoogLeNet")[-2].shape[0],
    "A13": lambda: full_layer("GoogLeNet"),
    "A14": lambda: parameters("GoogLeNet"),
    "RN10": lambda: projections(34),
    "RN12": lambda: 100 * multiply_adds("ResNet", 34, shortcut="A") / multiply_adds("VGG", 19),
    "RN13": lambda: block_cost("Bottleneck", 256) / block_cost("BasicBlock", 64),
    "RN14": lambda: block_cost("Bottleneck", 256, shortcut="C") / block_cost("Bottleneck", 256),
    "RN19": lambda: (
        depth(by_hand.outline(by_hand.ResNet, 152)) / depth(by_hand.outline(by_hand.VGG, 19))
    ),
    "RN20": lambda: 60e4 * 256 / 1.28e6,
    "RN24": lambda: 100 * (27.2 - 21.2) / 21.2,
    "RN28": lambda: margin(25.03, 24.52, images=50_000),
    "RN29": lambda: 28.54 - 25.03,
}
"""How the value of each row that has one is computed."""
