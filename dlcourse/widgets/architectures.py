"""Moving pictures of lecture 12: what goes when a layer goes."""

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand import LayerCount
from dlcourse.widgets.marks import bars
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

REMOVABLE = (3, 4, 6, 7)
COUNTS = ("parameters", "multiply_adds")


def alexnet_layers() -> MovingPicture:
    """Take layers out of AlexNet, and see what is left to store and to do.

    Returns
    -------
    MovingPicture
        With `layer3`, `layer4`, `layer6` and `layer7`: whether each is there.

    Notes
    -----
    Slide rows A03, A05, A07, A09.
    """
    whole = numbered(())
    totals = {what: total(whole, what) for what in COUNTS}

    def draw(**there: bool) -> Frame:
        gone = [layer for layer in REMOVABLE if not there[f"layer{layer}"]]
        left = numbered(gone)
        marks = [
            bars(
                [number + 0.2 for number in left],
                [getattr(layer, what) / 1e6 for layer in left.values()],
                panel=panel,
                width=0.4,
                name="right: this net",
            )
            for panel, what in enumerate(COUNTS)
        ]
        now = {what: total(left, what) for what in COUNTS}
        shares = [f"{100 * now[what] / totals[what]:.0f} %" for what in COUNTS]
        says = (
            f"{without(gone)}: {now['parameters']:,} parameters ({shares[0]} of all) and "
            f"{now['multiply_adds'] / 1e6:.0f} million multiply-adds ({shares[1]}). "
            f"Layer 8 reads {left[8].multiply_adds // 1000} numbers."
        )
        return Frame(says, marks)

    still = [
        bars(
            [number - 0.2 for number in whole],
            [getattr(layer, what) / 1e6 for layer in whole.values()],
            style=4,
            panel=panel,
            width=0.4,
            name="left: all eight",
        )
        for panel, what in enumerate(COUNTS)
    ]
    controls = [
        Control(f"layer{layer}", f"layer {layer}", (False, True), ("removed", "there"), start=1)
        for layer in REMOVABLE
    ]
    panels = [
        Panel((0.4, 8.6), (0, high), title, "layer", ylabel, xticks=list(range(1, 9)))
        for title, ylabel, high in (
            ("what has to be stored", "million parameters", 40),
            ("what has to be done", "million multiply-adds", 240),
        )
    ]
    return MovingPicture("AlexNet with layers removed", controls, panels, draw, still=still)


def numbered(gone: tuple[int, ...] | list[int]) -> dict[int, LayerCount]:
    """Count the layers with weights that are left in AlexNet, under their numbers of 1 to 8."""
    net = by_hand.outline(by_hand.AlexNet, without=gone)
    layers = [layer for layer in by_hand.count_layers(net, (3, 227, 227)) if layer.parameters]
    numbers = [number for number in range(1, 9) if number not in gone]
    return dict(zip(numbers, layers, strict=True))


def total(layers: dict[int, LayerCount], what: str) -> int:
    """Add up one count over all layers."""
    return int(np.sum([getattr(layer, what) for layer in layers.values()]))


def without(gone: list[int]) -> str:
    """Say which layers are missing."""
    if not gone:
        return "All eight layers"
    *first, last = map(str, gone)
    if not first:
        return f"Without layer {last}"
    return f"Without layers {', '.join(first)} and {last}"
