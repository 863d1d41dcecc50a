"""Early stopping: keep the parameters of the best epoch."""

from collections.abc import Callable
from copy import deepcopy
from math import inf, isnan
from typing import SupportsFloat

from torch import nn

from dlcourse.by_hand.early_stopping import check_patience

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Stop when the validation error has not been at its lowest for some epochs.

    Arguments, shapes and errors: `dlcourse.by_hand.EarlyStopping`.
    """

    def __init__(
        self, net: nn.Module, measure: Callable[[], SupportsFloat], *, patience: int
    ) -> None:
        check_patience(patience)
        self.net, self.measure, self.patience = net, measure, patience
        self.history: list[float] = []
        self.best_epoch = 0
        self.best_state = deepcopy(net.state_dict())

    def update(self) -> bool:
        """Measure the error after an epoch, and tell whether to stop."""
        error = float(self.measure())
        lowest = min((e for e in self.history if not isnan(e)), default=inf)
        self.history.append(error)
        epoch = len(self.history) - 1
        if error < lowest:
            self.best_epoch = epoch
            self.best_state = deepcopy(self.net.state_dict())
        return epoch - self.best_epoch >= self.patience

    def restore(self) -> None:
        """Give the net the parameters and buffers of the best epoch."""
        self.net.load_state_dict(self.best_state)
