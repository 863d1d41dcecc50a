"""Convolution: the same small weights at every place of an image."""

from collections.abc import Iterator
from math import gcd

import numpy as np

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.correlation import check_channels, check_fits
from dlcourse.by_hand.numbers import check_sizes
from dlcourse.by_hand.windows import (
    Bands,
    Pair,
    as_planes,
    channels_first,
    channels_last,
    check_window,
    crop,
    grid,
    over_bands,
    pad,
    pair,
    placed,
    windows,
)

FEW = 4
"""Images with fewer channels, which are pictures, are laid out as planes and not as columns."""


class Conv2d(Box):
    """Weigh every window of an image with the same kernel, and add a bias.

    As in PyTorch this is cross-correlation: the kernel is not flipped.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels C of the input and O of the output.
    kernel_size : int or (int, int)
        Height and width K of the kernel, in pixels.
    stride : int or (int, int)
        Pixels from one window to the next.
    padding : int or (int, int)
        Rows and columns of zeros on each side.
    dilation : int or (int, int)
        Pixels from one weight to the next.
    groups : int
        Into how many parts the channels are cut; each output sees one part of the input.
    bias : bool
        Whether a number is added to each output channel.
    rng : numpy.random.Generator, optional
        Source of the initial weights, uniform within 1 / sqrt(fan in).

    Attributes
    ----------
    params["weight"] : array of shape (O, C / groups, K, K)
    params["bias"] : array of shape (O,)

    Raises
    ------
    ValueError
        When groups do not divide the channels, or a size is too small; from `fprop`, when x has
        other channels, or the kernel does not fit into it.

    Notes
    -----
    The work is done by `correlate` and `correlate_back`; `correlate_loops` is the same without
    any trick.  Slide rows K03, K04, K07, K08, K09.
    """

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
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        check_groups(in_channels, out_channels, groups)
        check_window(kernel=kernel_size, stride=stride, padding=padding, dilation=dilation)
        self.in_channels, self.groups = in_channels, groups
        self.stride, self.padding, self.dilation = pair(stride), pair(padding), pair(dilation)
        rng = rng or np.random.default_rng()
        shape = (out_channels, in_channels // groups, *pair(kernel_size))
        bound = 1 / np.sqrt(np.prod(shape[1:]))
        params = {"weight": rng.uniform(-bound, bound, shape)}
        if bias:
            params["bias"] = rng.uniform(-bound, bound, out_channels)
        self.set_params(**params)

    def fprop(self, x: Array) -> Array:
        """Map images x (N, C, H, W) to y (N, O, H', W')."""
        weight = self.params["weight"]
        check_channels(tuple(x.shape), self.in_channels)
        check_fits(tuple(x.shape), weight.shape[2:], self.padding, self.dilation)
        x = channels_last(x)
        self.saved = x
        parts = [
            correlate(part, kernels, self.stride, self.padding, self.dilation)
            for part, kernels in zip(
                np.split(x, self.groups, axis=3), np.split(weight, self.groups), strict=True
            )
        ]
        y = parts[0] if self.groups == 1 else np.concatenate(parts, axis=3)
        if "bias" in self.params:
            y += self.params["bias"]
        return channels_first(y)

    def bprop(self, dy: Array) -> Array | None:
        """Map the gradient at y (N, O, H', W') to the gradient at x; add to `grads`."""
        x, weight, dweight = self.saved, self.params["weight"], self.grads["weight"]
        dy = channels_last(dy)
        if "bias" in self.params:
            pixels = dy.reshape(-1, dy.shape[3])
            self.grads["bias"] += np.ones(len(pixels), dy.dtype) @ pixels  # their sum, fast
        dxs = []
        for dy_part, x_part, kernels, dkernels in zip(
            np.split(dy, self.groups, axis=3),
            np.split(x, self.groups, axis=3),
            np.split(weight, self.groups),
            np.split(dweight, self.groups),
            strict=True,
        ):
            moves = (self.stride, self.padding, self.dilation)
            if not self.input_gradient:
                dkernels += kernel_gradient(dy_part, x_part, kernels.shape, *moves)
                continue
            dx, dw = correlate_back(dy_part, x_part, kernels, *moves)
            dkernels += dw
            dxs.append(dx)
        if not self.input_gradient:
            return None
        return channels_first(dxs[0] if self.groups == 1 else np.concatenate(dxs, axis=3))


def correlate(x: Array, weight: Array, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    """Weigh the windows of images x (N, H, W, C) with kernels (O, C, K, K) to y (N, H', W', O)."""
    outputs, channels, *sides = weight.shape
    kernel = (sides[0], sides[1])
    high, wide = grid(x.shape, kernel, stride, padding, dilation)
    matrices = for_each_row(weight)
    if channels < FEW:
        planes = as_planes(windows(pad(x, padding), kernel, stride, dilation))
        y = planes.swapaxes(1, 2) @ matrices.reshape(-1, outputs)
        return y.reshape(len(x), high, wide, outputs)

    y = np.empty((len(x), high * wide, outputs), x.dtype)

    def work(blocks: Iterator[Bands]) -> None:
        for images, seen in blocks:
            (seen @ matrices).sum(axis=1, out=y[images])

    over_bands(x, kernel, stride, padding, dilation, work)
    return y.reshape(len(x), high, wide, outputs)


def kernel_gradient(
    dy: Array, x: Array, shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair
) -> Array:
    """Map the gradient at y to that at kernels of a shape (O, C, K, K) alone."""
    outputs, channels, *sides = shape
    kernel = (sides[0], sides[1])
    dpixels = dy.reshape(len(dy), dy.shape[1] * dy.shape[2], outputs)
    if channels < FEW:
        planes = as_planes(windows(pad(x, padding), kernel, stride, dilation))
        dmatrices = (planes @ dpixels).sum(axis=0)
    else:

        def work(blocks: Iterator[Bands]) -> Array:
            dmatrices = np.zeros((kernel[0], kernel[1] * channels, outputs), x.dtype)
            for images, seen in blocks:
                dmatrices += (seen.swapaxes(2, 3) @ dpixels[images, None]).sum(axis=0)
            return dmatrices

        dmatrices = sum(over_bands(x, kernel, stride, padding, dilation, work))
    return dmatrices.reshape(*kernel, channels, outputs).transpose(3, 2, 0, 1)


def correlate_back(
    dy: Array, x: Array, weight: Array, stride: Pair, padding: Pair, dilation: Pair
) -> tuple[Array, Array]:
    """Map the gradient at y to the gradients at x (N, H, W, C) and at the kernels (O, C, K, K)."""
    if stride == (1, 1):
        return through_windows_of_dy(dy, x, weight, padding, dilation)
    dx = in_phases(dy, x.shape, weight, stride, padding, dilation)
    return dx, kernel_gradient(dy, x, weight.shape, stride, padding, dilation)


def in_phases(
    dy: Array,
    shape: tuple[int, ...],
    weight: Array,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
) -> Array:
    """Map the gradient at y to that at x (N, H, W, C), where windows are further apart.

    With stride 2, a pixel in an even row has met other weights than one in an odd row.  All pixels
    of one phase have met the same: their gradient weighs the windows of dy with these, turned.
    """
    dx = np.zeros(shape, dy.dtype)
    for phase in np.ndindex(*stride):
        (up, taps_up, apart_up), (left, taps_across, apart_across) = map(
            met, phase, stride, padding, dilation, weight.shape[2:]
        )
        own = weight[:, :, taps_up][:, :, :, taps_across]
        pixels = dx[:, phase[0] :: stride[0], phase[1] :: stride[1]]
        if own.size == 0 or pixels.size == 0:  # a phase that no weight met, or without pixels
            continue
        apart = (apart_up, apart_across)
        reach = [d * (k - 1) for d, k in zip(apart, own.shape[2:], strict=True)]
        sizes = (pixels.shape[1] + reach[0], pixels.shape[2] + reach[1])
        seen = placed(dy, sizes, (reach[0] - up, reach[1] - left))
        turned = own[:, :, ::-1, ::-1].swapaxes(0, 1)
        pixels[...] = correlate(seen, turned, (1, 1), (0, 0), apart)
    return dx


def met(
    phase: int, stride: int, padding: int, dilation: int, kernel: int
) -> tuple[int, slice, int]:
    """Tell which weights of a row the pixels of a phase have met, and in which windows.

    Returns
    -------
    (int, slice, int)
        The window in which the first pixel met the first of these weights, the weights, and how
        many windows further back it met the next one.
    """
    fitting = [k for k in range(kernel) if (phase + padding - dilation * k) % stride == 0]
    if not fitting:
        return 0, slice(0), 1
    apart = gcd(stride, dilation)
    window = (phase + padding - dilation * fitting[0]) // stride
    return window, slice(fitting[0], None, stride // apart), dilation // apart


def through_windows_of_dy(
    dy: Array, x: Array, weight: Array, padding: Pair, dilation: Pair
) -> tuple[Array, Array]:
    """Go back faster where the stride is 1: one set of windows over dy serves both gradients.

    A pixel of x has gone into y through each weight once.  So dx weighs the windows of dy with
    the kernels turned by 180 degrees, and no windows have to be added up.
    """
    outputs, channels, *sides = weight.shape
    kernel = (sides[0], sides[1])
    turned = for_each_row(weight[:, :, ::-1, ::-1].swapaxes(0, 1))
    above, left = (d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding, strict=True))
    pixels = x.reshape(len(x), x.shape[1] * x.shape[2], channels)
    dx = np.empty(pixels.shape, x.dtype)

    def work(blocks: Iterator[Bands]) -> Array:
        dturned = np.zeros((kernel[0], channels, kernel[1] * outputs), x.dtype)
        for images, seen in blocks:
            (seen @ turned).sum(axis=1, out=dx[images])
            dturned += (pixels[images, None].swapaxes(2, 3) @ seen).sum(axis=0)
        return dturned

    dy = crop(dy, (max(-above, 0), max(-left, 0)))  # what looked at zeros alone
    beyond = (max(above, 0), max(left, 0))
    dturned = sum(over_bands(dy, kernel, (1, 1), beyond, dilation, work))
    dw = dturned.reshape(kernel[0], channels, kernel[1], outputs)[::-1, :, ::-1]
    return dx.reshape(x.shape), dw.transpose(3, 1, 0, 2)


def for_each_row(weight: Array) -> Array:
    """Give kernels (O, C, K, K) as a matrix for each of their rows: (K, K C, O)."""
    outputs, _, high, _ = weight.shape
    return weight.transpose(2, 3, 1, 0).reshape(high, -1, outputs)


def check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    """Refuse groups that do not divide the channels, and images without any."""
    check_sizes(input_channels=in_channels, output_channels=out_channels)
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{groups} groups do not divide {in_channels} input and {out_channels} output channels"
        )
