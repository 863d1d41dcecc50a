"""Convolution: the same small weights at every place of an image."""

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.correlation import check_channels, check_fits
from dlcourse.by_hand.windows import (
    Columns,
    Pair,
    as_planes,
    channels_first,
    channels_last,
    over_columns,
    pad,
    pair,
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
        When groups do not divide the channels; from `fprop`, when x has other channels, or the
        kernel does not fit into it.

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
    outputs, channels, *kernel = weight.shape
    seen = windows(pad(x, padding), tuple(kernel), stride, dilation)
    n, high, wide = seen.shape[:3]
    matrix = weight.transpose(2, 3, 1, 0).reshape(-1, outputs)  # (K K C, O)
    if channels < FEW:
        return (as_planes(seen).swapaxes(1, 2) @ matrix).reshape(n, high, wide, outputs)

    y = np.empty((n, high, wide, outputs), x.dtype)

    def work(blocks: Iterator[Columns]) -> None:
        for block, cols in blocks:
            np.matmul(cols, matrix, out=y[block].reshape(-1, outputs))

    over_columns(seen, work)
    return y


def kernel_gradient(
    dy: Array, x: Array, shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair
) -> Array:
    """Map the gradient at y to that at kernels of a shape (O, C, K, K) alone."""
    outputs, channels, *kernel = shape
    seen = windows(pad(x, padding), (kernel[0], kernel[1]), stride, dilation)
    if channels < FEW:
        rows = dy.reshape(len(dy), -1, outputs)
        dmatrix = (as_planes(seen) @ rows).sum(axis=0)
    else:

        def work(blocks: Iterator[Columns]) -> Array:
            dmatrix = np.zeros((channels * prod(kernel), outputs), x.dtype)
            for block, cols in blocks:
                dmatrix += cols.T @ dy[block].reshape(-1, outputs)
            return dmatrix

        dmatrix = np.sum(over_columns(seen, work), axis=0)
    return dmatrix.reshape(*kernel, channels, outputs).transpose(3, 2, 0, 1)


def correlate_back(
    dy: Array, x: Array, weight: Array, stride: Pair, padding: Pair, dilation: Pair
) -> tuple[Array, Array]:
    """Map the gradient at y to the gradients at x (N, H, W, C) and at the kernels (O, C, K, K)."""
    copied_from_dy = x[..., 0].size * weight.shape[0]
    copied_from_x = dy[..., 0].size * weight.shape[1]
    if stride == (1, 1) and copied_from_dy <= 2 * copied_from_x:
        return through_windows_of_dy(dy, x, weight, padding, dilation)
    dx = scattered(dy, x.shape, weight, stride, padding, dilation)
    return dx, kernel_gradient(dy, x, weight.shape, stride, padding, dilation)


def scattered(
    dy: Array,
    shape: tuple[int, ...],
    weight: Array,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
) -> Array:
    """Map the gradient at y to that at x (N, H, W, C): spread each number over its window.

    Where windows overlap, their parts add up.  The examples stand last in memory here, so that
    one addition runs over all of them.
    """
    outputs, channels, *kernel = weight.shape
    n, h, w, _ = shape
    _, high, wide, _ = dy.shape
    last = np.ascontiguousarray(dy.transpose(3, 1, 2, 0)).reshape(outputs, -1)  # (O, H' W' N)
    matrix = weight.transpose(2, 3, 1, 0).reshape(-1, outputs)  # (K K C, O)
    parts = (matrix @ last).reshape(*kernel, channels, high, wide, n)
    dx = np.zeros((channels, h + 2 * padding[0], w + 2 * padding[1], n), dy.dtype)
    for i, j in np.ndindex(*kernel):
        rows = slice(i * dilation[0], i * dilation[0] + stride[0] * high, stride[0])
        across = slice(j * dilation[1], j * dilation[1] + stride[1] * wide, stride[1])
        dx[:, rows, across] += parts[i, j]
    inside = dx[:, padding[0] : padding[0] + h, padding[1] : padding[1] + w]
    return np.ascontiguousarray(inside.transpose(3, 1, 2, 0))


def through_windows_of_dy(
    dy: Array, x: Array, weight: Array, padding: Pair, dilation: Pair
) -> tuple[Array, Array]:
    """Go back faster where the stride is 1: one set of windows over dy serves both gradients.

    A pixel of x has gone into y through each weight once.  So dx weighs the windows of dy with
    the kernels turned by 180 degrees, and no windows have to be added up.
    """
    outputs, channels, *kernel = weight.shape
    n, h, w, _ = x.shape
    seen = windows(centred(dy, (h, w), kernel, padding, dilation), tuple(kernel), (1, 1), dilation)
    turned = weight[:, :, ::-1, ::-1].transpose(2, 3, 0, 1).reshape(-1, channels)  # (K K O, C)
    dx = np.empty((n, h, w, channels), x.dtype)

    def work(blocks: Iterator[Columns]) -> Array:
        dturned = np.zeros((channels, len(turned)), x.dtype)
        for block, cols in blocks:
            np.matmul(cols, turned, out=dx[block].reshape(-1, channels))
            dturned += x[block].reshape(-1, channels).T @ cols
        return dturned

    dturned = np.sum(over_columns(seen, work), axis=0)
    dw = dturned.reshape(channels, *kernel, outputs)[:, ::-1, ::-1]
    return dx, dw.transpose(3, 0, 1, 2)


def centred(dy: Array, size: Pair, kernel: Sequence[int], padding: Pair, dilation: Pair) -> Array:
    """Place dy so that the window at each pixel of x holds all the y that the pixel went into."""
    n, high, wide, outputs = dy.shape
    above, left = (d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding, strict=True))
    placed = np.zeros(
        (n, size[0] + above + padding[0], size[1] + left + padding[1], outputs), dy.dtype
    )
    rows, across = (
        slice(max(start, 0), start + length) for start, length in ((above, high), (left, wide))
    )
    inside = dy[:, max(-above, 0) :, max(-left, 0) :]
    target = placed[:, rows, across]
    target[...] = inside[:, : target.shape[1], : target.shape[2]]
    return placed


def check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    """Refuse groups that do not divide the channels."""
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{groups} groups do not divide {in_channels} input and {out_channels} output channels"
        )
