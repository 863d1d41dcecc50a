"""Convolution: the same small weights at every place of an image."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.convolution import check_groups
from dlcourse.by_hand.correlation import check_channels, check_fits
from dlcourse.by_hand.windows import Pair, check_window, pair

__all__ = ["Conv2d"]


class Conv2d(nn.Module):
    """Weigh every window of an image with the same kernel, and add a bias.

    Arguments, shapes and errors: `dlcourse.by_hand.Conv2d`.
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        *,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        groups: int = 1,
        bias: bool = True,
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_groups(in_channels, out_channels, groups)
        check_window(kernel=kernel_size, stride=stride, padding=padding, dilation=dilation)
        self.in_channels, self.groups = in_channels, groups
        self.stride, self.padding, self.dilation = pair(stride), pair(padding), pair(dilation)
        weight = torch.empty(out_channels, in_channels // groups, *pair(kernel_size))
        bound = weight[0].numel() ** -0.5
        self.weight = nn.Parameter(weight.uniform_(-bound, bound, generator=rng))
        self.bias = None
        if bias:
            biases = torch.empty(out_channels).uniform_(-bound, bound, generator=rng)
            self.bias = nn.Parameter(biases)

    def forward(self, x: Tensor) -> Tensor:
        """Map images x (N, C, H, W) to y (N, O, H', W')."""
        check_channels(tuple(x.shape), self.in_channels)
        check_fits(tuple(x.shape), self.weight.shape[2:], self.padding, self.dilation)
        return F.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )
