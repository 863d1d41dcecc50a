"""Gaussian processes: a belief about a function, and where to look for a higher value."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import MultivariateNormal, Normal

from dlcourse.by_hand.gaussian_process import (
    SMALLEST_STD,
    check_columns,
    check_pairs,
    check_positive,
)
from dlcourse.in_torch.numbers import check_digits, check_sizes

__all__ = ["ExpectedImprovement", "GaussianProcess", "posterior", "squared_exponential"]


def squared_exponential(a: Tensor, b: Tensor, *, length_scale: Any, variance: Any = 1.0) -> Tensor:
    """Compute how alike a smooth function is at two sets of points.

    Arguments, shapes and errors: `dlcourse.by_hand.squared_exponential`.
    """
    check_columns(a.shape[-1], b.shape[-1])
    away = (a[:, None] - b) / length_scale
    return variance * torch.exp(-0.5 * away.square().sum(dim=-1))


class GaussianProcess(nn.Module):
    """Compute how surprising values are to a Gaussian process: -log p(y | x).

    Arguments, shapes and errors: `dlcourse.by_hand.GaussianProcess`.
    """

    def __init__(
        self,
        in_features: int,
        *,
        length_scale: float = 0.3,
        variance: float = 1.0,
        noise: float = 0.01,
    ) -> None:
        super().__init__()
        check_sizes(axes=in_features)
        check_positive(length_scale=length_scale, variance=variance, noise=noise)
        self.log_length_scale = nn.Parameter(torch.full((in_features,), math.log(length_scale)))
        self.log_variance = nn.Parameter(torch.tensor(math.log(variance)))
        self.log_noise = nn.Parameter(torch.tensor(math.log(noise)))

    def kernel(self, a: Tensor, b: Tensor) -> Tensor:
        """Compute the covariances (N, M) of the function at a (N, D) and b (M, D)."""
        length_scale, variance = self.log_length_scale.exp(), self.log_variance.exp()
        return squared_exponential(a, b, length_scale=length_scale, variance=variance)

    def covariance(self, x: Tensor) -> Tensor:
        """Compute the covariances (T, T) of noisy values at x (T, D)."""
        check_digits(x.dtype, "linear algebra")
        return self.kernel(x, x) + self.log_noise.exp() * torch.eye(len(x), dtype=x.dtype)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Map points x (T, D) and values y (T,) to one number, in nats."""
        check_pairs(len(x), len(y))
        process = MultivariateNormal(torch.zeros_like(y), self.covariance(x))
        return -process.log_prob(y)  # type: ignore[no-untyped-call]


@torch.no_grad()
def posterior(
    process: GaussianProcess, x: Tensor, y: Tensor, points: Tensor
) -> tuple[Tensor, Tensor]:
    """Tell what a Gaussian process believes at some points, after it has seen values at others.

    Arguments, shapes and errors: `dlcourse.by_hand.posterior`.
    """
    check_pairs(len(x), len(y))
    k = process.kernel(points, x)
    factor = torch.linalg.cholesky(process.covariance(x))
    mean = k @ torch.cholesky_solve(y[:, None], factor)[:, 0]
    explained = torch.linalg.solve_triangular(factor, k.T, upper=False).square().sum(dim=0)
    return mean, (process.log_variance.exp() - explained).clamp(min=0).sqrt()


class ExpectedImprovement(nn.Module):
    """Average by how much a Gaussian belief will turn out above the best value so far.

    Arguments, shapes and errors: `dlcourse.by_hand.ExpectedImprovement`.
    """

    def __init__(self, best: float) -> None:
        super().__init__()
        self.best = best

    def forward(self, mean: Tensor, std: Tensor) -> Tensor:
        """Map means (M,) and standard deviations (M,) from 0 up to improvements (M,)."""
        gain = mean - self.best
        z = gain / std.clamp(min=SMALLEST_STD)
        normal = Normal(torch.zeros_like(z), 1.0)
        return gain * normal.cdf(z) + std * normal.log_prob(z).exp()  # type: ignore[no-untyped-call]
