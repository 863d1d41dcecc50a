"""Convolution: the same small weights at every place of an image."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.convolution import check_channels, check_fits, check_groups
from dlcourse.by_hand.windows import Pair, output_size, pair

__all__ = ["Conv2d", "correlate_fft", "correlate_loops", "flip_kernel"]


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


def correlate_loops(
    x: Tensor,
    weight: Tensor,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Tensor:
    """Weigh the windows of images one by one: the definition of a convolutional layer.

    Arguments, shapes and errors: `dlcourse.by_hand.correlate_loops`.
    """
    outputs, channels, *kernel = weight.shape
    check_channels(tuple(x.shape), channels)
    check_fits(tuple(x.shape), kernel, pair(padding), pair(dilation))
    rows, across = (
        output_size(size, kernel=k, stride=stride, padding=padding, dilation=dilation)
        for size, k in zip(x.shape[2:], kernel, strict=True)
    )
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    columns = F.unfold(x, tuple(kernel), **options)  # (N, C K K, rows * across)
    return (weight.reshape(outputs, -1) @ columns).reshape(len(x), outputs, rows, across)


def correlate_fft(x: Tensor, weight: Tensor) -> Tensor:
    """Weigh the windows of images by products of their Fourier transforms.

    Arguments, shapes and errors: `dlcourse.by_hand.correlate_fft`.
    """
    check_channels(tuple(x.shape), weight.shape[1])
    check_fits(tuple(x.shape), weight.shape[2:], (0, 0), (1, 1))
    size = x.shape[2:]
    transformed = torch.fft.rfft2(x)[:, None] * torch.fft.rfft2(weight, s=size).conj()
    y = torch.fft.irfft2(transformed.sum(dim=2), s=size)
    return y[:, :, : size[0] - weight.shape[2] + 1, : size[1] - weight.shape[3] + 1]


def flip_kernel(weight: Tensor) -> Tensor:
    """Turn kernels by 180 degrees: correlation with them is convolution in mathematics.

    Arguments, shapes and errors: `dlcourse.by_hand.flip_kernel`.
    """
    return weight.flip(2, 3)
