"""Data: scikit-learn's digits, split and standardized, and small sets made from a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn import datasets

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.dropout import all_masks


class Split(NamedTuple):
    """Examples and their labels or targets: it unpacks as ``x, y = split``.

    Attributes
    ----------
    x : array of shape (T, D)
        One example in each row.
    y : array of shape (T,) or (T, M)
        Labels from 0 up, or targets.
    """

    x: Array
    y: Array


@dataclass(frozen=True)
class Digits:
    """Handwritten digits, 8 x 8 pixels: three disjoint splits with all classes in proportion.

    Attributes
    ----------
    train, valid, test : Split
        Standardized pixels (T, 64) in float64, and labels (T,) from 0 to 9.
    mean, std : array of shape (64,)
        Of each pixel over the training set; the std of a constant pixel is given as 1.
    """

    train: Split
    valid: Split
    test: Split
    mean: Array
    std: Array

    def pictures(self, x: Array) -> Array:
        """Turn standardized pixels (T, 64) back into grey levels (T, 8, 8) from 0 to 1."""
        return (x * self.std + self.mean).reshape(-1, 8, 8) / 16


def digits(*, seed: int = 0, valid: float = 0.15, test: float = 0.25) -> Digits:
    """Load the 1797 digits that come with scikit-learn, split and standardized.

    Parameters
    ----------
    seed : int
        Source of the splits.
    valid, test : float
        Fractions of each class for validation and for testing.

    Returns
    -------
    Digits

    Raises
    ------
    ValueError
        When the fractions leave nothing for training.

    Notes
    -----
    The mean and the std come from the training set alone: the other two play the part of
    data not yet seen.  Slide row E01.
    """
    x, y = datasets.load_digits(return_X_y=True)
    parts = stratified_split(y, (valid, test), rng=np.random.default_rng(seed))
    rows_valid, rows_test, rows_train = parts
    mean, std = x[rows_train].mean(axis=0), x[rows_train].std(axis=0)
    std = np.where(std > 0, std, 1)
    train, valid_split, test_split = (
        Split((x[rows] - mean) / std, y[rows]) for rows in (rows_train, rows_valid, rows_test)
    )
    return Digits(train, valid_split, test_split, mean, std)


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


def subset(split: Split, n: int, *, rng: np.random.Generator) -> Split:
    """Draw n examples without replacement."""
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


def xor(n: int, *, noise: float = 0.0, rng: np.random.Generator) -> Split:
    """Draw points around the corners of a square, labelled by exclusive or.

    Parameters
    ----------
    n : int
        Number of points.
    noise : float
        Standard deviation around the corners (-1, -1), (-1, 1), (1, -1), (1, 1).
    rng : numpy.random.Generator

    Returns
    -------
    Split
        x (n, 2), and y (n,): 1 where the coordinates of the corner differ.
    """
    corners = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    which = np.arange(n) % 4
    x = corners[which] + noise * rng.standard_normal((n, 2))
    return Split(x, np.array([0, 1, 1, 0])[which])


def moons(n: int, *, noise: float = 0.1, rng: np.random.Generator) -> Split:
    """Draw two interleaving half moons: x (n, 2), y (n,) of 0 and 1."""
    return Split(*datasets.make_moons(n, noise=noise, random_state=int(rng.integers(2**31))))


def circles(n: int, *, noise: float = 0.1, rng: np.random.Generator) -> Split:
    """Draw a circle in a circle: x (n, 2), y (n,) of 0 outside and 1 inside."""
    seed = int(rng.integers(2**31))
    return Split(*datasets.make_circles(n, noise=noise, factor=0.4, random_state=seed))


def blobs(n: int, *, classes: int = 3, rng: np.random.Generator) -> Split:
    """Draw a round cloud for each class: x (n, 2), y (n,)."""
    x, y = datasets.make_blobs(n, centers=classes, random_state=int(rng.integers(2**31)))
    return Split(x, y)


def spirals(n: int, *, classes: int = 2, noise: float = 0.05, rng: np.random.Generator) -> Split:
    """Draw spiral arms, one for each class.

    Parameters
    ----------
    n : int
        Number of points.
    classes : int
        Number of arms.
    noise : float
        Standard deviation of each coordinate; the arms reach out to radius 1.
    rng : numpy.random.Generator

    Returns
    -------
    Split
        x (n, 2), and y (n,) from 0 to classes - 1.
    """
    y = np.arange(n) % classes
    radius = np.sqrt(rng.random(n))
    angle = 3 * np.pi * radius + 2 * np.pi * y / classes
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Split(x + noise * rng.standard_normal((n, 2)), y)


def curve(
    f: Callable[[Array], Array],
    n: int,
    *,
    low: float = -1.0,
    high: float = 1.0,
    noise: float = 0.1,
    rng: np.random.Generator,
) -> Split:
    """Draw noisy values of a function of one variable.

    Parameters
    ----------
    f : callable
        Maps an array of shape (n, 1) to an array of shape (n, 1).
    n : int
        Number of points.
    low, high : float
        Ends of the interval from which x is drawn evenly.
    noise : float
        Standard deviation of what is added to f(x).
    rng : numpy.random.Generator

    Returns
    -------
    Split
        x (n, 1) in rising order, and y (n, 1).
    """
    x = np.sort(rng.uniform(low, high, (n, 1)), axis=0)
    return Split(x, f(x) + noise * rng.standard_normal((n, 1)))


def bars_and_stripes(size: int) -> Array:
    """List every square pattern in which whole rows are black or white, or whole columns.

    Parameters
    ----------
    size : int
        Pixels in a row and in a column, at least 2.

    Returns
    -------
    array of shape (2 * 2^size - 2, size^2)
        Rows first, then columns; 0 for white and 1 for black.  All white and all black are both,
        and come once.

    Raises
    ------
    ValueError
        When the size is below 2.

    Notes
    -----
    Slide row U06.
    """
    if size < 2:
        raise ValueError(f"size {size} is below 2: rows and columns would be the same")
    lines = all_masks(size)
    rows = np.repeat(lines, size, axis=1)
    columns = np.tile(lines, size)
    return np.concatenate([rows, columns[1:-1]])
