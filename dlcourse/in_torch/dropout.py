"""Dropout: remove units at random while training, so that none relies on another."""

from collections.abc import Callable
from itertools import product, zip_longest

import torch
from torch import Tensor, nn

from dlcourse.by_hand.dropout import check_scalable, check_units
from dlcourse.by_hand.optimizers import check_fraction

__all__ = ["Dropout", "all_masks", "convert_dropout", "geometric_average"]


class Dropout(nn.Module):
    """Set each unit to 0 with probability p while training.

    PyTorch's own `nn.Dropout` draws its masks itself; this one takes them too.
    Arguments, shapes and errors: `dlcourse.by_hand.Dropout`.
    """

    def __init__(
        self, p: float = 0.5, *, inverted: bool = True, rng: torch.Generator | None = None
    ) -> None:
        super().__init__()
        check_fraction("dropout probability", p)
        self.p, self.inverted, self.rng = p, inverted, rng
        self.masks: Callable[[tuple[int, ...]], Tensor] | None = None

    def forward(self, h: Tensor, mask: Tensor | None = None) -> Tensor:
        """Map units h (N, M) to h * mask; the mask, of zeros and ones, fits the shape of h."""
        if not self.training:
            return h if self.inverted else h * (1 - self.p)
        if mask is None:
            mask = self.draw(h)
        return h * mask / (1 - self.p) if self.inverted else h * mask

    def draw(self, h: Tensor) -> Tensor:
        """Take the mask from `masks`, or draw it: 1 with probability 1 - p."""
        if self.masks is not None:
            return self.masks(tuple(h.shape)).to(h.dtype)
        return torch.bernoulli(torch.full_like(h, 1 - self.p), generator=self.rng)


@torch.no_grad()
def convert_dropout(net: nn.Sequential, *, inverted: bool) -> None:
    """Change a net from one form of dropout to the other, without changing what it computes.

    Arguments, shapes and errors: `dlcourse.by_hand.convert_dropout`.
    """
    changing = [
        (box, behind)
        for box, behind in zip_longest(net, list(net)[1:])
        if isinstance(box, Dropout) and box.inverted != inverted
    ]
    for _, behind in changing:
        weight = getattr(behind, "weight", None)
        check_scalable(behind, 0 if weight is None else weight.ndim)
    for box, behind in changing:
        behind.get_parameter("weight").mul_(1 - box.p if inverted else 1 / (1 - box.p))
        box.inverted = inverted


def all_masks(units: int) -> Tensor:
    """List every binary mask over some units.

    Arguments, shapes and errors: `dlcourse.by_hand.all_masks`.
    """
    check_units(units)
    return torch.tensor(list(product([0.0, 1.0], repeat=units)), dtype=torch.float64)


def geometric_average(f: Tensor) -> Tensor:
    """Average the answers of many nets by the geometric mean, made to sum to one again.

    Arguments, shapes and errors: `dlcourse.by_hand.geometric_average`.
    """
    return torch.softmax(f.log().mean(dim=0), dim=-1)
