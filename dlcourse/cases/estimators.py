"""Cases of estimators."""

from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin


def sample(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Some examples that depend on each other."""
    return Case(inputs=(rng.standard_normal((n + 1, d)) @ rng.standard_normal((d, d)) + 5,))


def one_example(rng: np.random.Generator) -> Case:
    """A single example."""
    return Case(inputs=(rng.standard_normal((1, 3)),))


def play_moments(side: Any, case: Case) -> dict[str, Any]:
    """Mean, variance and covariance."""
    mean, variance, covariance = side.lib.estimate_moments(side.array(case.inputs[0]))
    return {"mean": mean, "variance": variance, "covariance": covariance}


TWINS = (
    Twin(
        "estimate_moments",
        sample,
        BATCH,
        "R08",
        play=play_moments,
        rejects=(one_example,),
    ),
)
