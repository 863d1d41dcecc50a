"""Training: the empirical risk, and the loop that lowers it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse.in_torch.early_stopping import EarlyStopping
from dlcourse.in_torch.numbers import check_repeats
from dlcourse.in_torch.optimizers import SGD
from dlcourse.in_torch.schedules import Schedule


class EmpiricalRisk(nn.Module):
    """Average the loss over the examples and add the regularizer.

    Arguments, shapes and errors: `dlcourse.by_hand.EmpiricalRisk`.
    """

    def __init__(
        self,
        net: nn.Module,
        loss: nn.Module,
        *,
        regularizer: nn.Module | None = None,
        strength: float = 0.0,
    ) -> None:
        super().__init__()
        self.net, self.loss = net, loss
        self.regularizer, self.strength = regularizer, strength

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Map examples x (T, ...) and targets y (T, ...) to one number."""
        risk: Tensor = self.loss(self.net(x), y)
        if self.regularizer is not None:
            risk = risk + self.strength * self.regularizer(self.net)
        return risk


def minibatches(order: Tensor, batch_size: int | None = None) -> Iterator[Tensor]:
    """Cut the order of the examples into batches; the last may be smaller.

    Arguments, shapes and errors: `dlcourse.by_hand.minibatches`.
    """
    size = len(order) if batch_size is None else batch_size
    if size < 1:
        raise ValueError(f"batch size {size} is below 1")
    yield from torch.split(order, size)


def fit(
    risk: nn.Module,
    x: Tensor,
    y: Tensor | None = None,
    *,
    optimizer: SGD,
    epochs: int,
    batch_size: int | None = None,
    orders: Sequence[Any] | None = None,
    rng: torch.Generator | None = None,
    schedule: Schedule | None = None,
    early_stopping: EarlyStopping | None = None,
    after_epoch: Callable[[int], Any] | None = None,
) -> Tensor:
    """Lower the empirical risk by gradient descent, batch by batch.

    Arguments, shapes and errors: `dlcourse.by_hand.fit`.
    """
    check_repeats(epochs=epochs)
    examples = (x,) if y is None else (x, y)
    trajectory = []
    for epoch in range(epochs):
        order = order_of(epoch, len(x), orders, rng)
        for batch in minibatches(order, batch_size):
            optimizer.zero_grad()
            value = risk(*(a[batch] for a in examples))
            value.backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
            trajectory.append(value.item())
        if after_epoch is not None:
            after_epoch(epoch)
        if early_stopping is not None and early_stopping.update():
            break
    if early_stopping is not None:
        early_stopping.restore()
    return torch.tensor(trajectory, dtype=torch.float64)


def order_of(
    epoch: int, n: int, orders: Sequence[Any] | None, rng: torch.Generator | None
) -> Tensor:
    """Take the order of n examples in an epoch; shuffle them where none is given."""
    if orders is None:
        return torch.randperm(n, generator=rng)
    return torch.as_tensor(orders[epoch])
