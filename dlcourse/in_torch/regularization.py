"""Regularizers: a price on large weights."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.regularization import is_weight
from dlcourse.in_torch.numbers import check_digits, check_repeats


class L2(nn.Module):
    """Charge the sum of squares of all weights, not of biases.

    Arguments, shapes and errors: `dlcourse.by_hand.L2`.
    """

    def forward(self, net: nn.Module) -> Tensor:
        """Map a net to one number: the sum of its squared weights."""
        return torch.stack([(w**2).sum() for w in weights(net)]).sum()


class L1(nn.Module):
    """Charge the sum of absolute values of all weights, not of biases.

    Arguments, shapes and errors: `dlcourse.by_hand.L1`.
    """

    def forward(self, net: nn.Module) -> Tensor:
        """Map a net to one number: the sum of the absolute values of its weights."""
        return torch.stack([w.abs().sum() for w in weights(net)]).sum()


def weights(net: nn.Module) -> Iterator[Tensor]:
    """Yield each weight tensor of a net, biases left out."""
    return (parameter for name, parameter in net.named_parameters() if is_weight(name))


def soft_threshold(w: Tensor, *, threshold: float) -> Tensor:
    """Move every number towards 0 by the threshold, and let it stop there.

    Arguments, shapes and errors: `dlcourse.by_hand.soft_threshold`.
    """
    if threshold < 0:
        raise ValueError(f"threshold {threshold} is below 0")
    return F.softshrink(w, threshold)


def l2_shrinkage(curvature: Tensor, *, strength: float) -> Tensor:
    """Tell which part of each weight an L2 penalty leaves, at the bottom of a bowl.

    Arguments, shapes and errors: `dlcourse.by_hand.l2_shrinkage`.
    """
    check_digits(curvature.dtype, "linear algebra")
    bowl = torch.diag(curvature)
    priced = bowl + 2 * strength * torch.eye(len(curvature), dtype=curvature.dtype)
    return torch.linalg.solve(priced, bowl @ torch.ones_like(curvature))


def early_stopping_shrinkage(curvature: Tensor, *, lr: float, steps: int) -> Tensor:
    """Tell which part of each weight gradient descent has reached, in a bowl, from 0.

    Arguments, shapes and errors: `dlcourse.by_hand.early_stopping_shrinkage`.
    """
    check_repeats(steps=steps)
    theta = torch.zeros_like(curvature)
    for _ in range(steps):
        theta = theta - lr * curvature * (theta - 1)
    return theta
