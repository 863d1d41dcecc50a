"""Schedules: how the step size changes, and how to find the first one."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.optimizers import SGD

KINDS = ("constant", "inverse", "power", "step")


class Schedule:
    """Change the step size of an optimizer from update to update.

    Parameters
    ----------
    optimizer : SGD
        Its learning rate becomes that of the first update.
    kind : str
        "constant", "inverse", "power" or "step"; the formulas stand at `step_size`.
    decay : float
        The delta of the formula.
    period : int
        Updates between two changes, for "step".

    Attributes
    ----------
    t : int
        The number of the next update, from 1.

    Raises
    ------
    ValueError
        When the kind is unknown, or the decay or the period does not fit it.

    Notes
    -----
    Call `step` after each update, or hand the schedule to `fit`.  Slide rows O02, O03, O13.
    """

    def __init__(self, optimizer: SGD, kind: str, *, decay: float = 0.0, period: int = 1) -> None:
        check_schedule(kind, decay, period)
        self.optimizer, self.lr = optimizer, optimizer.lr
        self.kind, self.decay, self.period = kind, decay, period
        self.t = 0
        self.step()

    def step(self) -> None:
        """Set the step size of the next update."""
        self.t += 1
        self.optimizer.lr = float(
            step_size(
                np.asarray(float(self.t)),
                kind=self.kind,
                lr=self.lr,
                decay=self.decay,
                period=self.period,
            )
        )


@on_floats
def step_size(t: Array, *, kind: str, lr: float, decay: float = 0.0, period: int = 1) -> Array:
    """Compute the step size of update t.

    Parameters
    ----------
    t : array of any shape
        Numbers of updates, from 1.
    kind : str
        "constant": lr.  "inverse": lr / (1 + decay t).  "power": lr / t^decay.  "step":
        lr times decay for each whole period that is over.
    lr : float
        The alpha of the formulas.
    decay : float
        The delta of the formulas.
    period : int
        Updates between two changes, for "step".

    Returns
    -------
    array of the shape of t

    Raises
    ------
    ValueError
        When the kind is unknown, or the decay or the period does not fit it.

    Notes
    -----
    Slide rows O02, O03, O13.
    """
    check_schedule(kind, decay, period)
    if kind == "inverse":
        return lr / (1 + decay * t)
    if kind == "power":
        return lr / t**decay
    if kind == "step":
        return lr * decay ** ((t - 1) // period)
    return np.full_like(t, lr)


@on_floats
def robbins_monro_sums(step_sizes: Array) -> tuple[Array, Array]:
    """Add up step sizes and their squares.

    Parameters
    ----------
    step_sizes : array of shape (T,)
        alpha_1 to alpha_T.

    Returns
    -------
    two arrays of shape (T,)
        The sums up to each t.  The first should grow without bound, so that every place can
        be reached; the second should not, so that the noise dies out.

    Notes
    -----
    Slide row O01.
    """
    return np.cumsum(step_sizes), np.cumsum(step_sizes**2)


def diverges(trajectory: Array) -> bool:
    """Tell whether a training run went wrong: it ends higher than it began, or not finite.

    Parameters
    ----------
    trajectory : array of shape (T,)
        The loss of each step.

    Returns
    -------
    bool
        Whether a loss is not finite, or the mean of the last tenth is above the first.

    Raises
    ------
    ValueError
        When the trajectory has fewer than two steps: one loss shows no direction.

    Notes
    -----
    Slide row O11.
    """
    check_trajectory(len(trajectory))
    if not np.isfinite(trajectory).all():
        return True
    tail = trajectory[-max(len(trajectory) // 10, 1) :]
    return bool(tail.mean() > trajectory[0])


def find_learning_rate(train: Callable[[float], Any], *, lr: float, halvings: int = 20) -> float:
    """Start with a large learning rate and halve it until the loss does not diverge.

    Parameters
    ----------
    train : callable
        Maps a learning rate to the loss of each step (T,) of a short run from a fresh start.
        A run over a subset of the data is enough.
    lr : float
        The first learning rate to try.
    halvings : int
        How often to halve it at most.

    Returns
    -------
    float
        The first learning rate with which training does not diverge.

    Raises
    ------
    ValueError
        When training diverges with every learning rate.

    Notes
    -----
    Slide rows O11, O12.
    """
    for _ in range(halvings + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging run may overflow
            trajectory = train(lr)
        if not diverges(trajectory):
            return lr
        lr /= 2
    raise ValueError(f"training diverges down to learning rate {2 * lr:g}: look for another fault")


def check_schedule(kind: str, decay: float, period: int) -> None:
    """Refuse unknown kinds, and settings with which they make no sense."""
    if kind not in KINDS:
        raise ValueError(f"schedule {kind!r} is none of {', '.join(KINDS)}")
    if decay < 0:
        raise ValueError(f"decay {decay} is below 0: steps would grow or change their sign")
    if kind == "step" and not (decay <= 1 and period >= 1):
        raise ValueError(f"decay {decay} and period {period}: at most 1, and at least 1, are right")


def check_trajectory(steps: int) -> None:
    """Refuse a run that is too short to judge."""
    if steps < 2:
        raise ValueError(f"a trajectory of {steps} steps shows no direction: two are needed")
