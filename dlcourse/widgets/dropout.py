"""A moving picture of lecture 07: all masked nets, and the one net that stands for them."""

from itertools import pairwise

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand.box import Array
from dlcourse.widgets.marks import Mark, bars, dots, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

SIZES = {"4": (3, 4, 3), "2 + 2": (3, 2, 2, 3)}
EXAMPLE = np.array([[1.0, -1.0, 0.5]])
AVERAGES = ("geometric", "arithmetic")


def masks() -> MovingPicture:
    """Choose one of the 16 masks over four hidden units: its answer, the average, the scaled net.

    Returns
    -------
    MovingPicture
        With `hidden` (the units of the hidden layers), `average` and `mask`, as a word of zeros
        and ones.

    Notes
    -----
    Slide rows D03, D06, D08, D09.
    """
    every = by_hand.all_masks(4)
    words = ["".join(f"{m:.0f}" for m in mask) for mask in every]
    answers = {hidden: every_answer(sizes, every) for hidden, sizes in SIZES.items()}

    def draw(*, hidden: str, average: str, mask: str) -> Frame:
        f, rule = answers[hidden]
        here = words.index(mask)
        mean = by_hand.geometric_average(f) if average == "geometric" else f.mean(axis=0)
        top = int(rule.argmax())
        shown = {"this mask": f[here], f"{average} average": mean, "scaled net": rule}
        marks = net_with_mask(SIZES[hidden], every[here])
        marks += [
            bars(np.arange(3) + 0.75 + 0.25 * k, p[0], style=k, panel=1, width=0.22, name=name)
            for k, (name, p) in enumerate(shown.items())
        ]
        says = (
            f"Mask {mask} gives class {top + 1} the probability {f[here, 0, top]:.2f}, the "
            f"{average} average of all 16 gives it {mean[0, top]:.3f}, the scaled net "
            f"{rule[0, top]:.3f}; these two differ by {np.abs(mean - rule).max():.3f} at most."
        )
        return Frame(says, marks)

    controls = (
        Control("hidden", "hidden units", tuple(SIZES)),
        Control("average", "average", AVERAGES),
        Control("mask", "mask", words, start=10),
    )
    panels = [
        Panel((-0.3, 3.3), (-0.3, 3.3), "the net under this mask", bare=True),
        Panel((0.5, 3.5), (0, 1), "its answer", "class", "probability", xticks=(1, 2, 3)),
    ]
    return MovingPicture("All masks of a small net", controls, panels, draw)


def every_answer(sizes: tuple[int, ...], every: Array) -> tuple[Array, Array]:
    """Give the probabilities (16, 1, 3) of a net under every mask, and (1, 3) of the scaled net."""
    rng = np.random.default_rng(7)
    net = by_hand.MLP(sizes, activation="Tanh", output="Softmax", dropout=0.5, rng=rng)
    by_hand.initialize(net, kind="normal", std=1.5, rng=rng)
    hidden = [box for box in net.modules() if isinstance(box, by_hand.Dropout)]
    found = []
    for mask in every:
        for box, part in zip(hidden, np.split(mask, len(hidden)), strict=True):
            box.inverted = False  # as on the slides: the scaling is at test time
            box.masks = lambda _shape, part=part: part[None]
        found.append(net(EXAMPLE))
    return np.array(found), net.train(False)(EXAMPLE)


def net_with_mask(sizes: tuple[int, ...], mask: Array) -> list[Mark]:
    """Draw a net from left to right, without what a mask over its hidden units removes."""
    working = np.concatenate([np.ones(sizes[0]), mask, np.ones(sizes[-1])]).astype(bool)
    across = np.repeat(np.linspace(0, 3, len(sizes)), sizes)
    up = np.concatenate([3 - 3 * (np.arange(m) + 0.5) / m for m in sizes])
    x: list[float] = []
    y: list[float] = []
    starts = np.cumsum((0, *sizes))
    for left, right in pairwise(range(len(sizes))):
        for i in range(starts[left], starts[left + 1]):
            for j in range(starts[right], starts[right + 1]):
                if working[i] and working[j]:
                    x += [across[i], across[j], across[j]]
                    y += [up[i], up[j], np.nan]  # a gap: the next line begins elsewhere
    found = [line(x, y, style=0)]
    found.append(dots(across[working], up[working], name="at work", radius=9))
    if not working.all():
        found.append(dots(across[~working], up[~working], style=5, name="removed", radius=5))
    return found
