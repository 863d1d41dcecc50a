"""Representations: what the units of a layer can tell apart together, and what lies close."""

from itertools import combinations
from math import comb

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.clustering import squared_distances
from dlcourse.by_hand.numbers import check_digits, check_finite


@on_floats
def nearest_neighbours(queries: Array, x: Array, *, k: int = 1, metric: str = "euclidean") -> Array:
    """Find the k examples that lie nearest to each query.

    Parameters
    ----------
    queries : array of shape (Q, D)
    x : array of shape (N, D)
        The examples.
    k : int
        From 1 to N.
    metric : str
        "euclidean" takes the distance, "cosine" the angle.

    Returns
    -------
    array of int of shape (Q, k)
        Numbers of the examples, the nearest first; of equally near ones the first.

    Raises
    ------
    ValueError
        When there are fewer than k examples, the metric is unknown, the vectors have different
        lengths, or a number is not finite or in float16.

    Notes
    -----
    The squared distance of two vectors of length 1 is 2 - 2 cos(angle), so the angle needs no
    code of its own.  Slide row M06.
    """
    check_neighbours(k, len(x), metric)
    check_finite("vectors", bool(np.isfinite(queries).all() and np.isfinite(x).all()))
    if metric == "cosine":
        queries, x = (v / np.sqrt((v**2).sum(axis=1, keepdims=True)) for v in (queries, x))
    order = np.argsort(squared_distances(queries, x), axis=1, kind="stable")
    return order[:, :k]


@on_floats
def co_activation(h: Array) -> Array:
    """Count how often two units are active at once.

    Parameters
    ----------
    h : array of shape (N, M)
        Outputs of M units; one is active where it gives more than 0, and not where it is NaN.

    Returns
    -------
    array of shape (M, M)
        Fractions of the examples; on the diagonal how often each unit is active by itself.

    Notes
    -----
    The sum is the mean square of the number of active units.  For a clustering, written with a 1
    for the cluster and 0 for the others, nothing stands beside the diagonal.  Slide row X03.
    """
    active = (h > 0).astype(h.dtype)
    return active.T @ active / len(h)


def largest_region_count(units: int, dimensions: int) -> int:
    """Count the regions into which n hyperplanes can cut a space: sum of C(n, i), i = 0 to d.

    Parameters
    ----------
    units : int
        Number n of hyperplanes: one for each unit, where its pre-activation is 0.
    dimensions : int
        Number d of inputs.

    Returns
    -------
    int
        2^n where d is at least n; 1 + n + n (n - 1) / 2 in the plane.

    Raises
    ------
    ValueError
        When one of the two is below 0.

    Notes
    -----
    Reached when no two are parallel and no d + 1 meet in a point.  Slide rows X04, X05.
    """
    check_region_count(units, dimensions)
    return sum(comb(units, i) for i in range(dimensions + 1))


@on_floats
def activation_patterns(weight: Array, bias: Array) -> Array:
    """List every combination of active units that some point of the plane brings about.

    Parameters
    ----------
    weight : array of shape (M, 2)
        Of M units with two inputs.
    bias : array of shape (M,)

    Returns
    -------
    array of shape (R, M)
        Zeros and ones, counted upwards in binary: one row for each region into which the lines
        w x + b = 0 cut the plane.

    Raises
    ------
    ValueError
        When two lines are parallel, three meet in a point, or a number is not finite or in
        float16.

    Notes
    -----
    Exact, where a grid of points would miss small regions.  Each region has a corner in which two
    lines cross, and around it the two units take all four combinations while the others keep
    theirs.  Slide rows X04, X05.
    """
    check_digits(weight.dtype, "linear algebra")
    check_finite("lines", bool(np.isfinite(weight).all() and np.isfinite(bias).all()))
    units = len(bias)
    if units == 1:
        return np.array([[0.0], [1.0]], weight.dtype)
    found = set()
    for i, j in combinations(range(units), 2):
        pair = [i, j]
        check_crossing(i, j, float(np.linalg.det(weight[pair])))
        corner = np.linalg.solve(weight[pair], -bias[pair])
        a = weight @ corner + bias
        check_corner(i, j, float(np.abs(np.delete(a, pair)).min(initial=np.inf)))
        pattern = a > 0
        for both in ((0, 0), (0, 1), (1, 0), (1, 1)):
            pattern[pair] = both
            found.add(tuple(pattern.tolist()))
    return np.array(sorted(found), weight.dtype)


def check_neighbours(k: int, examples: int, metric: str) -> None:
    """Refuse more neighbours than there are, and measures that are not known."""
    if not 1 <= k <= examples:
        raise ValueError(f"k = {k} neighbours among {examples} examples")
    if metric not in ("euclidean", "cosine"):
        raise ValueError(f"the metric should be 'euclidean' or 'cosine', not {metric!r}")


def check_region_count(units: int, dimensions: int) -> None:
    """Refuse negative numbers of things."""
    if units < 0 or dimensions < 0:
        raise ValueError(f"{units} units and {dimensions} dimensions: both should be 0 or more")


def check_crossing(i: int, j: int, determinant: float) -> None:
    """Refuse lines that do not cross."""
    if abs(determinant) < 1e-9:
        raise ValueError(f"the lines of units {i} and {j} are parallel: they never cross")


def check_corner(i: int, j: int, distance: float) -> None:
    """Refuse a third line through the corner of two."""
    if distance < 1e-9:
        raise ValueError(f"a third line goes through the corner of units {i} and {j}")
