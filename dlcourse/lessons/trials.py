"""Experiments with several seeds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from dlcourse.by_hand.box import Array
from dlcourse.progress import progress


@dataclass(frozen=True)
class Trials:
    """Results of one experiment with several seeds.

    Attributes
    ----------
    values : array of shape (n_seeds,)
    """

    values: Array

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.values.mean())

    @property
    def margin(self) -> float:
        """Half the width of the 95 % confidence interval of the mean, by Student's t."""
        n = len(self.values)
        if n < 2:
            return float("inf")
        return float(stats.t.ppf(0.975, n - 1) * stats.sem(self.values))

    def __repr__(self) -> str:
        digits = 0  # as many decimals as the margin has a meaning for
        if 0 < self.margin < 1:
            digits = int(np.ceil(-np.log10(self.margin)))
        mean, margin = (f"{value:.{digits}f}" for value in (self.mean, self.margin))
        return f"{mean} ± {margin} (95 % interval, {len(self.values)} seeds)"

    def __sub__(self, other: "Trials") -> "Trials":
        """Subtract the results of another experiment, seed by seed."""
        return Trials(self.values - other.values)


def repeat(experiment: Callable[[int], float], seeds: Iterable[int] = range(5)) -> Trials:
    """Run an experiment once for each seed.

    Parameters
    ----------
    experiment : callable
        Maps a seed to one number.
    seeds : iterable of int

    Returns
    -------
    Trials

    Examples
    --------
    >>> from dlcourse.lessons import repeat
    >>> repeat(lambda seed: seed % 2, range(4))
    0.5 ± 0.9 (95 % interval, 4 seeds)
    """
    return Trials(np.array([experiment(seed) for seed in progress(seeds, "seeds")], float))
