"""Cases of representations."""

import numpy as np

from dlcourse.cases.case import Case, Twin, call


def queries(rng: np.random.Generator, *, q: int, n: int, d: int, k: int, cosine: int) -> Case:
    """Examples of different lengths, one of them twice, and queries."""
    x = rng.standard_normal((n, d)) * rng.uniform(0.2, 5, (n, 1))
    x[-1] = x[0]
    arguments = {"k": min(k, n), "metric": ("euclidean", "cosine")[cosine]}
    return Case(arguments, (rng.standard_normal((q, d)), x))


def too_many_neighbours(rng: np.random.Generator) -> Case:
    """More neighbours than examples."""
    return Case({"k": 4}, (rng.standard_normal((2, 2)), rng.standard_normal((3, 2))))


def unknown_metric(rng: np.random.Generator) -> Case:
    """A measure that there is not."""
    arguments = {"metric": "manhattan"}
    return Case(arguments, (rng.standard_normal((2, 2)), rng.standard_normal((3, 2))))


def active_units(rng: np.random.Generator, *, n: int, m: int) -> Case:
    """Outputs of rectified units, many of them exactly 0."""
    return Case(inputs=(np.maximum(rng.standard_normal((n, m)), 0),))


def region_sizes(rng: np.random.Generator, *, units: int, dimensions: int) -> Case:
    """Numbers of units and of inputs."""
    return Case({"units": units, "dimensions": dimensions})


def negative_dimensions(rng: np.random.Generator) -> Case:
    """A space of less than no dimension."""
    return Case({"units": 2, "dimensions": -1})


def lines(rng: np.random.Generator, *, m: int) -> Case:
    """Units of two inputs, whose lines lie in all directions."""
    return Case(inputs=(rng.standard_normal((m, 2)), rng.standard_normal(m)))


def parallel_lines(rng: np.random.Generator) -> Case:
    """Two lines that never cross."""
    return Case(inputs=(np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([0.0, 1.0])))


def three_through_a_point(rng: np.random.Generator) -> Case:
    """Three lines through the origin."""
    return Case(inputs=(rng.standard_normal((3, 2)), np.zeros(3)))


def missing_number(rng: np.random.Generator) -> Case:
    """A query that lies nowhere."""
    return Case(inputs=(np.array([[0.0, np.nan]]), rng.standard_normal((3, 2))))


def line_nowhere(rng: np.random.Generator) -> Case:
    """A unit whose line cannot be drawn."""
    return Case(inputs=(np.array([[1.0, 2.0], [2.0, np.nan]]), np.array([0.0, 1.0])))


TWINS = (
    Twin(
        "nearest_neighbours",
        queries,
        {"q": (1, 4), "n": (1, 9), "d": (2, 4), "k": (1, 5), "cosine": (0, 1)},
        "M06",
        play=call("nearest_neighbours"),
        rejects=(too_many_neighbours, unknown_metric, missing_number),
    ),
    Twin(
        "co_activation",
        active_units,
        {"n": (1, 8), "m": (1, 5)},
        "X03",
        play=call("co_activation"),
    ),
    Twin(
        "largest_region_count",
        region_sizes,
        {"units": (0, 9), "dimensions": (0, 9)},
        "X04 X05",
        play=call("largest_region_count"),
        rejects=(negative_dimensions,),
    ),
    Twin(
        "activation_patterns",
        lines,
        {"m": (1, 7)},
        "X04 X05",
        play=call("activation_patterns"),
        rejects=(parallel_lines, three_through_a_point, line_nowhere),
    ),
)
