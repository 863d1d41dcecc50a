"""Reshaping: boxes that move numbers and do not change them."""

import math

import numpy as np

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.windows import channels_first


class Flatten(Box):
    """Put the numbers of each example in a row: (N, C, H, W) becomes (N, C H W).

    Notes
    -----
    Slide row K03.
    """

    def fprop(self, x: Array) -> Array:
        """Map x (N, ...) to y (N, D)."""
        self.saved = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y (N, D) to the gradient at x."""
        shape = self.saved
        return dy.reshape(shape)


class Concat(Box):
    """Put channels behind each other: what several branches found, side by side.

    Raises
    ------
    ValueError
        From `fprop`, when the inputs differ in more than their channels.

    Notes
    -----
    Going back, the gradient is cut where the inputs were joined.  Slide row A11.
    """

    def fprop(self, *xs: Array) -> Array:
        """Map inputs (N, C_i, H, W) to y (N, sum of C_i, H, W)."""
        check_joinable([tuple(x.shape) for x in xs])
        self.saved = [x.shape[1] for x in xs]
        return np.concatenate(xs, axis=1)

    def bprop(self, dy: Array) -> tuple[Array, ...]:
        """Map the gradient at y to the gradient at each input."""
        channels = self.saved
        return tuple(np.split(dy, np.cumsum(channels)[:-1], axis=1))


class ZeroPad(Box):
    """Take every second pixel, and add channels of zeros: shortcut A, without parameters.

    Parameters
    ----------
    channels : int
        How many channels are added, half of them in front and half behind.
    stride : int
        From one pixel that is kept to the next.

    Raises
    ------
    ValueError
        When the number of channels is negative or the stride below 1; from `fprop`, when x has
        no images.

    Notes
    -----
    Slide row RN08.
    """

    def __init__(self, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        check_zero_pad(channels, stride)
        self.front, self.behind, self.stride = channels // 2, channels - channels // 2, stride

    def fprop(self, x: Array) -> Array:
        """Map x (N, C, H, W) to y (N, C + channels, H', W')."""
        check_four(tuple(x.shape))
        self.saved = x.shape
        kept = x[:, :, :: self.stride, :: self.stride].transpose(0, 2, 3, 1)  # (N, H', W', C)
        return channels_first(np.pad(kept, ((0, 0), (0, 0), (0, 0), (self.front, self.behind))))

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y to the gradient at x: zero at the pixels that were left out."""
        n, c, h, w = self.saved
        dx = channels_first(np.zeros((n, h, w, c), dy.dtype))
        dx[:, :, :: self.stride, :: self.stride] = dy[:, self.front : self.front + c]
        return dx


def check_joinable(shapes: list[tuple[int, ...]]) -> None:
    """Refuse to join what differs in more than its channels."""
    rest = {(shape[:1], shape[2:]) for shape in shapes}
    if len(rest) != 1:
        listed = " and ".join(map(str, shapes))
        raise ValueError(f"inputs of shapes {listed} differ in more than their channels")


def check_zero_pad(channels: int, stride: int) -> None:
    """Refuse to take channels away, or to stand still."""
    if channels < 0 or stride < 1:
        raise ValueError(f"{channels} channels and stride {stride}: at least 0, and at least 1")


def check_four(shape: tuple[int, ...]) -> None:
    """Refuse what is no batch of images."""
    if len(shape) != 4:
        raise ValueError(f"x has shape {shape}, not (N, C, H, W)")
