"""Augmentation: other views of the same picture, for training and for testing."""

import torch
from torch import Tensor
from torch.nn import functional as F

from dlcourse.by_hand.augmentation import check_corners, check_crop, check_mean
from dlcourse.by_hand.windows import check_window

__all__ = ["average_answers", "random_crops", "random_flips", "subtract_mean", "ten_crops"]


def random_crops(
    x: Tensor,
    *,
    size: int,
    padding: int = 0,
    corners: Tensor | None = None,
    rng: torch.Generator | None = None,
) -> Tensor:
    """Cut a square out of each picture, at a place of its own.

    Arguments, shapes and errors: `dlcourse.by_hand.random_crops`.
    """
    check_window(padding=padding)
    padded = F.pad(x, (padding,) * 4)
    n, _, high, wide = padded.shape
    check_crop(size, (high, wide))
    if corners is None:
        rows = torch.randint(high - size + 1, (n,), generator=rng)
        corners = torch.stack([rows, torch.randint(wide - size + 1, (n,), generator=rng)], dim=1)
    highest = tuple(corners.amax(dim=0).tolist())
    check_corners(int(corners.min()), (high - size, wide - size), highest)
    every = padded.unfold(2, size, 1).unfold(3, size, 1)  # (N, C, rows, columns, S, S), a view
    return every[torch.arange(n), :, corners[:, 0], corners[:, 1]]


def random_flips(
    x: Tensor, *, flips: Tensor | None = None, rng: torch.Generator | None = None
) -> Tensor:
    """Mirror about half of the pictures, left to right.

    Arguments, shapes and errors: `dlcourse.by_hand.random_flips`.
    """
    if flips is None:
        flips = torch.rand(len(x), generator=rng) < 0.5
    return torch.where(flips.bool()[:, None, None, None], x.flip(3), x)


def subtract_mean(x: Tensor, mean: Tensor) -> Tensor:
    """Subtract the mean picture of the training set, pixel by pixel.

    Arguments, shapes and errors: `dlcourse.by_hand.subtract_mean`.
    """
    check_mean(tuple(x.shape), tuple(mean.shape))
    return x - mean


def ten_crops(x: Tensor, *, size: int) -> Tensor:
    """Cut ten squares out of each picture: the corners and the middle, and their mirror images.

    Arguments, shapes and errors: `dlcourse.by_hand.ten_crops`.
    """
    h, w = x.shape[2:]
    check_crop(size, (h, w))
    down, across = h - size, w - size
    starts = [(0, 0), (0, across), (down, 0), (down, across), (down // 2, across // 2)]
    five = torch.stack([x.narrow(2, i, size).narrow(3, j, size) for i, j in starts])
    return torch.cat([five, five.flip(4)])


def average_answers(f: Tensor) -> Tensor:
    """Average the probabilities that several nets, or one net for several views, give.

    Arguments, shapes and errors: `dlcourse.by_hand.average_answers`.
    """
    return f.mean(dim=0)
