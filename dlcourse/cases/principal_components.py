"""Cases of principal components."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin


def spread_examples(rng: np.random.Generator, *, t: int, d: int, k: int) -> Case:
    """Examples along turned axes of clearly different spread, and new ones to encode."""
    turned, _ = np.linalg.qr(rng.standard_normal((d, d)))
    spread = 2.0 ** -np.arange(d)
    away = rng.standard_normal((t + d + 1, d))
    along, _ = np.linalg.qr(away - away.mean(axis=0))
    x = 4 * along * spread @ turned + rng.standard_normal(d)
    return Case({"components": min(k, d)}, (x, rng.standard_normal((2, d))))


def play_pca(side: Any, case: Case) -> dict[str, Any]:
    """The directions of some examples, and the codes of others, there and back."""
    x, others = map(side.array, case.inputs)
    pca = side.lib.PCA(x, **case.arguments)
    code = pca.encode(others)
    return {
        "mean": pca.mean,
        "directions": pca.directions,
        "variances": pca.variances,
        "code": code,
        "decoded": pca.decode(code),
    }


def too_many_components(rng: np.random.Generator) -> Case:
    """More directions than columns."""
    return Case({"components": 4}, (rng.standard_normal((9, 3)), rng.standard_normal((1, 3))))


def too_few_examples(rng: np.random.Generator) -> Case:
    """Three examples, which span a plane and no more."""
    return Case({"components": 3}, (rng.standard_normal((3, 5)), rng.standard_normal((1, 5))))


def missing_number(rng: np.random.Generator) -> Case:
    """Examples with a gap."""
    x = rng.standard_normal((9, 3))
    x[4, 1] = np.nan
    return Case({"components": 1}, (x, rng.standard_normal((1, 3))))


TWINS = (
    Twin(
        "PCA",
        spread_examples,
        {"t": (1, 9), "d": (1, 5), "k": (1, 5)},
        "U03",
        play=play_pca,
        rejects=(too_many_components, too_few_examples, missing_number),
    ),
)
