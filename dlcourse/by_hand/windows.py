"""Windows over images: what convolution and pooling look through, and how to do it fast.

Shapes are PyTorch's, (N, C, H, W).  In memory the channels stand last: then a row of a window is
one run of numbers, and copying windows side by side costs little.
"""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlcourse.by_hand.box import Array

Pair = tuple[int, int]
Bands = tuple[slice, Array]  # which images, and what the rows of the kernel see in them

BLOCK = 2**20
"""Bytes of the bands of one block: so many stay in the second-level cache of a processor."""

THREADS = 1
"""Threads that share the blocks of a convolution.  More only help where the matrix products
themselves use one, as OPENBLAS_NUM_THREADS=1 says."""


def output_size(
    size: int, *, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Count the windows along one side of an image.

    Parameters
    ----------
    size : int
        Pixels of the image along that side.
    kernel : int
        Weights of the kernel along that side.
    stride : int
        Pixels from one window to the next.
    padding : int
        Pixels added at each end.
    dilation : int
        Pixels from one weight to the next.

    Returns
    -------
    int
        floor((size + 2 padding - reach) / stride) + 1, where a kernel reaches over
        dilation (kernel - 1) + 1 pixels.

    Raises
    ------
    ValueError
        When the kernel does not fit into the padded image, or a number is too small.

    Notes
    -----
    It needs no arrays, so both sides share it.  Slide row K06.

    Examples
    --------
    >>> from dlcourse import by_hand
    >>> by_hand.output_size(28, kernel=5)
    24
    >>> by_hand.output_size(224, kernel=7, stride=2, padding=3)
    112
    """
    check_window(kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    reach = dilation * (kernel - 1) + 1
    if reach > size + 2 * padding:
        raise ValueError(
            f"a kernel that reaches over {reach} pixels does not fit into {size} pixels "
            f"with {padding} added at each end"
        )
    return (size + 2 * padding - reach) // stride + 1


def grid(shape: Sequence[int], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    """Count the windows along height and width of images of a shape (N, H, W, C)."""
    high, wide = (
        output_size(size, kernel=k, stride=s, padding=p, dilation=d)
        for size, k, s, p, d in zip(shape[1:3], kernel, stride, padding, dilation, strict=True)
    )
    return high, wide


def pair(value: int | Pair) -> Pair:
    """Take one number for height and width alike."""
    return (value, value) if isinstance(value, int) else value


def channels_last(x: Array) -> Array:
    """Give images (N, C, H, W) as (N, H, W, C), in this order in memory."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))  # no copy where they are so already


def channels_first(x: Array) -> Array:
    """Give images (N, H, W, C) as (N, C, H, W) without moving them in memory."""
    return x.transpose(0, 3, 1, 2)


def pad(x: Array, padding: Pair) -> Array:
    """Add rows and columns of zeros around images (N, H, W, C)."""
    (above, left), (_, h, w, _) = padding, x.shape
    return placed(x, (h + 2 * above, w + 2 * left), padding) if above or left else x


def placed(x: Array, size: Pair, corner: Pair) -> Array:
    """Place images (N, H, W, C) on a ground of zeros of another size, as far as they lie there."""
    n, high, wide, channels = x.shape
    ground = np.zeros((n, *size, channels), x.dtype)
    target = ground[:, max(corner[0], 0) :, max(corner[1], 0) :][:, :high, :wide]
    inside = x[:, max(-corner[0], 0) :, max(-corner[1], 0) :]
    rows, across = (min(a, b) for a, b in zip(target.shape[1:3], inside.shape[1:3], strict=True))
    target[:, :rows, :across] = inside[:, :rows, :across]
    return ground


def crop(x: Array, cut: Pair) -> Array:
    """Take rows and columns away around images (N, H, W, C)."""
    (above, left), (_, h, w, _) = cut, x.shape
    return x[:, above : h - above, left : w - left]


def windows(x: Array, kernel: Pair, stride: Pair, dilation: Pair = (1, 1)) -> Array:
    """View images (N, H, W, C) as windows (N, H', W', K, K, C), without copying anything."""
    high, wide = grid(x.shape, kernel, stride, (0, 0), dilation)
    (n, _, _, c), (sn, sh, sw, sc) = x.shape, x.strides
    return as_strided(
        x,
        (n, high, wide, *kernel, c),
        (sn, sh * stride[0], sw * stride[1], sh * dilation[0], sw * dilation[1], sc),
        writeable=False,
    )


def over_bands(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    work: Callable[[Iterator[Bands]], Any],
) -> list[Any]:
    """Let each thread work through its share of the bands of images x (N, H, W, C).

    Parameters
    ----------
    x, kernel, stride, padding, dilation
        As for `bands`.
    work : callable
        Maps an iterator of (images, bands) to a result.

    Returns
    -------
    list
        The result of each thread; of `THREADS` = 1 a single one.
    """
    return share_out(
        lambda share: work(bands(x, kernel, stride, padding, dilation, share, THREADS))
    )


def share_out(work: Callable[[int], Any]) -> list[Any]:
    """Let each thread do its share of the work: give work(0), work(1) and so on.

    The first share is this thread's own; NumPy lets the others run while it computes.
    """
    others = [pool(THREADS - 1).submit(work, share) for share in range(1, THREADS)]
    return [work(0), *(other.result() for other in others)]


@cache
def pool(threads: int) -> ThreadPoolExecutor:
    """Start threads once, and keep them."""
    return ThreadPoolExecutor(threads)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # a forked process has no thread but one


def bands(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    share: int = 0,
    shares: int = 1,
) -> Iterator[Bands]:
    """Copy what each row of the kernel sees, some images at a time.

    Windows overlap.  Along a row each number is copied once for every window that holds it;
    from row to row it need not be: the second row of a window is the first of the one below.
    So a third of the copies of a 3 x 3 kernel do, and their memory, taken anew for every block,
    stays in the cache.

    Parameters
    ----------
    x : array of shape (N, H, W, C)
    kernel, stride, padding, dilation : (int, int)
    share, shares : int
        Only every so many blocks, from this one on.

    Yields
    ------
    images : slice
        Which images the block holds.
    seen : array of shape (n, K, H' W', K C)
        For each of these images and each row of the kernel, what that row sees in each window.
    """
    n, h, w, c = x.shape
    (rows, across), (above, left) = kernel, padding
    high, wide = grid(x.shape, kernel, stride, padding, dilation)
    tall = h + 2 * above
    together = min(max(BLOCK // max(tall * wide * across * c * x.itemsize, 1), 1), max(n, 1))

    padded = np.zeros((together, tall, w + 2 * left, c), x.dtype)
    inside = padded[:, above : above + h, left : left + w]
    image, row, pixel, number = padded.strides
    steps = (image, row, stride[1] * pixel, dilation[1] * pixel, number)
    runs = as_strided(padded, (together, tall, wide, across, c), steps)

    copied = np.empty(runs.shape, x.dtype)
    image, row, *rest = copied.strides
    each = (image, dilation[0] * row, stride[0] * row, *rest)
    seen = as_strided(copied, (together, rows, high, wide, across, c), each)

    for start in range(share * together, n, shares * together):
        images = slice(start, min(start + together, n))
        m = images.stop - start
        inside[:m] = x[images]
        np.copyto(copied[:m], runs[:m])
        yield images, seen[:m].reshape(m, rows, high * wide, across * c)


def as_planes(seen: Array) -> Array:
    """Copy windows (N, H', W', K, K, C) so that each weight has a plane: (N, K K C, H' W').

    For few channels: their windows have short rows, the planes have long ones.
    """
    n, high, wide, *weights = seen.shape
    return seen.transpose(0, 3, 4, 5, 1, 2).reshape(n, math.prod(weights), high * wide)


def check_window(**moves: int | Pair) -> None:
    """Refuse windows of no pixel, and those that stand still, move back or are cut off."""
    for what, move in moves.items():
        least = 0 if what == "padding" else 1
        if min(pair(move)) < least:
            raise ValueError(f"{what} {move}: at least {least} is needed")
