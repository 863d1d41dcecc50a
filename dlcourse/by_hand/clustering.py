"""Clustering: each example belongs to one cluster, and to no other."""

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.numbers import check_digits, check_repeats


@on_floats
def squared_distances(x: Array, centres: Array) -> Array:
    """Compute the squared distance of each example from each centre.

    Parameters
    ----------
    x : array of shape (N, D)
    centres : array of shape (K, D)

    Returns
    -------
    array of shape (N, K)
        Sums over the columns of (x - centre)^2.

    Raises
    ------
    ValueError
        When the two have different numbers of columns, or are float16.

    Notes
    -----
    Slide row X04.
    """
    check_columns(x.shape[1], centres.shape[1])
    check_digits(x.dtype, "sums of squares")
    return np.stack([((x - centre) ** 2).sum(axis=1) for centre in centres], axis=1)


@on_floats
def k_means(x: Array, centres: Array, *, steps: int = 100) -> tuple[Array, Array, Array]:
    """Move each centre to the mean of the examples nearest to it, again and again.

    Parameters
    ----------
    x : array of shape (N, D)
        Examples.
    centres : array of shape (K, D)
        Where the K centres start: K different examples, usually.
    steps : int
        The most steps.  It ends sooner once no example changes its cluster.

    Returns
    -------
    centres : array of shape (K, D)
        A centre that no example is nearest to stays where it was.
    labels : array of int of shape (N,)
        The number of the nearest centre, from 0; of equally near ones the first.
    trajectory : array of shape (steps + 1,) or shorter
        The mean squared distance to the nearest centre, before the first step and after each.

    Raises
    ------
    ValueError
        When examples and centres have different numbers of columns or are float16, or there are
        fewer than 0 steps.

    Notes
    -----
    Neither half of a step can raise that mean: a label changes to a nearer centre, and the mean
    of some examples is the point with the smallest squared distance from them.  So it comes to
    an end, if not always at the best one.  Slide row X04.
    """
    check_repeats(steps=steps)
    centres = centres.copy()
    labels, distance = nearest(x, centres)
    trajectory = [distance]
    for _ in range(steps):
        for k in range(len(centres)):
            if (labels == k).any():
                centres[k] = x[labels == k].mean(axis=0)
        before = labels
        labels, distance = nearest(x, centres)
        trajectory.append(distance)
        if (labels == before).all():
            break
    return centres, labels, np.array(trajectory)


def nearest(x: Array, centres: Array) -> tuple[Array, float]:
    """Give the number of the nearest centre of each example, and the mean squared distance."""
    distances = squared_distances(x, centres)
    return distances.argmin(axis=1), float(distances.min(axis=1).mean())


def check_columns(columns: int, others: int) -> None:
    """Refuse to compare vectors of different lengths."""
    if columns != others:
        raise ValueError(f"vectors of {columns} and of {others} columns cannot be compared")
