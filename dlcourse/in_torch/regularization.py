"""Regularizers: a price on large weights."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn


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
    for name, parameter in net.named_parameters():
        if name.rpartition(".")[2] == "weight":
            yield parameter
