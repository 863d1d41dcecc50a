"""Correlation of images with kernels, written plainly: by loops, and by Fourier transforms."""

from collections.abc import Sequence

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.numbers import check_digits
from dlcourse.by_hand.windows import Pair, output_size, pair


@on_floats
def correlate_loops(
    x: Array,
    weight: Array,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Array:
    """Weigh the windows of images one by one: the definition of a convolutional layer.

    Parameters
    ----------
    x : array of shape (N, C, H, W)
    weight : array of shape (O, C, K, K)
    stride, padding, dilation : int
        In pixels.

    Returns
    -------
    array of shape (N, O, H', W')

    Raises
    ------
    ValueError
        When the channels differ, the kernel does not fit, or a number of pixels is too small.

    Notes
    -----
    Seven loops, of which NumPy hides four.  Slide row K03.
    """
    outputs, channels, high, wide = weight.shape
    check_channels(tuple(x.shape), channels)
    check_fits(tuple(x.shape), (high, wide), pair(padding), pair(dilation))
    moves = {"stride": stride, "padding": padding, "dilation": dilation}
    rows = output_size(x.shape[2], kernel=high, **moves)
    across = output_size(x.shape[3], kernel=wide, **moves)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    y = np.empty((len(x), outputs, rows, across), x.dtype)
    for o, i, j in np.ndindex(outputs, rows, across):
        top, left = i * stride, j * stride
        window = x[
            :,
            :,
            top : top + dilation * (high - 1) + 1 : dilation,
            left : left + dilation * (wide - 1) + 1 : dilation,
        ]
        y[:, o, i, j] = (window * weight[o]).sum(axis=(1, 2, 3))
    return y


@on_floats
def correlate_fft(x: Array, weight: Array) -> Array:
    """Weigh the windows of images by products of their Fourier transforms.

    Parameters
    ----------
    x : array of shape (N, C, H, W)
    weight : array of shape (O, C, K, K)

    Returns
    -------
    array of shape (N, O, H - K + 1, W - K + 1)

    Raises
    ------
    ValueError
        When the channels differ, the kernel does not fit, or x is float16.

    Notes
    -----
    The transform of a correlation is one transform times the conjugate of the other.  Windows
    that wrap around the edge are cut off.  Slide row K03.
    """
    check_channels(tuple(x.shape), weight.shape[1])
    check_fits(tuple(x.shape), weight.shape[2:], (0, 0), (1, 1))
    check_digits(x.dtype, "Fourier transforms")
    h, w = x.shape[2:]
    fx, fw = np.fft.rfft2(x), np.fft.rfft2(weight, s=(h, w))
    y = np.fft.irfft2(np.einsum("nchw,ochw->nohw", fx, fw.conj()), s=(h, w))
    return y[:, :, : h - weight.shape[2] + 1, : w - weight.shape[3] + 1].astype(x.dtype)


def flip_kernel(weight: Array) -> Array:
    """Turn kernels by 180 degrees: correlation with them is convolution in mathematics.

    Parameters
    ----------
    weight : array of shape (O, C, K, K)

    Returns
    -------
    array of the shape of weight

    Notes
    -----
    Slide row K03.
    """
    return weight[:, :, ::-1, ::-1]


def check_channels(shape: tuple[int, ...], channels: int) -> None:
    """Refuse images with another number of channels."""
    if len(shape) != 4 or shape[1] != channels:
        raise ValueError(f"x has shape {shape}, not (N, C, H, W) with C = {channels}")


def check_fits(
    shape: tuple[int, ...], kernel: Sequence[int], padding: Pair, dilation: Pair
) -> None:
    """Refuse kernels that reach beyond the padded image."""
    padded = tuple(size + 2 * p for size, p in zip(shape[2:], padding, strict=True))
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    if reach[0] > padded[0] or reach[1] > padded[1]:
        raise ValueError(f"kernel {reach} does not fit in padded image {padded}")
