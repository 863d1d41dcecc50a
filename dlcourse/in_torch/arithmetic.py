"""Sums and products of boxes: where the paths of a flow graph meet."""

from torch import Tensor, nn


class Add(nn.Module):
    """Add two tensors.

    Arguments, shapes and errors: `dlcourse.by_hand.Add`.
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Map x and y of one shape to their sum."""
        if x.shape != y.shape:
            raise ValueError(f"shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be added")
        return x + y


class Multiply(nn.Module):
    """Multiply two tensors, element by element.

    Arguments, shapes and errors: `dlcourse.by_hand.Multiply`.
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Map x and y of one shape to their product."""
        if x.shape != y.shape:
            raise ValueError(f"shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be multiplied")
        return x * y
