"""A still picture of a frame, for where no front end moves it."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from dlcourse.plots import figure
from dlcourse.plots.figure import COLOURS, DASHES, MARKERS, SIGNED, Shown
from dlcourse.widgets.marks import Mark


def as_picture(panels: Sequence[dict[str, Any]], marks: Sequence[Mark], alt: str) -> Shown:
    """Draw marks with Matplotlib.

    Parameters
    ----------
    panels : sequence of dict
        As sent to the front end.
    marks : sequence of Mark
    alt : str
        What there is to see.
    """
    axes = figure.panels(len(panels), width=4.2, height=3.5)
    for ax, panel in zip(axes, panels, strict=True):
        ax.set(xlim=panel["x"], ylim=panel["y"], title=panel["title"])
        ax.set(xlabel=panel["xlabel"], ylabel=panel["ylabel"])
        for side, log in ((ax.xaxis, panel["xlog"]), (ax.yaxis, panel["ylog"])):
            if log:
                side.set_major_locator(MaxNLocator(5, integer=True))
                side.set_major_formatter(lambda v, _: f"1e{v:g}" if v else "1")
        for side, ticks in ((ax.xaxis, panel["xticks"]), (ax.yaxis, panel["yticks"])):
            if ticks is not None:
                side.set_ticks(ticks)
        if panel["equal"]:
            ax.set_aspect("equal", adjustable="box")
        if panel["bare"]:
            ax.set_axis_off()
    for mark in marks:
        DRAW[mark["k"]](axes[mark.get("p", 0)], mark)
    for ax in axes:
        names = len(ax.get_legend_handles_labels()[0])
        full = ax.images or len(ax.containers) > 2 or not ax.axison
        if names > 3 or (names and full):  # too many to stand beside the marks
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
        elif names:
            ax.legend()
    return figure.show(axes[0], alt)


def across(mark: Mark) -> Any:
    """Give the x of a mark as numbers."""
    x = mark["x"]
    return np.linspace(x["from"], x["to"], x["n"]) if isinstance(x, dict) else x


def look(mark: Mark) -> dict[str, Any]:
    """Give the colour and the name of a mark."""
    return {"color": COLOURS[mark["s"] % len(COLOURS)], "label": mark.get("n")}


def draw_line(ax: Axes, mark: Mark) -> None:
    """Draw a line; None is a gap."""
    y = [np.nan if value is None else value for value in mark["y"]]
    ax.plot(across(mark), y, ls=DASHES[mark["s"] % len(DASHES)], **look(mark))


def draw_dots(ax: Axes, mark: Mark) -> None:
    """Draw points."""
    shape = MARKERS[mark["s"] % len(MARKERS)]
    ax.plot(across(mark), mark["y"], ls="", marker=shape, ms=2 * mark["r"], **look(mark))


def draw_area(ax: Axes, mark: Mark) -> None:
    """Fill between two lines."""
    ax.fill_between(across(mark), mark["lower"], mark["upper"], alpha=0.25, **look(mark))


def draw_bars(ax: Axes, mark: Mark) -> None:
    """Draw bars."""
    ax.bar(across(mark), mark["y"], width=mark["width"], **look(mark))


def draw_heat(ax: Axes, mark: Mark) -> None:
    """Colour a grid."""
    values = np.frombuffer(base64.b64decode(mark["v"]), np.uint8).reshape(mark["size"])
    extent = (*mark["x"], *mark["y"])
    colours = SIGNED if mark["map"] == "signed" else "gray_r"
    aspect = ax.get_aspect()
    ax.imshow(values, extent=extent, cmap=colours, vmin=0, vmax=255, aspect=aspect, zorder=0)
    for k, number in enumerate(mark.get("t", [])):
        if number is not None:
            write_in_field(ax, mark, divmod(k, values.shape[1]), number, int(values.flat[k]))


def write_in_field(ax: Axes, mark: Mark, field: tuple[int, int], number: int, byte: int) -> None:
    """Write a number into a field of a grid, light on dark."""
    (left, right), (low, high), (rows, columns) = mark["x"], mark["y"], mark["size"]
    x = left + (field[1] + 0.5) * (right - left) / columns
    y = high - (field[0] + 0.5) * (high - low) / rows
    pale = abs(byte - 127.5) < 80 if mark["map"] == "signed" else byte < 128
    ink = "black" if pale else "white"
    ax.text(x, y, str(number).replace("-", "−"), color=ink, ha="center", va="center")


def draw_text(ax: Axes, mark: Mark) -> None:
    """Write words."""
    place = {"start": "left", "middle": "center", "end": "right"}[mark["anchor"]]
    ax.text(mark["x"], mark["y"], mark["t"], ha=place)


def draw_arrow(ax: Axes, mark: Mark) -> None:
    """Draw an arrow."""
    start, end = zip(mark["x"], mark["y"], strict=True)
    style = {"arrowstyle": "-|>", "color": COLOURS[mark["s"] % len(COLOURS)], "lw": 2}
    ax.annotate("", end, xytext=start, arrowprops=style)


def draw_box(ax: Axes, mark: Mark) -> None:
    """Draw a box with words."""
    corner, sides = (mark["x"], mark["y"]), (mark["w"], mark["h"])
    colour = COLOURS[mark["s"] % len(COLOURS)]
    ax.add_patch(
        FancyBboxPatch(corner, *sides, boxstyle="round,pad=0", fc="white", ec=colour, lw=2)
    )
    ax.text(corner[0] + sides[0] / 2, corner[1] + sides[1] / 2, mark["t"], ha="center", va="center")


DRAW = {
    "line": draw_line,
    "dots": draw_dots,
    "area": draw_area,
    "bars": draw_bars,
    "heat": draw_heat,
    "text": draw_text,
    "arrow": draw_arrow,
    "box": draw_box,
}
