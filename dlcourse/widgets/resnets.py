"""Moving pictures of lecture 13: what a shortcut does to values and gradients."""

from functools import cache

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand.box import Array
from dlcourse.widgets.marks import evenly, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

WIDTH = 32  # units of each layer, as in the lecture
DEPTHS = (6, 12, 22, 52)
SCALES = (0.7, 0.85, 1.0, 1.2, 1.4)
LASTS = (0.0, 0.1, 0.3, 1.0)


def plain_and_residual() -> MovingPicture:
    """Stack blocks of two layers, before any training, and see what reaches the other end.

    Returns
    -------
    MovingPicture
        With `layers`, `scale` of all weights and `last` of the last one in each branch, both
        times He's.

    Notes
    -----
    Slide rows RN01, RN03, RN04.
    """

    @cache
    def sweep(layers: int, scale: float, last: float | None) -> tuple[Array, Array]:
        return sizes(layers // 2, scale, last)

    def draw(*, layers: int, scale: float, last: float) -> Frame:
        marks, factors = [], []
        for style, name, start in ((1, "plain", None), (0, "residual", last)):
            values, gradients = sweep(layers, scale, start)
            blocks = evenly(0, layers // 2, layers // 2 + 1)
            for panel, found in enumerate((values, gradients)):
                marks.append(line(blocks, np.log10(found), style=style, panel=panel, name=name))
            factors += [values[-1], gradients[0]]
        plain_size, plain, size, residual = map(written, factors)
        says = (
            f"{layers} layers. Gradient, from the last block to the first: times {plain} in the "
            f"plain net, times {residual} in the residual one. Values, from the first to the last: "
            f"times {plain_size} and times {size}."
        )
        return Frame(says, marks)

    controls = (
        Control("layers", "layers", DEPTHS, start=3),
        Control("scale", "all weights, times He", SCALES, start=1),
        Control("last", "last weight of a branch, times that", LASTS),
    )
    panels = [
        Panel(
            (0, max(DEPTHS) / 2),
            (-10, 10),
            title,
            "blocks from the input",
            "times, powers of ten",
            ylog=True,
            yticks=[-8, -4, 0, 4, 8],
        )
        for title in ("size of the values", "size of the gradient")
    ]
    return MovingPicture("What comes through many blocks", controls, panels, draw)


def sizes(blocks: int, scale: float, last: float | None) -> tuple[Array, Array]:
    """Send values up and a gradient down a stack; give their sizes between the blocks.

    Parameters
    ----------
    blocks : int
    scale : float
        Of all weights, times He's.
    last : float, optional
        Of the last weight of each residual branch, times that; a plain net when None.

    Returns
    -------
    (array of shape (blocks + 1,), array of shape (blocks + 1,))
        Root mean squares: of the values, times that of the input; of the gradient, times that
        at the output.
    """
    rng = np.random.default_rng(7)
    x, dy = np.abs(rng.standard_normal((32, WIDTH))), rng.standard_normal((32, WIDTH))
    stack = [block(rng, residual=last is not None) for _ in range(blocks)]
    for box in stack:
        by_hand.initialize(box, kind="he", rng=rng)
        for name, theta in box.named("params"):
            theta *= scale
            if last is not None and name == "weight2.weight":
                theta *= last
    values, gradients = [x], [dy]
    for box in stack:
        values.append(box(values[-1]))
    for box in reversed(stack):
        gradients.append(box.bprop(gradients[-1]))
    up, down = (np.array([np.sqrt((a**2).mean()) for a in way]) for way in (values, gradients))
    return up / up[0], down[::-1] / down[0]


def block(rng: np.random.Generator, *, residual: bool) -> by_hand.Graph:
    """Build relu(F(x) + x) of two layers, or relu(F(x))."""
    boxes = {
        "weight1": (by_hand.Affine(WIDTH, WIDTH, rng=rng), "x"),
        "relu1": (by_hand.ReLU(), "weight1"),
        "weight2": (by_hand.Affine(WIDTH, WIDTH, rng=rng), "relu1"),
        "add": (by_hand.Add(), "weight2", "x"),
        "relu2": (by_hand.ReLU(), "add"),
    }
    if not residual:
        del boxes["add"]
        boxes["relu2"] = (by_hand.ReLU(), "weight2")
    return by_hand.Graph(boxes, inputs=("x",))


def written(factor: float) -> str:
    """Write a factor with two digits."""
    if 0.01 <= factor < 1000:
        return f"{factor:.2g}" if factor < 99.5 else f"{factor:.0f}"
    return f"{factor:.0e}".replace("e-0", "e-").replace("e+0", "e")
