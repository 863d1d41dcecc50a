"""Figures of the lectures: drawn with Matplotlib, shown with their alt text.

A drawing function returns the axes it drew on; `show` ends a cell, and takes the one sentence
that says in words and numbers what the figure shows.  Importing this module sets Matplotlib's
defaults for the course: text that can be read at 100 %, and colours that colour-blind readers
tell apart (Okabe and Ito), always with a second mark such as a dash or a marker.
"""

import base64
import html
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from PIL import Image

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.graph import Graph

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#000000",
)
COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, BLACK, SKY)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SIGNED = LinearSegmentedColormap.from_list("signed", [RED, "#FFFFFF", BLUE])
"""From negative (vermilion) over zero (white) to positive (blue)."""
TINTS = ListedColormap(["#BFDDF0", "#F8D9B8", "#BFE7DA", "#F0D7E4"])
"""Pale grounds for decision regions, in the order of the classes."""

PIXELS_PER_INCH = 144  # drawn at twice the resolution it is shown at, so that text stays sharp
SHOWN_PIXELS_PER_INCH = 72

mpl.rcParams.update(
    {
        "figure.constrained_layout.use": True,
        "figure.dpi": PIXELS_PER_INCH,
        "font.size": 12,
        "axes.titlesize": 12,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=COLOURS),
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#E0E0E0",
        "lines.linewidth": 2.2,
        "legend.frameon": False,
        "image.cmap": "cividis",
    }
)


@dataclass(frozen=True)
class Shown:
    """A figure as a notebook keeps it: a picture with its alt text."""

    alt: str
    png: bytes
    width: int

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        return (
            f'<img alt="{html.escape(self.alt)}" width="{self.width}" '
            f'src="data:image/png;base64,{data}">'
        )


def show(drawn: Axes | Figure, alt: str) -> Shown:
    """Finish a figure: turn it into a picture with alt text, and close it.

    Parameters
    ----------
    drawn : Axes or Figure
        What was drawn on, or the figure of it.
    alt : str
        One sentence with the main numbers, for who cannot see the picture.

    Returns
    -------
    Shown
        The last line of a cell shows it.

    Raises
    ------
    ValueError
        When the alt text has no number or is too short to say anything.
    """
    if len(alt) < 40 or not any(c.isdigit() for c in alt):
        raise ValueError(f"the alt text {alt!r} should be a sentence with the main numbers")
    figure = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    assert figure is not None
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white")
    plt.close(figure)
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)  # a quarter of the size
    width = round(figure.get_figwidth() * SHOWN_PIXELS_PER_INCH)
    return Shown(alt, small.getvalue(), width)


