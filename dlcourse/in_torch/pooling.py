"""Pooling: one number for each window of each channel."""

from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.pooling import check_images, check_padding
from dlcourse.by_hand.windows import Pair, check_window, pair

__all__ = ["AvgPool2d", "GlobalAvgPool2d", "MaxPool2d"]


class Pooling(nn.Module):
    """Look at each channel through windows: what `MaxPool2d` and `AvgPool2d` have in common.

    Arguments, shapes and errors: `dlcourse.by_hand.pooling.Pooling`.
    """

    def __init__(
        self, kernel_size: int | Pair, *, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        super().__init__()
        self.kernel, self.padding = pair(kernel_size), pair(padding)
        self.stride = self.kernel if stride is None else pair(stride)
        check_window(kernel=self.kernel, stride=self.stride, padding=self.padding)
        check_padding(self.kernel, self.padding)


class MaxPool2d(Pooling):
    """Keep the largest number of each window.

    Arguments, shapes and errors: `dlcourse.by_hand.MaxPool2d`.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map images x (N, C, H, W) to y (N, C, H', W')."""
        check_images(tuple(x.shape), self.kernel, self.padding)
        return F.max_pool2d(x, self.kernel, self.stride, self.padding)


class AvgPool2d(Pooling):
    """Average each window.

    Arguments, shapes and errors: `dlcourse.by_hand.AvgPool2d`.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map images x (N, C, H, W) to y (N, C, H', W')."""
        check_images(tuple(x.shape), self.kernel, self.padding)
        return F.avg_pool2d(x, self.kernel, self.stride, self.padding)


class GlobalAvgPool2d(nn.Module):
    """Average each channel over all pixels.

    Arguments, shapes and errors: `dlcourse.by_hand.GlobalAvgPool2d`.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map images x (N, C, H, W) to y (N, C)."""
        check_images(tuple(x.shape), (1, 1), (0, 0))
        return x.mean(dim=(2, 3))
