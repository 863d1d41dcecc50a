"""Windows over images: what convolution and pooling look through, and how to do it fast.

Shapes are PyTorch's, (N, C, H, W).  In memory the channels stand last: then a row of a window is
one run of numbers, and copying windows side by side costs little.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlcourse.by_hand.box import Array

Pair = tuple[int, int]
Columns = tuple[slice, Array]  # which images, and their windows in rows

BLOCK = 2**20
"""Bytes of the columns of one block: so many stay in the second-level cache of a processor."""

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
        When the kernel does not fit into the padded image.

    Notes
    -----
    It needs no arrays, so both sides share it.  Slide row K06.
    """
    reach = dilation * (kernel - 1) + 1
    if reach > size + 2 * padding:
        raise ValueError(
            f"a kernel that reaches over {reach} pixels does not fit into {size} pixels "
            f"with {padding} added at each end"
        )
    return (size + 2 * padding - reach) // stride + 1


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
    (above, left), (n, h, w, c) = padding, x.shape
    if not above and not left:
        return x
    padded = np.zeros((n, h + 2 * above, w + 2 * left, c), x.dtype)
    padded[:, above : above + h, left : left + w] = x
    return padded


def windows(x: Array, kernel: Pair, stride: Pair, dilation: Pair = (1, 1)) -> Array:
    """View images (N, H, W, C) as windows (N, H', W', K, K, C), without copying anything."""
    (n, h, w, c), (sn, sh, sw, sc) = x.shape, x.strides
    high = output_size(h, kernel=kernel[0], stride=stride[0], dilation=dilation[0])
    wide = output_size(w, kernel=kernel[1], stride=stride[1], dilation=dilation[1])
    return as_strided(
        x,
        (n, high, wide, *kernel, c),
        (sn, sh * stride[0], sw * stride[1], sh * dilation[0], sw * dilation[1], sc),
        writeable=False,
    )


def over_columns(seen: Array, work: Callable[[Iterator[Columns]], Any]) -> list[Any]:
    """Let each thread work through its share of the columns of some windows.

    Parameters
    ----------
    seen : array of shape (N, H', W', K, K, C)
        As `windows` gives them.
    work : callable
        Maps an iterator of (images, columns) to a result.

    Returns
    -------
    list
        The result of each thread; of `THREADS` = 1 a single one.
    """
    shares = [columns(seen, share, THREADS) for share in range(THREADS)]
    if THREADS == 1:
        return [work(shares[0])]
    with ThreadPoolExecutor(THREADS) as pool:  # NumPy lets others run while it computes
        return list(pool.map(work, shares))


def columns(seen: Array, share: int = 0, shares: int = 1) -> Iterator[Columns]:
    """Copy windows (N, H', W', K, K, C) into rows (n H' W', K K C), some images at a time.

    One matrix product then does the work of all windows of these images.  Their copies take
    the same memory every time: it stays in the cache, where a copy of all windows would not.
    """
    together = max(BLOCK // max(seen[:1].nbytes, 1), 1)
    buffer = np.empty((min(together, len(seen)), *seen.shape[1:]), seen.dtype)
    for start in range(share * together, len(seen), shares * together):
        block = slice(start, min(start + together, len(seen)))
        part = buffer[: block.stop - start]
        np.copyto(part, seen[block])
        yield block, part.reshape(-1, prod(seen.shape[3:]))


def as_planes(seen: Array) -> Array:
    """Copy windows (N, H', W', K, K, C) so that each weight has a plane: (N, K K C, H' W').

    For few channels: their windows have short rows, the planes have long ones.
    """
    n, high, wide = seen.shape[:3]
    return seen.transpose(0, 3, 4, 5, 1, 2).reshape(n, -1, high * wide)
