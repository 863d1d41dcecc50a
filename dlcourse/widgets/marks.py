"""Marks: what a frame of a moving picture is drawn with, as small plain data."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array

Mark = dict[str, Any]

DIGITS = 4  # significant digits that are sent: a screen shows three


def rounded(values: Any) -> Any:
    """Write numbers with few digits, as lists; what is not finite becomes a gap."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 0:
        return None if not np.isfinite(array) else float(f"{array:.{DIGITS}g}")
    return [rounded(value) for value in array]


def evenly(low: float, high: float, n: int) -> dict[str, float]:
    """Say n even steps from low to high, instead of sending them all."""
    return {"from": low, "to": high, "n": n}


def line(x: Any, y: Any, *, style: int = 0, panel: int = 0, name: str = "", **more: Any) -> Mark:
    """Draw a line through points; x may be `evenly` spaced."""
    across = x if isinstance(x, dict) else rounded(x)
    return mark("line", panel, style, name, x=across, y=rounded(y), **more)


def dots(
    x: Any, y: Any, *, style: int = 0, panel: int = 0, name: str = "", radius: float = 3.5
) -> Mark:
    """Draw points; each style has its own shape."""
    return mark("dots", panel, style, name, x=rounded(x), y=rounded(y), r=radius)


def area(x: Any, lower: Any, upper: Any, *, style: int = 0, panel: int = 0) -> Mark:
    """Fill what lies between two lines."""
    across = x if isinstance(x, dict) else rounded(x)
    return mark("area", panel, style, "", x=across, lower=rounded(lower), upper=rounded(upper))


def bars(
    x: Any, y: Any, *, style: int = 0, panel: int = 0, width: float = 0.8, name: str = ""
) -> Mark:
    """Draw bars from 0."""
    return mark("bars", panel, style, name, x=rounded(x), y=rounded(y), width=width)


def heat(
    values: Array,
    *,
    x: Sequence[float],
    y: Sequence[float],
    low: float,
    high: float,
    signed: bool = True,
    smooth: bool = False,
    written: bool = False,
    panel: int = 0,
) -> Mark:
    """Colour the fields of a grid (rows, columns), the first row on top.

    Parameters
    ----------
    values : array of shape (rows, columns)
    x, y : (float, float)
        Where the grid begins and ends.
    low, high : float
        The values of the two ends of the colours: vermilion over white to blue when signed, and
        white to black otherwise.
    signed, smooth : bool
    written : bool
        Whether each value, a whole number, stands in its field; one that is not finite stays blank.
    panel : int
    """
    filled = np.where(np.isfinite(values), values, (low + high) / 2 if signed else low)
    scaled = np.clip((filled - low) / (high - low), 0, 1) * 255
    coded = base64.b64encode(np.round(scaled).astype(np.uint8).tobytes()).decode()
    found = mark("heat", panel, 0, "", v=coded, size=list(values.shape), x=rounded(x), y=rounded(y))
    found |= {"map": "signed" if signed else "greys"} | ({"smooth": 1} if smooth else {})
    if written:
        found["t"] = [round(v) if np.isfinite(v) else None for v in values.ravel().tolist()]
    return found


def text(x: float, y: float, words: str, *, panel: int = 0, anchor: str = "middle") -> Mark:
    """Write words; the anchor is "start", "middle" or "end"."""
    return mark("text", panel, 0, "", x=rounded(x), y=rounded(y), t=words, anchor=anchor)


def arrow(x: Sequence[float], y: Sequence[float], *, style: int = 0, panel: int = 0) -> Mark:
    """Draw an arrow from the first point to the second."""
    return mark("arrow", panel, style, "", x=rounded(x), y=rounded(y))


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    words: str = "",
    *,
    style: int = 0,
    panel: int = 0,
) -> Mark:
    """Draw a box with words in it; x and y are its lower left corner."""
    sides = {"w": rounded(width), "h": rounded(height)}
    return mark("box", panel, style, "", x=rounded(x), y=rounded(y), t=words, **sides)


def mark(kind: str, panel: int, style: int, name: str, **more: Any) -> Mark:
    """Put a mark together, leaving out what is the usual."""
    found: Mark = {"k": kind, "s": style, **more}
    if panel:
        found["p"] = panel
    if name:
        found["n"] = name
    return found
