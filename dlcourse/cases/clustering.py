"""Cases of clustering."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin, call


def two_sets(rng: np.random.Generator, *, n: int, k: int, d: int) -> Case:
    """Examples and centres."""
    return Case(inputs=(rng.standard_normal((n, d)), rng.standard_normal((k, d))))


def start_of_clusters(rng: np.random.Generator, *, n: int, k: int, d: int, steps: int) -> Case:
    """Examples in clouds, starting centres among them, and one far away from all of them."""
    x = rng.standard_normal((n, d)) + 3 * rng.integers(-1, 2, size=(n, d))
    centres = x[rng.permutation(n)[:k]]
    lonely = np.full((1, d), 30.0)
    return Case({"steps": steps}, (x, np.concatenate([centres, lonely])))


def play_k_means(side: Any, case: Case) -> dict[str, Any]:
    """Where the centres end, who belongs to them, and the way there."""
    found = side.lib.k_means(*map(side.array, case.inputs), **case.arguments)
    return dict(zip(("centres", "labels", "trajectory"), found, strict=True))


def centres_too_long(rng: np.random.Generator) -> Case:
    """Centres with more columns than the examples."""
    return Case(inputs=(rng.standard_normal((4, 2)), rng.standard_normal((2, 3))))


def fewer_than_no_steps(rng: np.random.Generator) -> Case:
    """A number of steps below 0."""
    return Case({"steps": -1}, (rng.standard_normal((4, 2)), rng.standard_normal((2, 2))))


TWINS = (
    Twin(
        "squared_distances",
        two_sets,
        {"n": (1, 6), "k": (1, 4), "d": (1, 5)},
        "X04",
        play=call("squared_distances"),
        rejects=(centres_too_long,),
    ),
    Twin(
        "k_means",
        start_of_clusters,
        {"n": (1, 30), "k": (1, 4), "d": (1, 3), "steps": (0, 9)},
        "X04",
        play=play_k_means,
        rejects=(centres_too_long, fewer_than_no_steps),
    ),
)
