"""Charts of numbers: lines, bars, tables and pictures."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from dlcourse.by_hand.box import Array
from dlcourse.plots.figure import BLACK, BLUE, COLOURS, DASHES, MARKERS, SIGNED, panels


def curves(
    x: Array,
    lines: Mapping[str, Array],
    *,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    markers: bool = False,
) -> Axes:
    """Draw named lines over x, told apart by colour and dash, with a legend."""
    ax = ax or panels(1, width=6.5)[0]
    styles = zip(cycle(COLOURS), cycle(DASHES), cycle(MARKERS), strict=False)
    for (name, y), (colour, dash, marker) in zip(lines.items(), styles, strict=False):
        ax.plot(x, y, color=colour, linestyle=dash, marker=marker if markers else "", label=name)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if len(lines) > 1:
        ax.legend()
    return ax


def bars(
    values: Mapping[str, float],
    *,
    margins: Sequence[float] | None = None,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
    form: str = "{:.3g}",
) -> Axes:
    """Draw a bar for each name, with its value written beside it."""
    ax = ax or panels(1, width=6.5, height=0.5 * len(values) + 1.2)[0]
    names, lengths = list(values), list(values.values())
    rows = np.arange(len(names))[::-1]
    ax.barh(rows, lengths, xerr=margins, color=BLUE, error_kw={"capsize": 4, "ecolor": BLACK})
    ax.set_yticks(rows, names)
    ax.grid(axis="y", visible=False)
    tips = np.array(lengths) + np.array(margins if margins is not None else [0.0] * len(names))
    for row, value, tip in zip(rows, lengths, tips, strict=True):
        ax.annotate(form.format(value), (tip, row), (5, 0), textcoords="offset points", va="center")
    ax.margins(x=0.15)
    ax.set(title=title, xlabel=xlabel)
    return ax


def heatmap(
    matrix: Array,
    *,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    form: str | None = "{:.2f}",
) -> Axes:
    """Draw a matrix with negative numbers vermilion and positive ones blue, each written in."""
    ax = ax or panels(1, height=4.0)[0]
    largest = float(np.abs(matrix).max()) or 1.0
    ax.imshow(matrix, cmap=SIGNED, vmin=-largest, vmax=largest)
    for i, j in np.ndindex(matrix.shape):
        if form is None:
            break
        colour = "white" if abs(matrix[i, j]) > 0.6 * largest else "black"
        ax.text(
            j, i, form.format(matrix[i, j]), ha="center", va="center", color=colour, fontsize=11
        )
    ax.grid(visible=False)
    ax.set_xticks(range(matrix.shape[1]))
    ax.set_yticks(range(matrix.shape[0]))
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return ax


def images(pictures: Array, titles: Sequence[str], *, columns: int = 10) -> Axes:
    """Draw grey pictures (T, H, W) from 0 to 1 in rows, each with its title."""
    axes = panels(len(pictures), width=0.95, height=1.15, columns=columns)
    for ax, picture, title in zip(axes, pictures, titles, strict=True):
        ax.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        ax.set_title(title, fontsize=11)
        ax.set_axis_off()
    return axes[0]


def units(
    h: Array,
    *,
    ax: Axes | None = None,
    title: str = "",
    low: float | None = None,
    high: float | None = None,
) -> Axes:
    """Draw what hidden units give, as the slides do: a row for each sample, a column for each unit.

    Parameters
    ----------
    h : array of shape (N, M)
        Dark is the lowest value, bright the highest.
    low, high : float, optional
        The values that are darkest and brightest, to compare panels.
    """
    ax = ax or panels(1, height=4.0)[0]
    ax.imshow(h, cmap="cividis", aspect="auto", interpolation="nearest", vmin=low, vmax=high)
    ax.grid(visible=False)
    ax.set(title=title, xlabel="hidden units", ylabel="samples")
    return ax
