"""What a search asks of a model, and the objective that trains one and scores it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

from dlcourse.by_hand.box import Array
from dlcourse.data import Split


class Model(Protocol):
    """Whatever can fit and score: of either side of the course, or of scikit-learn."""

    def fit(self, x: Array, y: Array) -> Self:
        """Learn from examples x (T, ...) and their labels or targets y (T, ...)."""

    def score(self, x: Array, y: Array) -> float:
        """Tell how well the model does on examples x with labels y; the larger the better."""


@dataclass(frozen=True)
class Holdout:
    """Train on the training set and score on the validation set.

    Parameters
    ----------
    build : callable
        Makes a model from the hyper-parameters and `seed`, all by name.
    train, valid : Split

    Notes
    -----
    Call it with a configuration and a seed, as a search does.  Slide row R09.
    """

    build: Callable[..., Model]
    train: Split
    valid: Split

    def __call__(self, configuration: dict[str, Any], seed: int) -> float:
        """Give the validation score of one configuration."""
        return self.build(**configuration, seed=seed).fit(*self.train).score(*self.valid)
