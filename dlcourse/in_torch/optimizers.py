"""Optimizers: how a gradient moves the parameters."""

import torch
from torch import nn


class SGD(torch.optim.SGD):
    """Step against the gradient.

    Arguments, shapes and errors: `dlcourse.by_hand.SGD`.
    """

    def __init__(self, net: nn.Module, *, lr: float) -> None:
        if lr < 0:
            raise ValueError(f"learning rate {lr} is below 0")
        super().__init__(net.parameters(), lr=lr)
