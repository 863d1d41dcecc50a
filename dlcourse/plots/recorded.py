"""Curves of recorded experiments."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plots.figure import COLOURS, panels


def learning_curves(
    record: Any,
    what: Mapping[str, str] | None = None,
    *,
    arms: Sequence[str] = (),
    ax: Axes | None = None,
    title: str = "",
    ylabel: str = "error in %",
    highest: float | None = None,
) -> Axes:
    """Draw what a record measured after each epoch: a colour for each arm, as the papers do.

    Parameters
    ----------
    record : Record
    what : mapping of str to str, optional
        The line style of each measure; the training error dashed, the test error solid, when None.
    arms : sequence of str
        Which are drawn; all when empty.
    ax : Axes, optional
    title, ylabel : str
    highest : float, optional
        Where the axis ends: what is higher is not seen.

    Returns
    -------
    Axes
        What was drawn on.

    Notes
    -----
    Lines are means over the seeds, and pale bands reach from the lowest to the highest seed.
    """
    ax = ax or panels(1, width=6.5)[0]
    styles = what or {"training error": "--", "test error": "-"}
    for arm, colour in zip(arms or record.arms, cycle(COLOURS), strict=False):
        for measure, style in styles.items():
            curves = record.curve(arm, measure)
            epochs = np.arange(1, curves.shape[1] + 1)
            name = arm if len(styles) == 1 else f"{arm}, {measure.removesuffix(' error')}"
            ax.plot(epochs, curves.mean(axis=0), color=colour, linestyle=style, label=name)
            if len(curves) > 1:
                low, high = curves.min(axis=0), curves.max(axis=0)
                ax.fill_between(epochs, low, high, color=colour, alpha=0.15, linewidth=0)
    ax.set(title=title, xlabel="epoch", ylabel=ylabel)
    if highest is not None:
        ax.set_ylim(0, highest)
    ax.legend(fontsize=11)
    return ax
