"""Optimizers: how a gradient moves the parameters."""

import torch
from torch import Tensor, nn

from dlcourse.by_hand.optimizers import check_fraction, check_sgd, check_strength
from dlcourse.by_hand.regularization import is_weight
from dlcourse.in_torch.numbers import check_digits
from dlcourse.in_torch.regularization import soft_threshold, weights

__all__ = ["SGD", "ProximalSGD", "exponential_average", "momentum_rate"]


class SGD(torch.optim.SGD):
    """Step against the gradient, with momentum.

    Arguments, shapes and errors: `dlcourse.by_hand.SGD`.
    """

    def __init__(
        self, net: nn.Module, *, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        check_sgd(lr, momentum, weight_decay)
        parameters = dict(net.named_parameters())
        groups = [
            {"params": [p for name, p in parameters.items() if is_weight(name)]},
            {"params": [p for name, p in parameters.items() if not is_weight(name)]},
        ]
        super().__init__(groups, lr=lr, momentum=momentum)
        self.param_groups[0]["weight_decay"] = weight_decay


class ProximalSGD(SGD):
    """Step against the gradient of the loss, then move every weight towards 0.

    Arguments, shapes and errors: `dlcourse.by_hand.ProximalSGD`.
    """

    def __init__(self, net: nn.Module, *, lr: float, strength: float) -> None:
        super().__init__(net, lr=lr)
        check_strength(strength)
        self.net, self.strength = net, strength

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every parameter of the net in place."""
        super().step(closure)
        for w in weights(self.net):
            w.copy_(soft_threshold(w, threshold=self.param_groups[0]["lr"] * self.strength))


def exponential_average(x: Tensor, *, decay: float) -> Tensor:
    """Average what came so far, the recent more than the old.

    Arguments, shapes and errors: `dlcourse.by_hand.exponential_average`.
    """
    check_fraction("decay", decay)
    t = torch.arange(len(x), dtype=x.dtype)
    age = (t[:, None] - t).clamp(min=0)
    coefficients = torch.tril((1 - decay) * decay**age)  # of x_k in the average at t
    return torch.tensordot(coefficients, x, dims=1)


def momentum_rate(curvature: Tensor, *, lr: float, momentum: float) -> Tensor:
    """Tell by which factor each step brings momentum nearer to the bottom of a bowl.

    Arguments, shapes and errors: `dlcourse.by_hand.momentum_rate`.
    """
    check_digits(curvature.dtype, "linear algebra")
    two_steps = torch.zeros(len(curvature), 2, 2, dtype=curvature.dtype)
    two_steps[:, 0, 0] = 1 + momentum - lr * curvature
    two_steps[:, 0, 1] = -momentum
    two_steps[:, 1, 0] = 1
    return torch.linalg.eigvals(two_steps).abs().amax(dim=1)
