"""A moving picture of lecture 08: a layer that saturates, and batch normalization in it."""

import numpy as np

from dlcourse import by_hand, data
from dlcourse.by_hand.box import Array
from dlcourse.widgets.marks import bars, text
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

SCALES = (0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0)
BIASES = (0.0, 3.0, 10.0)
GAMMAS = (0.3, 1.0, 3.0, 10.0)
BINS = 20


def saturation() -> MovingPicture:
    """Make the weights of a sigmoid layer larger: its outputs without and with batch norm.

    Returns
    -------
    MovingPicture
        With `scale` (of the weights, in units of Glorot's deviation), `bias` and `gamma`.

    Notes
    -----
    Slide rows BN03, BN07, BN08, BN14.
    """
    x = data.digits().train.x[:256]
    edges = np.linspace(0, 1, BINS + 1)
    centres = (edges[1:] + edges[:-1]) / 2

    def draw(*, scale: float, bias: float, gamma: float) -> Frame:
        outputs = outputs_of(x, scale, bias, gamma)
        marks, stuck = [], []
        for panel, h in enumerate(outputs):
            share = 100 * np.histogram(h, edges)[0] / h.size
            stuck.append(100 * float(by_hand.saturated_fraction(h, low=0.05).mean()))
            marks.append(bars(centres, share, style=panel, panel=panel, width=0.045))
            marks.append(text(0.5, 92, f"{stuck[-1]:.0f} % saturated", panel=panel))
        says = (
            f"Weights of {scale:g} times Glorot's deviation, biases of {bias:g}: {stuck[0]:.0f} % "
            f"of the outputs are below 0.05 or above 0.95 without batch norm, and {stuck[1]:.0f} % "
            f"with it at γ = {gamma:g}."
        )
        return Frame(says, marks)

    controls = (
        Control("scale", "scale of the weights", SCALES, start=5),
        Control("bias", "all biases", BIASES),
        Control("gamma", "γ", GAMMAS, start=1),
    )
    panels = [
        Panel((0, 1), (0, 100), title, "output of the sigmoid", "% of the outputs")
        for title in ("without batch norm", "with batch norm")
    ]
    return MovingPicture("A layer that saturates", controls, panels, draw)


def outputs_of(x: Array, scale: float, bias: float, gamma: float) -> tuple[Array, Array]:
    """Give the outputs (N, 32) of a fresh sigmoid layer, without and with batch norm."""
    affine, norm, sigmoid = by_hand.Affine(64, 32), by_hand.BatchNorm1d(32), by_hand.Sigmoid()
    std = scale * by_hand.initial_std((32, 64), kind="glorot")
    by_hand.initialize(affine, kind="normal", std=std, rng=np.random.default_rng(7))
    affine.params["bias"][...] = bias
    norm.params["weight"][...] = gamma
    a = affine(x)
    return sigmoid(a), sigmoid(norm(a))
