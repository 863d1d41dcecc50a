"""Representations: what the units of a layer can tell apart together, and what lies close."""

from math import comb

import torch
from torch import Tensor
from torch.nn import functional as F

from dlcourse.by_hand.representations import (
    check_corner,
    check_crossing,
    check_neighbours,
    check_region_count,
)
from dlcourse.in_torch.clustering import squared_distances
from dlcourse.in_torch.numbers import check_digits, check_finite

__all__ = [
    "activation_patterns",
    "co_activation",
    "largest_region_count",
    "nearest_neighbours",
]


def nearest_neighbours(
    queries: Tensor, x: Tensor, *, k: int = 1, metric: str = "euclidean"
) -> Tensor:
    """Find the k examples that lie nearest to each query.

    Arguments, shapes and errors: `dlcourse.by_hand.nearest_neighbours`.
    """
    check_neighbours(k, len(x), metric)
    check_finite("vectors", bool(queries.isfinite().all() and x.isfinite().all()))
    if metric == "cosine":
        queries, x = F.normalize(queries), F.normalize(x)
    return squared_distances(queries, x).argsort(dim=1, stable=True)[:, :k]


def co_activation(h: Tensor) -> Tensor:
    """Count how often two units are active at once.

    Arguments, shapes and errors: `dlcourse.by_hand.co_activation`.
    """
    active = (h > 0).to(h.dtype)
    return torch.einsum("ni,nj->ij", active, active) / len(h)


def largest_region_count(units: int, dimensions: int) -> int:
    """Count the regions into which n hyperplanes can cut a space: sum of C(n, i), i = 0 to d.

    Arguments, shapes and errors: `dlcourse.by_hand.largest_region_count`.
    """
    check_region_count(units, dimensions)
    return sum(comb(units, i) for i in range(dimensions + 1))


def activation_patterns(weight: Tensor, bias: Tensor) -> Tensor:
    """List every combination of active units that some point of the plane brings about.

    Arguments, shapes and errors: `dlcourse.by_hand.activation_patterns`.
    """
    check_digits(weight.dtype, "linear algebra")
    check_finite("lines", bool(weight.isfinite().all() and bias.isfinite().all()))
    units = len(bias)
    if units == 1:
        return torch.tensor([[0.0], [1.0]], dtype=weight.dtype)
    pairs = torch.combinations(torch.arange(units))  # (P, 2)
    for (i, j), determinant in zip(pairs.tolist(), torch.linalg.det(weight[pairs]), strict=True):
        check_crossing(i, j, determinant.item())
    corners = torch.linalg.solve(weight[pairs], -bias[pairs])  # (P, 2)
    a = F.linear(corners, weight, bias)  # (P, M)
    others = a.abs().scatter(1, pairs, torch.inf)
    for (i, j), distance in zip(pairs.tolist(), others.amin(dim=1), strict=True):
        check_corner(i, j, distance.item())
    patterns = [
        (a > 0).to(weight.dtype).scatter(1, pairs, both.expand(len(pairs), 2))
        for both in torch.cartesian_prod(*[torch.tensor([0, 1], dtype=weight.dtype)] * 2)
    ]
    return torch.cat(patterns).unique(dim=0)  # type: ignore[no-untyped-call]
