"""Cases of critical points."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin


def quadratic(rng: np.random.Generator, *, d: int) -> Case:
    """A symmetric matrix of small whole numbers, and a point."""
    m = rng.integers(-2, 3, size=(d, d)).astype(float)
    return Case({"matrix": m + m.T}, (rng.standard_normal(d),))


def play_hessian(side: Any, case: Case) -> dict[str, Any]:
    """The Hessian of x^T M x / 2 plus cubes is M plus a diagonal."""
    m, x = side.array(case.arguments["matrix"]), side.array(case.inputs[0])
    return {"hessian": side.lib.hessian(lambda x: x @ m @ x / 2 + (x**3).sum(), x)}


def play_classify(side: Any, case: Case) -> dict[str, Any]:
    """The kind of the critical point at 0 of x^T M x / 2."""
    kinds = ("minimum", "maximum", "saddle", "undecided")
    kind = side.lib.classify_critical_point(side.array(case.arguments["matrix"]))
    return {"kind": kinds.index(kind)}


def unknown_curvature(rng: np.random.Generator) -> Case:
    """A second derivative that is not known."""
    return Case({"matrix": np.array([[1.0, np.nan], [np.nan, 1.0]])})


# Finite differences, and counting by comparing slopes, need the 16 digits of float64:
# such rows are not compared in float32.
TWINS = (
    Twin(
        "hessian",
        quadratic,
        {"d": (1, 4)},
        "T10",
        play=play_hessian,
        single=False,
        tolerance=1e-6,  # by hand it is a difference of differences, over a step squared
    ),
    Twin(
        "classify_critical_point",
        quadratic,
        {"d": (1, 4)},
        "T10",
        play=play_classify,
        rejects=(unknown_curvature,),
    ),
)
