"""Cases of Gaussian processes."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin, call


def two_sets(rng: np.random.Generator, *, n: int, m: int, d: int) -> Case:
    """Two sets of points, and a variance."""
    arguments = {"length_scale": 0.7, "variance": 1.5}
    return Case(arguments, (rng.random((n, d)), rng.random((m, d))))


def other_axes(rng: np.random.Generator) -> Case:
    """Points of the plane and points of space."""
    return Case({"length_scale": 1.0}, (rng.random((2, 2)), rng.random((2, 3))))


def seen_values(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Points with values, neither of which has a gradient."""
    inputs = (rng.random((n, d)), rng.standard_normal(n))
    return Case({"in_features": d}, inputs, fixed=frozenset({0, 1}))


def a_value_short(rng: np.random.Generator) -> Case:
    """Three points with two values."""
    return Case({"in_features": 1}, (rng.random((3, 1)), rng.random(2)))


def no_noise(rng: np.random.Generator) -> Case:
    """A noise of 0, which has no logarithm."""
    return Case({"in_features": 1, "noise": 0.0}, (rng.random((3, 1)), rng.random(3)))


def seen_and_asked(rng: np.random.Generator, *, n: int, m: int, d: int) -> Case:
    """A process, points with values, and points that are asked about."""
    state = {
        "log_length_scale": rng.uniform(-1.5, 0, d),
        "log_variance": rng.uniform(-1, 1, ()),
        "log_noise": rng.uniform(-3, 0, ()),
    }
    inputs = (rng.random((n, d)), rng.standard_normal(n), rng.random((m, d)))
    return Case({"state": state}, inputs)


def play_posterior(side: Any, case: Case) -> dict[str, Any]:
    """What the process believes."""
    state = case.arguments["state"]
    process = side.load(side.lib.GaussianProcess(len(state["log_length_scale"])), state)
    mean, std = side.lib.posterior(process, *map(side.array, case.inputs))
    return {"mean": mean, "std": std}


def asked_elsewhere(rng: np.random.Generator) -> Case:
    """Values in the plane, and a question about space."""
    case = seen_and_asked(rng, n=2, m=1, d=2)
    return Case(case.arguments, (*case.inputs[:2], rng.random((1, 3))))


def beliefs(rng: np.random.Generator, *, n: int, sure: int) -> Case:
    """Means and deviations, some of which are 0."""
    std = rng.random(n) * (rng.random(n) > sure / 2)
    return Case({"best": float(rng.standard_normal())}, (rng.standard_normal(n), std))


def no_axes(rng: np.random.Generator) -> Case:
    """A function of nothing."""
    return Case({"in_features": 0})


TWINS = (
    Twin(
        "squared_exponential",
        two_sets,
        {"n": (1, 4), "m": (1, 4), "d": (1, 3)},
        "R17",
        play=call("squared_exponential"),
        rejects=(other_axes,),
    ),
    Twin(
        "GaussianProcess",
        seen_values,
        {"n": (1, 6), "d": (1, 3)},
        "R17",
        rejects=(a_value_short, no_noise, no_axes),
    ),
    Twin(
        "posterior",
        seen_and_asked,
        {"n": (0, 6), "m": (1, 4), "d": (1, 3)},
        "R17",
        play=play_posterior,
        rejects=(asked_elsewhere,),
    ),
    Twin("ExpectedImprovement", beliefs, {"n": (1, 6), "sure": (0, 1)}, "R17"),
)
