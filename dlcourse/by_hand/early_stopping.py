"""Early stopping: keep the parameters of the best epoch."""

from collections.abc import Callable
from typing import SupportsFloat

import numpy as np

from dlcourse.by_hand.box import Box


class EarlyStopping:
    """Stop when the validation error has not been at its lowest for some epochs.

    Parameters
    ----------
    net : Box
        What is trained.
    measure : callable
        Gives the validation error of the net as it is now.
    patience : int
        The look-ahead: how many epochs to go on without a new lowest error.

    Attributes
    ----------
    history : list of float
        The validation error after each epoch.
    best_epoch : int
        The epoch with the lowest error, from 0; of equal ones the first.

    Raises
    ------
    ValueError
        When the patience is below 1.

    Notes
    -----
    Hand it to `fit`, which calls `update` after each epoch and `restore` in the end.
    An error that is not a number never counts as the lowest.  Slide rows R12, R14.
    """

    def __init__(self, net: Box, measure: Callable[[], SupportsFloat], *, patience: int) -> None:
        check_patience(patience)
        self.net, self.measure, self.patience = net, measure, patience
        self.history: list[float] = []
        self.best_epoch = 0
        self.best_state = net.state_dict()

    def update(self) -> bool:
        """Measure the error after an epoch, and tell whether to stop."""
        error = float(self.measure())
        lowest = min((e for e in self.history if not np.isnan(e)), default=np.inf)
        self.history.append(error)
        epoch = len(self.history) - 1
        if error < lowest:
            self.best_epoch = epoch
            self.best_state = self.net.state_dict()
        return epoch - self.best_epoch >= self.patience

    def restore(self) -> None:
        """Give the net the parameters and buffers of the best epoch."""
        self.net.load_state_dict(self.best_state)


def check_patience(patience: int) -> None:
    """Refuse to stop before anything was seen."""
    if patience < 1:
        raise ValueError(f"patience {patience} is below 1: look at least one epoch ahead")
