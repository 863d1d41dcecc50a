"""Capacity: nets built by hand that show what a net can do."""

from collections.abc import Callable

import torch
from torch import Tensor

from dlcourse.in_torch.activations import ReLU
from dlcourse.in_torch.layers import MLP
from dlcourse.in_torch.numbers import check_digits, check_finite


def xor_network(*, activation: str = "Sign", gain: float = 1.0) -> MLP:
    """Build the XOR network of the slides: two hidden units, one output unit.

    Arguments, shapes and errors: `dlcourse.by_hand.xor_network`.
    """
    net = MLP([2, 2, 1], activation=activation, output=activation).double()
    weights = {
        "0.weight": [[1.0, 1.0], [1.0, 1.0]],
        "0.bias": [0.5, -1.5],
        "2.weight": [[0.7, -0.4]],
        "2.bias": [-1.0],
    }
    net.load_state_dict(
        {name: gain * torch.tensor(v, dtype=torch.float64) for name, v in weights.items()}
    )
    return net


def staircase_network(f: Callable[[Tensor], Tensor], units: int, *, low: float, high: float) -> MLP:
    """Build a net with one hidden layer that follows f in steps: one sign unit for each.

    Arguments, shapes and errors: `dlcourse.by_hand.staircase_network`.
    """
    if units < 1:
        raise ValueError(f"{units} units make no staircase; take 1 or more")
    edges = torch.linspace(low, high, units + 2, dtype=torch.float64)
    levels = f((edges[:-1] + edges[1:]) / 2)
    jumps = levels.diff() / 2
    net = MLP([1, units, 1], activation="Sign").double()
    net.load_state_dict(
        {
            "0.weight": torch.ones(units, 1),
            "0.bias": -edges[1:-1],
            "2.weight": jumps[None, :],
            "2.bias": (levels[0] + jumps.sum())[None],
        }
    )
    return net


def sawtooth_network(folds: int) -> MLP:
    """Build a deep net of two ReLUs per layer that folds [0, 1] in half, again and again.

    Arguments, shapes and errors: `dlcourse.by_hand.sawtooth_network`.
    """
    if folds < 1:
        raise ValueError(f"{folds} folds make no sawtooth; take 1 or more")
    net = MLP([1, *[2] * folds, 1]).double()
    tent, offsets = torch.tensor([2.0, -4.0]), torch.tensor([0.0, -0.5])
    state = {"0.weight": torch.ones(2, 1), "0.bias": offsets}
    for layer in range(1, folds):
        state |= {f"{2 * layer}.weight": torch.stack([tent, tent]), f"{2 * layer}.bias": offsets}
    state |= {f"{2 * folds}.weight": tent[None, :], f"{2 * folds}.bias": torch.zeros(1)}
    net.load_state_dict(state)
    return net


@torch.no_grad()
def linear_pieces(net: MLP, *, low: float, high: float) -> int:
    """Count the straight pieces of a ReLU net from one number to one number.

    Arguments, shapes and errors: `dlcourse.by_hand.linear_pieces`.
    """
    check_digits(net[0].weight.dtype, "slopes")
    x = torch.tensor([low, high], dtype=torch.float64)
    a = x[:, None]
    for box in net:
        if isinstance(box, ReLU):
            i, j = torch.nonzero(a[:-1] * a[1:] < 0, as_tuple=True)
            t = a[i, j] / (a[i, j] - a[i + 1, j])
            x = torch.cat([x, x[i] + t * (x[i + 1] - x[i])])
            a = torch.cat([a, a[i] + t[:, None] * (a[i + 1] - a[i])])
            x, order = x.sort(stable=True)
            a = a[order]
        a = box(a)
    check_finite("outputs", bool(a.isfinite().all()))
    apart = torch.cat([torch.tensor([True]), x.diff() > 1e-9 * (high - low)])
    x, y = x[apart], a[apart, 0]
    slopes = y.diff() / x.diff()
    bends = slopes.diff().abs() > 1e-6 * max(slopes.abs().max().item(), 1e-12)
    return 1 + int(bends.sum())
