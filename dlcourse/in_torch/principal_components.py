"""Principal components: the few directions in which examples differ most."""

import torch
from torch import Tensor

from dlcourse.by_hand.principal_components import check_components
from dlcourse.in_torch.numbers import check_digits, check_finite

__all__ = ["PCA"]


class PCA:
    """Describe examples by how far they lie along the few directions of largest variance.

    Arguments, shapes and errors: `dlcourse.by_hand.PCA`.
    """

    def __init__(self, x: Tensor, components: int) -> None:
        check_components(components, *x.shape)
        check_digits(x.dtype, "linear algebra")
        check_finite("examples", bool(x.isfinite().all()))
        self.mean = x.mean(dim=0)
        _, lengths, directions = torch.linalg.svd(x - self.mean, full_matrices=False)
        self.variances = lengths[:components] ** 2 / (len(x) - 1)
        directions = directions[:components]
        farthest = directions.abs().argmax(dim=1, keepdim=True)
        self.directions = directions * directions.gather(1, farthest).sign()

    def encode(self, x: Tensor) -> Tensor:
        """Map examples (N, D) to codes (N, K)."""
        return (x - self.mean) @ self.directions.T

    def decode(self, code: Tensor) -> Tensor:
        """Map codes (N, K) to examples (N, D)."""
        return self.mean + code @ self.directions
