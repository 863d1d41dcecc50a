"""Schedules: how the step size changes, and how to find the first one."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from dlcourse.by_hand.schedules import check_schedule, check_trajectory
from dlcourse.in_torch.optimizers import SGD

__all__ = [
    "Schedule",
    "diverges",
    "find_learning_rate",
    "robbins_monro_sums",
    "step_size",
]


class Schedule(LambdaLR):
    """Change the step size of an optimizer from update to update.

    Arguments, shapes and errors: `dlcourse.by_hand.Schedule`.
    """

    def __init__(self, optimizer: SGD, kind: str, *, decay: float = 0.0, period: int = 1) -> None:
        check_schedule(kind, decay, period)

        def factor(updates: int) -> float:
            t = torch.tensor(updates + 1.0, dtype=torch.float64)
            return step_size(t, kind=kind, lr=1.0, decay=decay, period=period).item()

        super().__init__(optimizer, factor)


def step_size(t: Tensor, *, kind: str, lr: float, decay: float = 0.0, period: int = 1) -> Tensor:
    """Compute the step size of update t.

    Arguments, shapes and errors: `dlcourse.by_hand.step_size`.
    """
    check_schedule(kind, decay, period)
    formulas: dict[str, Callable[[Tensor], Tensor]] = {
        "constant": torch.ones_like,
        "inverse": lambda t: 1 / (1 + decay * t),
        "power": lambda t: t**-decay,
        "step": lambda t: decay ** torch.floor((t - 1) / period),
    }
    return lr * formulas[kind](t)


def robbins_monro_sums(step_sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Add up step sizes and their squares.

    Arguments, shapes and errors: `dlcourse.by_hand.robbins_monro_sums`.
    """
    return step_sizes.cumsum(0), step_sizes.square().cumsum(0)


def diverges(trajectory: Tensor) -> bool:
    """Tell whether a training run went wrong: it ends higher than it began, or not finite.

    Arguments, shapes and errors: `dlcourse.by_hand.diverges`.
    """
    check_trajectory(len(trajectory))
    tail = trajectory[-max(len(trajectory) // 10, 1) :]
    finite = bool(trajectory.isfinite().all())
    return not finite or bool(tail.mean() > trajectory[0])


def find_learning_rate(train: Callable[[float], Any], *, lr: float, halvings: int = 20) -> float:
    """Start with a large learning rate and halve it until the loss does not diverge.

    Arguments, shapes and errors: `dlcourse.by_hand.find_learning_rate`.
    """
    for _ in range(halvings + 1):
        if not diverges(train(lr)):
            return lr
        lr /= 2
    raise ValueError(f"training diverges down to learning rate {2 * lr:g}: look for another fault")
