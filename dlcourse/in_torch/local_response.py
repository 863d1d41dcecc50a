"""Local response normalization: channels at one pixel hold each other down."""

from torch import Tensor, nn

from dlcourse.by_hand.local_response import check_size
from dlcourse.by_hand.reshaping import check_four

__all__ = ["LocalResponseNorm"]


class LocalResponseNorm(nn.LocalResponseNorm):
    """Divide each number by the size of its neighbours in the channels around it.

    Arguments, shapes and errors: `dlcourse.by_hand.LocalResponseNorm`.
    """

    def __init__(
        self, size: int, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
    ) -> None:
        check_size(size)
        super().__init__(size, alpha=alpha, beta=beta, k=k)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, C, H, W) to y of the same shape."""
        check_four(tuple(x.shape))
        return super().forward(x)
