"""Examples and labels, and ways to divide, draw from and disturb them."""

from typing import NamedTuple

import numpy as np

from dlcourse.by_hand.box import Array


class Split(NamedTuple):
    """Examples and their labels or targets: it unpacks as ``x, y = split``.

    Attributes
    ----------
    x : array of shape (T, D) or (T, C, H, W)
        One example in each row, or one picture.
    y : array of shape (T,) or (T, M)
        Labels from 0 up, or targets.
    """

    x: Array
    y: Array


def stratified_split(
    y: Array, fractions: tuple[float, ...], *, rng: np.random.Generator
) -> list[Array]:
    """Deal the examples of each class out in the same proportions.

    Parameters
    ----------
    y : array of shape (T,)
        Labels.
    fractions : tuple of float
        Share of each part; what is left makes a last part.
    rng : numpy.random.Generator
        Source of the order.

    Returns
    -------
    list of arrays of int
        Numbers of the examples in each part: disjoint, together all, shuffled.

    Raises
    ------
    ValueError
        When the fractions leave nothing for the last part.

    Notes
    -----
    Slide row E01.
    """
    if min(fractions) < 0 or sum(fractions) >= 1:
        raise ValueError(f"fractions {fractions} should be at least 0 and sum to less than 1")
    parts: list[list[Array]] = [[] for _ in range(len(fractions) + 1)]
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        cuts = np.round(np.cumsum(fractions) * len(rows)).astype(int)
        for part, piece in zip(parts, np.split(rows, cuts), strict=True):
            part.append(piece)
    return [rng.permutation(np.concatenate(part)) for part in parts]


def held_out(y: Array, n: int, *, rng: np.random.Generator) -> tuple[Array, Array]:
    """Choose n examples at random, with all classes in proportion, and list them and the others.

    Parameters
    ----------
    y : array of shape (T,)
        Labels.
    n : int
        From 0 to T - 1; each class has its share of them, to within one example.
    rng : numpy.random.Generator

    Returns
    -------
    chosen, others : arrays of int of shape (n,) and (T - n,)
        Numbers of the examples, rising.

    Raises
    ------
    ValueError
        When nothing would be left.
    """
    if not 0 <= n < len(y):
        raise ValueError(f"{n} examples cannot be held out of {len(y)}: some should be left")
    rows = rng.permutation(len(y))
    rows = rows[np.argsort(y[rows], kind="stable")]  # class after class, shuffled within
    taken = np.diff(np.arange(len(y) + 1) * n // len(y)).astype(bool)  # evenly spaced
    return np.sort(rows[taken]), np.sort(rows[~taken])


def subset(split: Split, n: int, *, rng: np.random.Generator) -> Split:
    """Draw n examples without replacement.

    Parameters
    ----------
    split : Split
    n : int
        How many, from 1 to all.
    rng : numpy.random.Generator

    Returns
    -------
    Split
        The examples drawn, in the order of drawing.

    Raises
    ------
    ValueError
        When there are not so many.
    """
    if not 1 <= n <= len(split.y):
        raise ValueError(f"{n} examples cannot be drawn from {len(split.y)}")
    rows = rng.permutation(len(split.y))[:n]
    return Split(split.x[rows], split.y[rows])


def with_label_noise(split: Split, fraction: float, *, rng: np.random.Generator) -> Split:
    """Give a fraction of the examples another label, drawn from the other classes.

    Parameters
    ----------
    split : Split
        Labels from 0 up, of at least two classes.
    fraction : float
        From 0 to 1, rounded to whole examples.
    rng : numpy.random.Generator

    Returns
    -------
    Split
        The same x; what was given is not changed.

    Raises
    ------
    ValueError
        When the fraction is outside [0, 1].
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction {fraction} should be from 0 to 1")
    y, classes = split.y.copy(), int(split.y.max()) + 1
    rows = rng.permutation(len(y))[: round(fraction * len(y))]
    y[rows] = (y[rows] + rng.integers(1, classes, len(rows))) % classes
    return Split(split.x, y)
