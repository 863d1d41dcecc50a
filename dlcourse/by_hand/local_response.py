"""Local response normalization: channels at one pixel hold each other down."""

import numpy as np

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.numbers import check_digits
from dlcourse.by_hand.reshaping import check_four


class LocalResponseNorm(Box):
    """Divide each number by the size of its neighbours in the channels around it.

    Parameters
    ----------
    size : int
        How many channels are looked at, the own one included.
    alpha, beta, k : float
        y = x / (k + alpha / size times the sum of squares)^beta.

    Raises
    ------
    ValueError
        When the size is below 1; from `fprop`, when x has no images, or in float16.

    Notes
    -----
    AlexNet has it behind its first two layers, with k = 2.  PyTorch divides alpha by the size,
    the paper does not: the paper's alpha of 1e-4 is 5e-4 here.  Slide row A03.
    """

    def __init__(
        self, size: int, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
    ) -> None:
        super().__init__()
        check_size(size)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def fprop(self, x: Array) -> Array:
        """Map x (N, C, H, W) to y of the same shape."""
        check_four(tuple(x.shape))
        check_digits(x.dtype, "sums of squares")
        base = self.k + self.alpha / self.size * self.neighbours(x**2)
        self.saved = x, base
        return x * base**-self.beta

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y to the gradient at x: directly, and through the neighbours."""
        x, base = self.saved
        dbase = -self.beta * dy * x * base ** (-self.beta - 1)
        through = self.neighbours(dbase, turned=True)
        return dy * base**-self.beta + 2 * x * self.alpha / self.size * through

    def neighbours(self, a: Array, *, turned: bool = False) -> Array:
        """Sum each number with those of the channels around it; turned for the way back."""
        before, behind = self.size // 2, (self.size - 1) // 2
        if turned:
            before, behind = behind, before
        padded = np.pad(a, ((0, 0), (before, behind), (0, 0), (0, 0)))
        moved = (padded[:, i : i + a.shape[1]] for i in range(self.size))
        return sum(moved, start=np.zeros_like(a))


def check_size(size: int) -> None:
    """Refuse to look at no channel."""
    if size < 1:
        raise ValueError(f"size {size} is below 1: each number has at least itself around it")
