"""Points of several classes in the plane."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from dlcourse.by_hand.box import Array
from dlcourse.plots.figure import COLOURS, panels


def points(
    x: Array,
    labels: Array,
    *,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
    title: str = "",
    axis_labels: tuple[str, str] = ("", ""),
    size: float = 30,
) -> Axes:
    """Draw points as the number of their class, or as a letter with a legend.

    Parameters
    ----------
    x : array of shape (N, 2)
    labels : array of int of shape (N,)
        Classes from 0 up; as digits they stand for themselves.
    names : sequence of str, optional
        What the classes are called: drawn as A, B and so on, with a legend beside the axes.
    size : float
        Area of a sign, in square points.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title : str
    axis_labels : (str, str)

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=6.5 if names else 4.5, height=4.2)[0]
    for c in np.unique(labels).tolist():
        sign = str(c) if names is None else chr(ord("A") + c)
        x1, x2 = x[labels == c].T
        ax.scatter(
            x1,
            x2,
            s=size,
            color=COLOURS[c % len(COLOURS)],
            marker=rf"$\mathrm{{{sign}}}$",
            linewidths=0.2,
            label=None if names is None else names[c],
        )
    if names is not None:
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    ax.set(title=title, xlabel=axis_labels[0], ylabel=axis_labels[1])
    return ax