def panels(
    n: int, *, width: float = 4.5, height: float = 3.4, columns: int | None = None, **options: Any
) -> list[Axes]:
    """Make n axes side by side, each of the given width and height in inches."""
    columns = columns or n
    rows = -(-n // columns)
    _, axes = plt.subplots(
        rows, columns, figsize=(columns * width, rows * height), squeeze=False, **options
    )
    for spare in axes.flat[n:]:
        spare.set_visible(False)
    return list(axes.flat[:n])


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


def plane(span: float = 2.0, points: int = 121) -> Array:
    """Make a grid of points (points * points, 2) over the square [-span, span]^2."""
    side = np.linspace(-span, span, points)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


def surface(
    f: Callable[[Array], Array],
    *,
    ax: Any = None,
    span: float = 3.0,
    title: str = "",
    labels: tuple[str, str] = ("$x_1$", "$x_2$"),
    limits: tuple[float, float] | None = None,
    azimuth: float = -125,
) -> Any:
    """Draw f, which maps points (N, 2) to (N,), as a surface over the plane."""
    ax = ax or panels(1, subplot_kw={"projection": "3d"})[0]
    x = plane(span, 37)
    side = x.reshape(37, 37, 2)
    heights = np.asarray(f(x)).reshape(37, 37)
    ax.plot_surface(
        side[..., 0],
        side[..., 1],
        heights,
        cmap="cividis",
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
    )
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
    if limits is not None:
        ax.set_zlim(*limits)
    ax.view_init(elev=28, azim=azimuth)
    return ax


def regions(
    f: Callable[[Array], Array],
    *,
    points: tuple[Array, Array] | None = None,
    ax: Axes | None = None,
    span: float = 2.0,
    title: str = "",
    labels: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Axes:
    """Colour the plane by the class f gives, and draw labelled points with their own markers.

    Parameters
    ----------
    f : callable
        Maps points (N, 2) to class numbers (N,).
    points : (x, y), optional
        Examples (T, 2) and labels (T,).
    """
    ax = ax or panels(1, height=4.2)[0]
    x = plane(span, 241)
    classes = np.asarray(f(x)).reshape(241, 241)
    ax.imshow(
        classes,
        extent=(-span, span, -span, span),
        origin="lower",
        cmap=TINTS,
        vmin=-0.5,
        vmax=TINTS.N - 0.5,
        interpolation="nearest",
    )
    if points is not None:
        size = 110 if len(points[1]) < 10 else 26
        for c in np.unique(points[1]):
            here = points[0][points[1] == c]
            x1, x2 = here.T
            ax.scatter(
                x1, x2, s=size, c=COLOURS[c], marker=MARKERS[c], edgecolors="white", linewidths=0.5
            )
    ax.grid(visible=False)
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
    return ax


def contours(
    f: Callable[[Array], Array],
    *,
    paths: Mapping[str, Array] | None = None,
    ax: Axes | None = None,
    span: float = 2.0,
    levels: int | Sequence[float] = 14,
    title: str = "",
    labels: tuple[str, str] = ("", ""),
) -> Axes:
    """Draw the level lines of f, which maps points (N, 2) to (N,), and paths (K, 2) over them."""
    ax = ax or panels(1, width=5.5, height=4.4)[0]
    x = plane(span, 121)
    grid = x.reshape(121, 121, 2)
    heights = np.asarray(f(x)).reshape(121, 121)
    ax.contour(grid[..., 0], grid[..., 1], heights, levels=levels, cmap="cividis", linewidths=1)
    for i, (name, path) in enumerate((paths or {}).items()):
        ax.plot(*path.T, color=COLOURS[i], linestyle=DASHES[i], marker=MARKERS[i], ms=4, label=name)
    if paths:
        ax.legend()
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
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
        ax.text(j, i, form.format(matrix[i, j]), ha="center", va="center", color=colour, fontsize=9)
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
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
    return axes[0]


def flow_graph(
    graph: Graph,
    *,
    notes: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw a flow graph as it is wired: inputs on the left, an arrow to each box that reads.

    Parameters
    ----------
    graph : Graph
        Of either side.
    notes : mapping of str to str, optional
        A line to write under an input or box, such as its value.
    """
    depth: dict[str, int] = dict.fromkeys(graph.inputs, 0)
    for name in graph.order:
        depth[name] = 1 + max(depth[child] for child in graph.reads[name])
    for name in graph.inputs:  # an input stands just before the first box that reads it
        depth[name] = min(depth[box] for box in graph.order if name in graph.reads[box]) - 1
    level: dict[int, list[str]] = {}
    for name, d in depth.items():
        level.setdefault(d, []).append(name)
    place = {
        name: (2.2 * d, 1.5 * (len(names) - 1) / 2 - 1.5 * i)
        for d, names in level.items()
        for i, name in enumerate(names)
    }
    tallest = max(map(len, level.values()))
    ax = ax or panels(1, width=1.75 * len(level), height=1.3 * tallest + 0.6)[0]
    boxes = dict(graph.children() if isinstance(graph, Graph) else graph.named_children())
    drawn = {}
    for name, (x, y) in place.items():
        text = name if name in graph.inputs else f"{name}\n{type(boxes[name]).__name__}"
        if notes and name in notes:
            text += f"\n{notes[name]}"
        style = "round,pad=0.4" if name in graph.inputs else "square,pad=0.4"
        ground = "#F2F2F2" if name in graph.inputs else "#D6EAF5"
        frame = {"boxstyle": style, "facecolor": ground, "edgecolor": BLACK}
        drawn[name] = ax.text(x, y, text, ha="center", va="center", fontsize=11, bbox=frame)
    for name in graph.order:
        for child, times in Counter(graph.reads[name]).items():
            far = depth[name] - depth[child] > 1
            for bend in (-0.25, 0.25) if times == 2 else (0.4 if far else 0.0,):
                arrow = {
                    "arrowstyle": "-|>",
                    "color": BLACK,
                    "lw": 1.4,
                    "connectionstyle": f"arc3,rad={bend}",
                    "patchA": drawn[child].get_bbox_patch(),
                    "patchB": drawn[name].get_bbox_patch(),
                    "shrinkB": 3,
                }
                ax.annotate("", place[name], place[child], arrowprops=arrow)
    xs, ys = zip(*place.values(), strict=True)
    ax.set_xlim(min(xs) - 0.9, max(xs) + 0.9)
    ax.set_ylim(min(ys) - 1.0, max(ys) + 1.0)
    ax.set_title(title)
    ax.set_axis_off()
    return ax
