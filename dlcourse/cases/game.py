"""Cases of the game of a generator against the best discriminator."""

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import Case, Twin, call


def probabilities(rng: np.random.Generator, states: int) -> Array:
    """A distribution that leaves some states out."""
    p = rng.random(states) * rng.integers(2, size=states)
    p[rng.integers(states)] += 0.1
    return p / p.sum()


def two_models(rng: np.random.Generator, *, states: int) -> Case:
    """Two distributions over the same states."""
    return Case(inputs=(probabilities(rng, states), probabilities(rng, states)))


def unlike_models(rng: np.random.Generator) -> Case:
    """Distributions over two and over three states."""
    return Case(inputs=(probabilities(rng, 2), probabilities(rng, 3)))


def judged_models(rng: np.random.Generator, *, states: int) -> Case:
    """Two distributions, and what a discriminator says, sure of states that never come."""
    p, q = two_models(rng, states=states).inputs
    d = rng.uniform(0.05, 0.95, states)
    d = np.where(p == 0, 0, np.where(q == 0, 1, d))
    return Case(inputs=(p, q, np.where((p == 0) & (q == 0), 1, d).astype(float)))


def judged_too_few(rng: np.random.Generator) -> Case:
    """A discriminator that knows fewer states than there are."""
    p, q = two_models(rng, states=3).inputs
    return Case(inputs=(p, q, np.array([0.5, 0.5])))


STATES = {"states": (1, 6)}
TWINS = (
    Twin(
        "optimal_discriminator",
        two_models,
        STATES,
        "U05",
        play=call("optimal_discriminator"),
        rejects=(unlike_models,),
    ),
    Twin(
        "game_value",
        judged_models,
        STATES,
        "U05",
        play=call("game_value"),
        rejects=(judged_too_few,),
    ),
    Twin(
        "jensen_shannon",
        two_models,
        STATES,
        "U05",
        play=call("jensen_shannon"),
        rejects=(unlike_models,),
    ),
)
