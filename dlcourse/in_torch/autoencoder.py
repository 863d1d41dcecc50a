"""Autoencoders: nets that give their input again, through a code of few numbers."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.autoencoder import check_code
from dlcourse.in_torch import activations
from dlcourse.in_torch.dropout import Dropout
from dlcourse.in_torch.layers import MLP, Affine
from dlcourse.in_torch.losses import MSELoss
from dlcourse.in_torch.optimizers import SGD
from dlcourse.in_torch.training import EmpiricalRisk, fit

__all__ = ["Autoencoder", "TiedAffine", "pretrain"]


class TiedAffine(nn.Module):
    """Multiply by the weights of another layer, turned round, and add a bias.

    Arguments, shapes and errors: `dlcourse.by_hand.TiedAffine`.
    """

    def __init__(self, layer: Affine) -> None:
        super().__init__()
        self.layers = (layer,)  # in a tuple, since a module alone would become a child
        self.bias = nn.Parameter(layer.weight.new_zeros(layer.weight.shape[1]))

    def forward(self, h: Tensor) -> Tensor:
        """Map h (N, M) to y (N, D)."""
        (layer,) = self.layers
        check_code(h.shape[-1], len(layer.weight))
        return F.linear(h, layer.weight.T, self.bias)


class Autoencoder(nn.Module):
    """Squeeze examples into a code, and make them again from it.

    Arguments, shapes and errors: `dlcourse.by_hand.Autoencoder`.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "ReLU",
        code: str = "Identity",
        output: str = "Identity",
        tied: bool = False,
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.encoder = MLP(sizes, activation=activation, output=code, rng=rng)
        self.decoder: nn.Sequential = MLP(
            sizes[::-1], activation=activation, output=output, rng=rng
        )
        if tied:
            layers = [box for box in self.encoder if isinstance(box, Affine)]
            gs = [activation] * (len(layers) - 1) + [output]
            boxes: list[nn.Module] = []
            for layer, g in zip(reversed(layers), gs, strict=True):
                boxes += [TiedAffine(layer), getattr(activations, g)()]
            self.decoder = nn.Sequential(*boxes)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, D) to its reconstruction (N, D)."""
        y: Tensor = self.decoder(self.encoder(x))
        return y


def pretrain(
    net: nn.Sequential,
    x: Tensor,
    *,
    noise: float = 0.3,
    lr: float = 0.1,
    momentum: float = 0.0,
    epochs: int = 10,
    batch_size: int | None = None,
    orders: Sequence[Any] | None = None,
    masks: Callable[[tuple[int, ...]], Tensor] | None = None,
    rng: torch.Generator | None = None,
) -> list[Tensor]:
    """Give the hidden layers of a net weights that know the examples, without any label.

    Arguments, shapes and errors: `dlcourse.by_hand.pretrain`.
    """
    trajectories = []
    for layer, *rest in hidden_layers(net):
        corrupt = Dropout(noise, rng=rng)
        corrupt.masks = masks
        autoencoder = nn.Sequential(corrupt, layer, *rest, TiedAffine(layer))
        risk = EmpiricalRisk(autoencoder, MSELoss())
        optimizer = SGD(autoencoder, lr=lr, momentum=momentum)
        trajectories.append(
            fit(
                risk,
                x,
                x,
                optimizer=optimizer,
                epochs=epochs,
                batch_size=batch_size,
                orders=orders,
                rng=rng,
            )
        )
        x = use(nn.Sequential(layer, *rest), x)
    return trajectories


def hidden_layers(net: nn.Sequential) -> Iterator[Any]:
    """Cut a net before each `Affine`, and leave the last piece out: it is the output layer."""
    boxes = list(net)
    starts = [i for i, box in enumerate(boxes) if isinstance(box, Affine)]
    for start, end in pairwise(starts):
        yield boxes[start:end]


@torch.no_grad()
def use(net: nn.Sequential, x: Tensor) -> Tensor:
    """Run a net as it is used, and leave it in the mode it was in."""
    training = net[0].training
    value: Tensor = net.eval()(x)
    net.train(training)
    return value
