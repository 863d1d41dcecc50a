"""Bayesian optimization: let a Gaussian process of the scores choose what to try next."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.gaussian_process import ExpectedImprovement, GaussianProcess, posterior
from dlcourse.model_selection.results import Results, Trial
from dlcourse.model_selection.running import Objective
from dlcourse.model_selection.search import check_trials, draw_numbered, search
from dlcourse.model_selection.space import Configuration, Space, check_space, coordinates, draw

CANDIDATES = 1000
LENGTH, VARIANCE, NOISE = (0.5, 1.0), (1.0, 1.0), (0.01, 2.0)
"""What is believed of a process in a unit cube, with standardized scores, before any are seen: the
middle of each number, and the standard deviation of its logarithm."""


def bayesian_search(
    objective: Objective,
    space: Space,
    *,
    trials: int,
    first: int = 8,
    batch: int = 4,
    seed: int = 0,
    workers: int | None = None,
    cluster: Any = None,
    file: str | os.PathLike[str] | None = None,
) -> Results:
    """Try some configurations at random, then those of which a Gaussian process expects most.

    Parameters
    ----------
    objective, space, workers, cluster, file
        As for `grid_search`.
    trials : int
        How many, the first ones included.
    first : int
        How many are drawn at random: as `random_search` of the same seed draws them.
    batch : int
        How many are chosen at once, and may run at a time.  With 1 each choice knows all scores.
    seed : int
        Source of the configurations, and of the seeds of the trials.

    Returns
    -------
    Results
        As of `grid_search`: batches have one size whatever the number of workers.

    Raises
    ------
    ValueError
        As `random_search`, and when `first` or `batch` are below 1.

    Notes
    -----
    A trial that failed counts as the lowest score so far, so that the search keeps away from it.
    Slide rows R17, A02.
    """
    check_space(space)
    check_trials(trials)
    if min(first, batch) < 1:
        raise ValueError(f"first {first} and batch {batch} should be 1 at least")

    def plan(done: Sequence[Trial]) -> list[Configuration]:
        number = len(done)
        if number == trials:
            return []
        if number == 0:
            return [draw_numbered(space, seed, n) for n in range(min(first, trials))]
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number, 1)))
        return choose(done, space, min(batch, trials - number), rng=rng)

    head = {"kind": "bayesian search", "space": space, "seed": seed, "first": first, "batch": batch}
    return search(
        objective,
        plan,
        planned=trials,
        head=head,
        workers=workers,
        cluster=cluster,
        file=file,
    )


def choose(
    done: Sequence[Trial], space: Space, count: int, *, rng: np.random.Generator
) -> list[Configuration]:
    """Choose configurations one by one by their expected improvement.

    The score of one that is chosen is not known when the next is chosen.  Until it is, it counts
    as seen one standard deviation below what is expected, which sends the next one elsewhere.
    """
    x = np.array([coordinates(space, trial.configuration) for trial in done])
    y = standardized([trial.score for trial in done])
    process = train_process(x, y)
    candidates = [draw(space, rng) for _ in range(CANDIDATES)]
    points = np.array([coordinates(space, candidate) for candidate in candidates])
    chosen = []
    for _ in range(count):
        best = posterior(process, x, y, x)[0].max()  # without the luck that is in the scores
        mean, std = posterior(process, x, y, points)
        pick = int(ExpectedImprovement(best)(mean, std).argmax())
        chosen.append(candidates[pick])
        x, y = np.vstack([x, points[pick]]), np.append(y, mean[pick] - std[pick])
    return chosen


def standardized(scores: Sequence[float | None]) -> Array:
    """Shift and scale scores to mean 0 and deviation 1, with the lowest ones cut off.

    A step size too large brings a score down to that of guessing.  Next to such a cliff all that
    is worth choosing between would look alike, so what is below the median by more than twice as
    much as the best is above it, and what failed, counts as just as far below.
    """
    known = np.array([score for score in scores if score is not None] or [0.0])
    middle = np.median(known)
    lowest = max(known.min(), middle - 2 * (known.max() - middle))
    y = np.array([lowest if score is None else max(score, lowest) for score in scores])
    return (y - y.mean()) / (y.std() or 1.0)


def train_process(x: Array, y: Array) -> GaussianProcess:
    """Find the length scales, the variance and the noise to which the scores are least surprising.

    Parameters
    ----------
    x : array of shape (T, D)
        Places in the unit cube.
    y : array of shape (T,)
        Standardized scores.

    Returns
    -------
    GaussianProcess
    """
    axes = x.shape[1]
    process = GaussianProcess(axes)
    params = [param for _, param in process.named("params")]
    grads = [grad for _, grad in process.named("grads")]
    middle, width = np.array([LENGTH] * axes + [VARIANCE, NOISE]).T
    middle = np.log(middle)

    def surprise(theta: Array) -> tuple[float, Array]:
        for param, part in zip(params, np.split(theta, [axes, axes + 1]), strict=True):
            param[...] = part.reshape(param.shape)
        process.zero_grad()
        away = (theta - middle) / width
        value = float(process(x, y)) + 0.5 * away @ away  # the belief is a price, as in row R07
        process.bprop(np.ones(()))
        return value, np.concatenate([grad.ravel() for grad in grads]) + away / width

    bounds = list(zip(middle - 3 * width, middle + 3 * width, strict=True))
    found = minimize(surprise, middle, jac=True, method="L-BFGS-B", bounds=bounds)
    surprise(found.x)  # leaves the process with what was found
    return process
