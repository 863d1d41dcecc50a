"""A figure: its style, its panels, and how it is shown with its alt text.

Importing this module sets Matplotlib's defaults for the course: text that can be read at 100 %,
and colours that colour-blind readers tell apart (Okabe and Ito), always with a second mark such
as a dash or a marker.
"""

import base64
import html
import io
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from PIL import Image

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
HATCHES = ("", "//", "..", "\\\\", "xx", "--")
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
    """A figure as a notebook keeps it: a picture with its alt text.

    Attributes
    ----------
    alt : str
    png : bytes
    width : int
        In pixels, as it is shown.
    """

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
    return Shown(alt, as_png(figure), round(figure.get_figwidth() * SHOWN_PIXELS_PER_INCH))


def as_png(figure: Figure) -> bytes:
    """Turn a figure into a small picture, and close it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white")
    plt.close(figure)
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)  # a quarter of the size
    return small.getvalue()


def panels(
    n: int, *, width: float = 4.5, height: float = 3.4, columns: int | None = None, **options: Any
) -> list[Axes]:
    """Make axes side by side, all of one size.

    Parameters
    ----------
    n : int
    width, height : float
        Of each, in inches.
    columns : int, optional
        How many stand side by side; all when None.
    **options
        For `matplotlib.pyplot.subplots`.

    Returns
    -------
    list of Axes
        Row after row.
    """
    columns = columns or n
    rows = -(-n // columns)
    _, axes = plt.subplots(
        rows, columns, figsize=(columns * width, rows * height), squeeze=False, **options
    )
    for spare in axes.flat[n:]:
        spare.set_visible(False)
    return list(axes.flat[:n])
