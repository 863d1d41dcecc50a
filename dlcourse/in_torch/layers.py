"""Layers: neurons side by side, and layers one after another."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.in_torch import activations
from dlcourse.in_torch.box import Sequential
from dlcourse.in_torch.dropout import Dropout
from dlcourse.in_torch.normalization import BatchNorm1d
from dlcourse.in_torch.numbers import check_sizes


class Neuron(nn.Module):
    """Weigh the inputs, add a bias, apply an activation.

    Arguments, shapes and errors: `dlcourse.by_hand.Neuron`.
    """

    def __init__(
        self,
        in_features: int,
        *,
        activation: str = "Sigmoid",
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_sizes(inputs=in_features)
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(in_features).uniform_(-bound, bound, generator=rng))
        self.bias = nn.Parameter(torch.empty(()).uniform_(-bound, bound, generator=rng))
        self.g: nn.Module = getattr(activations, activation)()

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, D) to the activations h (N,)."""
        if x.shape[-1] != len(self.weight):
            raise ValueError(
                f"x has {x.shape[-1]} columns, the neuron has {len(self.weight)} weights"
            )
        h: Tensor = self.g(self.bias + x @ self.weight)
        return h


class Affine(nn.Module):
    """Multiply by a matrix and add a bias.

    Arguments, shapes and errors: `dlcourse.by_hand.Affine`.
    """

    def __init__(
        self, in_features: int, out_features: int, *, rng: torch.Generator | None = None
    ) -> None:
        super().__init__()
        check_sizes(inputs=in_features, outputs=out_features)
        bound, shape = in_features**-0.5, (out_features, in_features)
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=rng))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound, generator=rng))

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, D) to a (N, M)."""
        if x.shape[-1] != self.weight.shape[1]:
            raise ValueError(f"x has {x.shape[-1]} columns, the layer takes {self.weight.shape[1]}")
        return F.linear(x, self.weight, self.bias)


class MLP(Sequential):
    """Stack L hidden layers and an output layer.

    Arguments, shapes and errors: `dlcourse.by_hand.MLP`.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "ReLU",
        output: str = "Identity",
        batch_norm: bool = False,
        dropout: float = 0.0,
        rng: torch.Generator | None = None,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"sizes {list(sizes)} need an input and an output at least")
        boxes: list[nn.Module] = []
        for d, m in pairwise(sizes[:-1]):
            boxes.append(Affine(d, m, rng=rng))
            if batch_norm:
                boxes.append(BatchNorm1d(m))
            boxes.append(getattr(activations, activation)())
            if dropout:
                boxes.append(Dropout(dropout, rng=rng))
        boxes += [Affine(*sizes[-2:], rng=rng), getattr(activations, output)()]
        super().__init__(*boxes)
