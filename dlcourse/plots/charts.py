"""Charts of numbers: lines, bars, tables and pictures."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from dlcourse.by_hand.box import Array
from dlcourse.plots.figure import BLACK, BLUE, COLOURS, DASHES, HATCHES, MARKERS, SIGNED, panels

PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
"""The ground of a number on a pattern."""


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
    """Draw named lines over x, told apart by colour and dash, with a legend.

    Parameters
    ----------
    x : array of shape (N,)
    lines : mapping of str to array of shape (N,)
        What is drawn, by the name in the legend.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title, xlabel, ylabel : str
    markers : bool
        Whether each point has a sign.

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=6.5)[0]
    styles = zip(cycle(COLOURS), cycle(DASHES), cycle(MARKERS), strict=False)
    for (name, y), (colour, dash, marker) in zip(lines.items(), styles, strict=False):
        ax.plot(x, y, color=colour, linestyle=dash, marker=marker if markers else "", label=name)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if len(lines) > 1:
        ax.legend()
    return ax


def band(
    x: Array,
    mean: Array,
    margin: Array,
    *,
    name: str,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
) -> Axes:
    """Draw a named line over x, with a pale band as far as a margin above and below it.

    Parameters
    ----------
    x, mean, margin : arrays of shape (N,)
    name : str
        For the legend, which the caller asks for when all is drawn.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title, xlabel, ylabel : str

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=6.5)[0]
    ax.fill_between(x, mean - margin, mean + margin, color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(x, mean, color=BLUE, label=name)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
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
    """Draw a bar for each name, with its value written beside it.

    Parameters
    ----------
    values : mapping of str to float
    margins : sequence of float, optional
        How far a whisker reaches to both sides of each end.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title, xlabel : str
    form : str
        How a number is written, in the words of `str.format`.

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=6.5, height=0.5 * len(values) + 1.2)[0]
    names, lengths = list(values), list(values.values())
    rows = np.arange(len(names))[::-1]
    ax.barh(rows, lengths, xerr=margins, color=BLUE, error_kw={"capsize": 4, "ecolor": BLACK})
    ax.set_yticks(rows, names)
    ax.grid(axis="y", visible=False)
    whiskers = [0.0] * len(names) if margins is None else margins
    for row, value, whisker in zip(rows, lengths, whiskers, strict=True):
        side = -1 if value < 0 else 1
        ax.annotate(
            form.format(value),
            (value + side * whisker, row),
            (5 * side, 0),
            textcoords="offset points",
            ha="right" if value < 0 else "left",
            va="center",
        )
    ax.margins(x=0.15)
    ax.set(title=title, xlabel=xlabel)
    return ax


def stacked_bars(
    parts: Mapping[str, Mapping[str, float]],
    *,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
) -> Axes:
    """Draw a bar for each name from its parts, each with its own colour, pattern and number.

    Parameters
    ----------
    parts : mapping of str to mapping of str to float
        The parts of each bar by name; all bars have the same names of parts.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title, xlabel : str

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=8.5, height=0.34 * len(parts) + 1.6)[0]
    rows = np.arange(len(parts))[::-1]
    left = np.zeros(len(parts))
    for number, kind in enumerate(next(iter(parts.values()))):
        lengths = np.array([bar[kind] for bar in parts.values()])
        ax.barh(
            rows,
            lengths,
            left=left,
            label=kind,
            color=COLOURS[number],
            alpha=0.55,
            edgecolor=BLACK,
            hatch=HATCHES[number],
            linewidth=0.6,
        )
        for row, start, length in zip(rows, left, lengths, strict=True):
            if length:
                middle = (start + length / 2, row)
                ax.annotate(f"{length:g}", middle, ha="center", va="center", bbox=PAPER)
        left += lengths
    ax.margins(x=0.03)
    ax.set_yticks(rows, list(parts))
    ax.grid(axis="y", visible=False)
    ax.set(title=title, xlabel=xlabel)
    figure = ax.get_figure(root=True)
    if figure is not None:
        figure.legend(loc="outside upper center", ncols=3)
    return ax


def differences(
    means: Mapping[str, float],
    margins: Sequence[float],
    *,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
    form: str = "{:+.3g}",
) -> Axes:
    """Draw differences as dots with their intervals, beside a line at zero.

    Where an interval does not reach the line, zero is no plausible value of the difference.

    Parameters
    ----------
    means : mapping of str to float
        The mean difference of each comparison, such as a `Trials` minus another.
    margins : sequence of float
        Half the width of each interval.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title, xlabel : str
    form : str
        How a number is written, in the words of `str.format`.

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=6.5, height=0.45 * len(means) + 1.2)[0]
    rows = np.arange(len(means))[::-1]
    ax.axvline(0, color=BLACK, lw=1.2)
    ax.errorbar(list(means.values()), rows, xerr=margins, fmt="o", ms=7, capsize=4, color=BLUE)
    for row, mean in zip(rows, means.values(), strict=True):
        text = form.format(mean)
        ax.annotate(text, (mean, row), (0, 6), textcoords="offset points", ha="center")
    ax.set_yticks(rows, list(means))
    ax.set_ylim(-0.5, len(means) - 0.2)
    ax.grid(axis="y", visible=False)
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
    """Draw a matrix with negative numbers vermilion and positive ones blue, each written in.

    Parameters
    ----------
    matrix : array of shape (N, M)
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title, xlabel, ylabel : str
    form : str, optional
        How a number is written, in the words of `str.format`; none is when None.

    Returns
    -------
    Axes
        What was drawn on.
    """
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
    for axis, count in ((ax.xaxis, matrix.shape[1]), (ax.yaxis, matrix.shape[0])):
        some = MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10])
        axis.set_major_locator(FixedLocator(range(count)) if count < 16 else some)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return ax


def images(pictures: Array, titles: Sequence[str], *, columns: int = 10) -> Axes:
    """Draw grey pictures (T, H, W) from 0 to 1 in rows, each with its title.

    Parameters
    ----------
    pictures : array of shape (T, H, W)
    titles : sequence of str
        One for each picture.
    columns : int
        How many stand side by side.

    Returns
    -------
    Axes
        Those of the first picture.
    """
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
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title : str

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, height=4.0)[0]
    ax.imshow(h, cmap="cividis", aspect="auto", interpolation="nearest", vmin=low, vmax=high)
    ax.grid(visible=False)
    ax.set(title=title, xlabel="hidden units", ylabel="samples")
    return ax
