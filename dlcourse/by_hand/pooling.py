"""Pooling: one number for each window of each channel."""

import numpy as np

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.correlation import check_fits
from dlcourse.by_hand.windows import (
    Pair,
    channels_first,
    check_window,
    output_size,
    pair,
)


class Pooling(Box):
    """Look at each channel through windows: what `MaxPool2d` and `AvgPool2d` have in common.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width K of the window, in pixels.
    stride : int or (int, int), optional
        Pixels from one window to the next; the size of the window when None.
    padding : int or (int, int)
        Rows and columns added on each side; at most half of the window.

    Raises
    ------
    ValueError
        When the padding is more than half of the window, or a size is too small; from `fprop`,
        when x has no images, or the window does not fit into them.
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

    Parameters and errors: `Pooling`.  What padding adds never wins.

    Notes
    -----
    Of equal numbers the first wins, in reading order, as in PyTorch: the gradient goes to one
    place.  Of a window with a NaN the result is NaN, and none of its pixels gets the gradient;
    PyTorch gives it to the NaN.  Slide row K05.
    """

    def fprop(self, x: Array) -> Array:
        """Map images x (N, C, H, W) to y (N, C, H', W')."""
        check_images(tuple(x.shape), self.kernel, self.padding)
        padded = surround(x, self.padding, -np.inf)
        y = None
        for view in self.taps(padded):
            y = view.copy() if y is None else np.maximum(y, view, out=y)
        assert y is not None
        self.saved = padded, y, x.shape
        return y

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y to the gradient at x: all of it to the winner of each window."""
        padded, y, shape = self.saved
        left = dy.copy()  # what no place of the window has taken yet
        dpadded = np.zeros_like(padded)
        for view, dview in zip(self.taps(padded), self.taps(dpadded), strict=True):
            take = left * (view == y)
            dview += take
            left -= take
        return inside(dpadded, self.padding, shape)

    def taps(self, padded: Array) -> list[Array]:
        """View the first pixel of every window, then the second, and so on in reading order."""
        return taps(padded, self.kernel, self.stride)


class AvgPool2d(Pooling):
    """Average each window.

    Parameters and errors: `Pooling`.  What padding adds are zeros, which count as pixels.

    Notes
    -----
    Slide row K05.
    """

    def fprop(self, x: Array) -> Array:
        """Map images x (N, C, H, W) to y (N, C, H', W')."""
        check_images(tuple(x.shape), self.kernel, self.padding)
        padded = surround(x, self.padding, 0)
        self.saved = padded.shape, x.shape
        views = taps(padded, self.kernel, self.stride)
        return sum(views[1:], start=views[0].copy()) / len(views)

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y to the gradient at x: an equal share to each pixel."""
        padded_shape, shape = self.saved
        share = dy / (self.kernel[0] * self.kernel[1])
        dpadded = np.zeros(padded_shape, dy.dtype)
        for dview in taps(dpadded, self.kernel, self.stride):
            dview += share
        return inside(dpadded, self.padding, shape)


class GlobalAvgPool2d(Box):
    """Average each channel over all pixels: (N, C, H, W) becomes (N, C).

    Raises
    ------
    ValueError
        From `fprop`, when x has no images.

    Notes
    -----
    Slide row A13.
    """

    def fprop(self, x: Array) -> Array:
        """Map images x (N, C, H, W) to y (N, C)."""
        check_images(tuple(x.shape), (1, 1), (0, 0))
        self.saved = x.shape
        return x.mean(axis=(2, 3))

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y (N, C) to the gradient at x: an equal share to each pixel."""
        h, w = self.saved[2:]
        share = dy / (h * w)
        return channels_first(np.tile(share[:, None, None], (1, h, w, 1)))


def taps(padded: Array, kernel: Pair, stride: Pair) -> list[Array]:
    """View the first pixel of every window (N, C, H', W'), then the second, in reading order."""
    _, _, h, w = padded.shape
    high = output_size(h, kernel=kernel[0], stride=stride[0])
    wide = output_size(w, kernel=kernel[1], stride=stride[1])
    return [
        padded[:, :, i : i + stride[0] * high : stride[0], j : j + stride[1] * wide : stride[1]]
        for i, j in np.ndindex(*kernel)
    ]


def surround(x: Array, padding: Pair, value: float) -> Array:
    """Add rows and columns of one value around images (N, C, H, W)."""
    above, left = padding
    if not above and not left:
        return x
    return np.pad(
        x, ((0, 0), (0, 0), (above, above), (left, left)), constant_values=x.dtype.type(value)
    )


def inside(padded: Array, padding: Pair, shape: tuple[int, ...]) -> Array:
    """Cut off what was added around images of shape (N, C, H, W)."""
    (above, left), (_, _, h, w) = padding, shape
    return padded[:, :, above : above + h, left : left + w]


def check_padding(kernel: Pair, padding: Pair) -> None:
    """Refuse windows that would lie in the padding alone."""
    if 2 * padding[0] > kernel[0] or 2 * padding[1] > kernel[1]:
        raise ValueError(f"padding {padding} is more than half of the window {kernel}")


def check_images(shape: tuple[int, ...], kernel: Pair, padding: Pair) -> None:
    """Refuse what is no batch of images, and images that are too small."""
    if len(shape) != 4:
        raise ValueError(f"x has shape {shape}, not (N, C, H, W)")
    check_fits(shape, kernel, padding, (1, 1))
