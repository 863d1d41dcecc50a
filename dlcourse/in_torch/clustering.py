"""Clustering: each example belongs to one cluster, and to no other."""

import torch
from torch import Tensor

from dlcourse.by_hand.clustering import check_columns
from dlcourse.in_torch.numbers import check_digits, check_repeats

__all__ = ["k_means", "squared_distances"]


def squared_distances(x: Tensor, centres: Tensor) -> Tensor:
    """Compute the squared distance of each example from each centre.

    Arguments, shapes and errors: `dlcourse.by_hand.squared_distances`.
    """
    check_columns(x.shape[1], centres.shape[1])
    check_digits(x.dtype, "sums of squares")
    return torch.cdist(x, centres, compute_mode="donot_use_mm_for_euclid_dist") ** 2


def k_means(x: Tensor, centres: Tensor, *, steps: int = 100) -> tuple[Tensor, Tensor, Tensor]:
    """Move each centre to the mean of the examples nearest to it, again and again.

    Arguments, shapes and errors: `dlcourse.by_hand.k_means`.
    """
    check_repeats(steps=steps)
    distances, labels = squared_distances(x, centres).min(dim=1)
    trajectory = [distances.mean()]
    for _ in range(steps):
        counts = labels.bincount(minlength=len(centres))[:, None]
        sums = torch.zeros_like(centres).index_add(0, labels, x)
        centres = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
        before = labels
        distances, labels = squared_distances(x, centres).min(dim=1)
        trajectory.append(distances.mean())
        if labels.equal(before):
            break
    return centres, labels, torch.stack(trajectory).double()
