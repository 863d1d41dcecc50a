"""Augmentation: other views of the same picture, for training and for testing."""

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.windows import check_window


def random_crops(
    x: Array,
    *,
    size: int,
    padding: int = 0,
    corners: Array | None = None,
    rng: np.random.Generator | None = None,
) -> Array:
    """Cut a square out of each picture, at a place of its own.

    Parameters
    ----------
    x : array of shape (N, C, H, W)
    size : int
        Height and width S of the squares, in pixels.
    padding : int
        Rows and columns of zeros added on each side before.
    corners : array of int of shape (N, 2), optional
        Row and column of the upper left pixel of each square; drawn from `rng` when None.
    rng : numpy.random.Generator, optional

    Returns
    -------
    array of shape (N, C, S, S)

    Raises
    ------
    ValueError
        When the squares are larger than the padded pictures, a corner is too far out, or the
        padding is negative.

    Notes
    -----
    Slide row RN22.
    """
    check_window(padding=padding)
    n, _, h, w = x.shape
    high, wide = h + 2 * padding, w + 2 * padding
    check_crop(size, (high, wide))
    if corners is None:
        rng = rng or np.random.default_rng()
        corners = rng.integers((high - size + 1, wide - size + 1), size=(n, 2))
    check_corners(int(corners.min()), (high - size, wide - size), tuple(corners.max(axis=0)))
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    crops = [p[:, i : i + size, j : j + size] for p, (i, j) in zip(padded, corners, strict=True)]
    return np.stack(crops)


def random_flips(
    x: Array, *, flips: Array | None = None, rng: np.random.Generator | None = None
) -> Array:
    """Mirror about half of the pictures, left to right.

    Parameters
    ----------
    x : array of shape (N, C, H, W)
    flips : array of bool of shape (N,), optional
        Which pictures are mirrored; drawn from `rng` when None.
    rng : numpy.random.Generator, optional

    Returns
    -------
    array of the shape of x

    Notes
    -----
    Not for digits: a mirrored 2 is no 2.  Slide row RN22.
    """
    if flips is None:
        flips = (rng or np.random.default_rng()).random(len(x)) < 0.5
    return np.where(flips[:, None, None, None].astype(bool), x[..., ::-1], x)


@on_floats
def subtract_mean(x: Array, mean: Array) -> Array:
    """Subtract the mean picture of the training set, pixel by pixel.

    Parameters
    ----------
    x : array of shape (N, C, H, W)
    mean : array of shape (C, H, W)

    Returns
    -------
    array of the shape of x

    Raises
    ------
    ValueError
        When the mean has another shape than the pictures.

    Notes
    -----
    Slide row RN22.
    """
    check_mean(tuple(x.shape), tuple(mean.shape))
    return x - mean


def ten_crops(x: Array, *, size: int) -> Array:
    """Cut ten squares out of each picture: the corners and the middle, and their mirror images.

    Parameters
    ----------
    x : array of shape (N, C, H, W)
    size : int
        Height and width S of the squares, in pixels.

    Returns
    -------
    array of shape (10, N, C, S, S)
        Upper left, upper right, lower left, lower right, middle; then the same mirrored.

    Raises
    ------
    ValueError
        When the squares are larger than the pictures.

    Notes
    -----
    The answers of a net for the ten are averaged.  Slide row RN23.
    """
    h, w = x.shape[2:]
    check_crop(size, (h, w))
    down, across = h - size, w - size
    corners = [(0, 0), (0, across), (down, 0), (down, across), (down // 2, across // 2)]
    five = np.stack([x[:, :, i : i + size, j : j + size] for i, j in corners])
    return np.concatenate([five, five[..., ::-1]])


def average_answers(f: Array) -> Array:
    """Average the probabilities that several nets, or one net for several views, give.

    Parameters
    ----------
    f : array of shape (M, N, C)
        Probabilities of M answers for N examples and C classes.

    Returns
    -------
    array of shape (N, C)

    Notes
    -----
    The negative log likelihood of the average is never above the average of the single ones,
    since -log is convex; the error can be.  Slide rows RN18, RN23.
    """
    return f.mean(axis=0)


def check_crop(size: int, picture: tuple[int, int]) -> None:
    """Refuse squares that do not fit into the pictures."""
    if not 1 <= size <= min(picture):
        raise ValueError(f"a square of {size} x {size} pixels does not fit into {picture}")


def check_corners(least: int, most: tuple[int, int], found: tuple[int, ...]) -> None:
    """Refuse corners from which a square would reach beyond the picture."""
    if least < 0 or found[0] > most[0] or found[1] > most[1]:
        raise ValueError(f"corners from {least} to {tuple(map(int, found))} are not within {most}")


def check_mean(pictures: tuple[int, ...], mean: tuple[int, ...]) -> None:
    """Refuse a mean picture that does not fit."""
    if pictures[1:] != mean:
        raise ValueError(f"a mean of shape {mean} does not fit pictures of shape {pictures[1:]}")
