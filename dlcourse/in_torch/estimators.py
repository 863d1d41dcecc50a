"""Estimators: what a sample tells about where it came from."""

import torch
from torch import Tensor

from dlcourse.in_torch.numbers import check_digits


def estimate_moments(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Estimate the mean, the variance and the covariance of the source of some examples.

    Arguments, shapes and errors: `dlcourse.by_hand.estimate_moments`.
    """
    if len(x) < 2:
        raise ValueError(f"{len(x)} examples have no variance: two are needed")
    check_digits(x.dtype, "sums of squares")
    return x.mean(dim=0), x.var(dim=0), torch.cov(x.T).reshape(x.shape[1], x.shape[1])
