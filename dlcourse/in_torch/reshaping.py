"""Reshaping: boxes that move numbers and do not change them."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.reshaping import check_four, check_joinable, check_zero_pad

__all__ = ["Concat", "Flatten", "ZeroPad"]


class Flatten(nn.Module):
    """Put the numbers of each example in a row.

    Arguments, shapes and errors: `dlcourse.by_hand.Flatten`.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, ...) to y (N, D)."""
        return x.flatten(1)


class Concat(nn.Module):
    """Put channels behind each other: what several branches found, side by side.

    Arguments, shapes and errors: `dlcourse.by_hand.Concat`.
    """

    def forward(self, *xs: Tensor) -> Tensor:
        """Map inputs (N, C_i, H, W) to y (N, sum of C_i, H, W)."""
        check_joinable([tuple(x.shape) for x in xs])
        return torch.cat(xs, dim=1)


class ZeroPad(nn.Module):
    """Take every second pixel, and add channels of zeros.

    Arguments, shapes and errors: `dlcourse.by_hand.ZeroPad`.
    """

    def __init__(self, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        check_zero_pad(channels, stride)
        self.front, self.behind, self.stride = channels // 2, channels - channels // 2, stride

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, C, H, W) to y (N, C + channels, H', W')."""
        check_four(tuple(x.shape))
        kept = x[:, :, :: self.stride, :: self.stride]
        return F.pad(kept, (0, 0, 0, 0, self.front, self.behind))
