"""Small sets made from a seed."""

from collections.abc import Callable

import numpy as np
from sklearn import datasets

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.dropout import all_masks
from dlcourse.data.splits import Split


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
    """Draw two interleaving half moons.

    Parameters
    ----------
    n : int
        Number of points.
    noise : float
        Standard deviation of each coordinate.
    rng : numpy.random.Generator

    Returns
    -------
    Split
        x (n, 2), and y (n,) of 0 and 1.
    """
    return Split(*datasets.make_moons(n, noise=noise, random_state=int(rng.integers(2**31))))


def circles(n: int, *, noise: float = 0.1, rng: np.random.Generator) -> Split:
    """Draw a circle in a circle.

    Parameters
    ----------
    n : int
        Number of points.
    noise : float
        Standard deviation of each coordinate.
    rng : numpy.random.Generator

    Returns
    -------
    Split
        x (n, 2), and y (n,) of 0 outside and 1 inside.
    """
    seed = int(rng.integers(2**31))
    return Split(*datasets.make_circles(n, noise=noise, factor=0.4, random_state=seed))


def blobs(n: int, *, classes: int = 3, rng: np.random.Generator) -> Split:
    """Draw a round cloud for each class.

    Parameters
    ----------
    n : int
        Number of points.
    classes : int
        Number of clouds.
    rng : numpy.random.Generator

    Returns
    -------
    Split
        x (n, 2), and y (n,) from 0 to classes - 1.
    """
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
