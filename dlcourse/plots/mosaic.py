"""Many small pictures in one."""

import numpy as np
from matplotlib.axes import Axes

from dlcourse.by_hand.box import Array
from dlcourse.plots.figure import SKY, panels


def mosaic(pictures: Array, *, columns: int = 10, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw grey pictures in rows on one pair of axes, with lines between them.

    Parameters
    ----------
    pictures : array of shape (T, H, W)
        From 0, white, to 1, black.
    columns : int
        How many stand side by side.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title : str

    Returns
    -------
    Axes
        What was drawn on.
    """
    t, h, w = pictures.shape
    rows = -(-t // columns)
    if ax is None:
        ax = panels(1, width=0.5 * columns, height=0.5 * rows * h / w + 0.4)[0]
    tiles = np.full((rows * columns, h + 1, w + 1), np.nan)  # one more pixel for the line
    tiles[:t, :h, :w] = pictures
    whole = tiles.reshape(rows, columns, h + 1, w + 1).swapaxes(1, 2)
    whole = whole.reshape(rows * (h + 1), columns * (w + 1))[:-1, :-1]
    ax.imshow(whole, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    ax.set_facecolor(SKY)  # seen where there is no picture
    ax.grid(visible=False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set(title=title)
    return ax
