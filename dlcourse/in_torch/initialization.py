"""Initialization: the weights that training starts from."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dlcourse.by_hand.initialization import KINDS
from dlcourse.by_hand.regularization import is_weight

__all__ = ["initial_std", "initialize"]


def initial_std(shape: tuple[int, ...], *, kind: str, std: float = 0.01) -> float:
    """Compute the standard deviation of the initial weights of a layer.

    Arguments, shapes and errors: `dlcourse.by_hand.initial_std`.
    """
    weight = torch.empty(shape, device="meta")
    fan_in, fan_out = weight[0].numel(), weight[:, 0].numel()
    if kind not in KINDS:
        raise ValueError(f"initialization {kind!r} is none of {', '.join(KINDS)}")
    return {
        "zeros": 0.0,
        "normal": std,
        "glorot": (2 / (fan_in + fan_out)) ** 0.5,
        "he": nn.init.calculate_gain("relu") / fan_in**0.5,
    }[kind]


@torch.no_grad()
def initialize(
    net: nn.Module,
    *,
    kind: str,
    std: float = 0.01,
    noise: Mapping[str, Tensor] | None = None,
    rng: torch.Generator | None = None,
) -> None:
    """Draw new weights for every layer of a net, and set its biases to 0.

    Arguments, shapes and errors: `dlcourse.by_hand.initialize`.
    """
    for name, theta in net.named_parameters():
        if not is_weight(name):
            nn.init.zeros_(theta)
        elif theta.ndim > 1:
            width = initial_std(tuple(theta.shape), kind=kind, std=std)
            if noise is None:
                nn.init.normal_(theta, std=width, generator=rng)
            else:
                theta.copy_(width * noise[name])
