"""Correlation of images with kernels, in three other ways."""

import torch
from torch import Tensor
from torch.nn import functional as F

from dlcourse.by_hand.correlation import check_channels, check_fits
from dlcourse.by_hand.windows import output_size, pair
from dlcourse.in_torch.numbers import check_digits

__all__ = ["correlate_fft", "correlate_loops", "flip_kernel"]


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
    check_digits(x.dtype, "Fourier transforms")
    size = x.shape[2:]
    transformed = torch.fft.rfft2(x)[:, None] * torch.fft.rfft2(weight, s=size).conj()
    y = torch.fft.irfft2(transformed.sum(dim=2), s=size)
    return y[:, :, : size[0] - weight.shape[2] + 1, : size[1] - weight.shape[3] + 1]


def flip_kernel(weight: Tensor) -> Tensor:
    """Turn kernels by 180 degrees: correlation with them is convolution in mathematics.

    Arguments, shapes and errors: `dlcourse.by_hand.flip_kernel`.
    """
    return weight.flip(2, 3)
