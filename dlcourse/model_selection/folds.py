"""Cross-validation: every example is held out once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.data import Split
from dlcourse.model_selection.models import Model

Fold = tuple[Array, Array]  # numbers of the examples to train on, and of those held out


def k_folds(n: int, k: int, *, rng: np.random.Generator, labels: Array | None = None) -> list[Fold]:
    """Deal n examples out to k folds, and hold each fold out in turn.

    Parameters
    ----------
    n : int
        Number of examples.
    k : int
        Number of folds, from 2 to n; with n, each example is held out alone.
    rng : numpy.random.Generator
        Source of the order.
    labels : array of shape (n,), optional
        Deals the examples of each class out evenly.

    Returns
    -------
    list of k pairs of arrays of int
        Numbers of the examples to train on, and of those held out; in rising order.

    Raises
    ------
    ValueError
        When there are fewer than 2 folds or more than examples, or not n labels.

    Notes
    -----
    The sizes of two folds differ by 1 at most.  Slide row R18.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse.model_selection import k_folds
    >>> folds = k_folds(10, 3, rng=np.random.default_rng(0))
    >>> [(len(train), len(held_out)) for train, held_out in folds]
    [(6, 4), (7, 3), (7, 3)]
    """
    if not 2 <= k <= n:
        raise ValueError(f"{k} folds of {n} examples: there should be from 2 to {n}")
    if labels is not None and len(labels) != n:
        raise ValueError(f"{len(labels)} labels for {n} examples")
    order = rng.permutation(n)
    if labels is not None:
        order = order[np.argsort(np.asarray(labels)[order], kind="stable")]
    fold = np.empty(n, int)
    fold[order] = np.arange(n) % k
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(k)]


def cross_validate(
    build: Callable[..., Model],
    examples: Split,
    k: int = 5,
    *,
    seed: int = 0,
    folds: Sequence[Fold] | None = None,
) -> Array:
    """Train a fresh model for each fold on the other folds, and score it on that fold.

    Parameters
    ----------
    build : callable
        Makes a model from its `seed`.
    examples : Split
    k : int
        Number of folds.
    seed : int
        Source of the seeds of the models, and of the folds.
    folds : sequence of pairs of arrays, optional
        As `k_folds` gives them; drawn with every class in proportion when None.

    Returns
    -------
    array of shape (k,)
        The scores.  Their mean estimates how a model does that was trained on (k-1)/k of the
        examples.

    Raises
    ------
    ValueError
        When there are fewer than 2 folds or more than examples.

    Notes
    -----
    Slide row R18.
    """
    x, y = examples
    if folds is None:
        folds = k_folds(len(y), k, rng=np.random.default_rng(seed), labels=y)
    seeds = np.random.SeedSequence(seed).generate_state(len(folds))
    return np.array(
        [
            build(seed=int(s)).fit(x[train], y[train]).score(x[held_out], y[held_out])
            for s, (train, held_out) in zip(seeds, folds, strict=True)
        ]
    )


@dataclass(frozen=True)
class CrossValidation:
    """Score a configuration by its mean over k folds, the same folds for all of them.

    Parameters
    ----------
    build : callable
        Makes a model from the hyper-parameters and `seed`, all by name.
    examples : Split
    k : int
        Number of folds.
    folds : int
        Seed of the folds.

    Notes
    -----
    Call it with a configuration and a seed, as a search does.  Slide rows R18, A02.
    """

    build: Callable[..., Model]
    examples: Split
    k: int = 5
    folds: int = 0

    def __call__(self, configuration: dict[str, Any], seed: int) -> float:
        """Give the mean score of one configuration."""
        y = self.examples.y
        folds = k_folds(len(y), self.k, rng=np.random.default_rng(self.folds), labels=y)
        build = partial(self.build, **configuration)
        return float(cross_validate(build, self.examples, seed=seed, folds=folds).mean())
