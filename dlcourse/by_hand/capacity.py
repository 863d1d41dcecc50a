"""Capacity: nets built by hand that show what a net can do."""

from collections.abc import Callable

import numpy as np

from dlcourse.by_hand.activations import ReLU
from dlcourse.by_hand.box import Array
from dlcourse.by_hand.layers import MLP
from dlcourse.by_hand.numbers import check_digits, check_finite


def xor_network(*, activation: str = "Sign", gain: float = 1.0) -> MLP:
    """Build the XOR network of the slides: two hidden units, one output unit.

    Parameters
    ----------
    activation : str
        Class name of the activation of all three units: "Sign" or "Tanh".
    gain : float
        Factor of every weight and bias: the larger, the more a tanh unit is like a sign unit.

    Returns
    -------
    MLP
        Maps points (N, 2) to z (N, 1): +1 where exactly one coordinate is +1, on {-1, 1}^2.

    Notes
    -----
    y1 fires above x1 + x2 = -0.5, y2 above x1 + x2 = 1.5, and z where y1 fires and y2 does
    not.  Slide rows C03, C04, C10.
    """
    net = MLP([2, 2, 1], activation=activation, output=activation)
    weights = {
        "0.weight": [[1.0, 1.0], [1.0, 1.0]],
        "0.bias": [0.5, -1.5],
        "2.weight": [[0.7, -0.4]],
        "2.bias": [-1.0],
    }
    net.load_state_dict({name: gain * np.array(values) for name, values in weights.items()})
    return net


def staircase_network(f: Callable[[Array], Array], units: int, *, low: float, high: float) -> MLP:
    """Build a net with one hidden layer that follows f in steps: one sign unit for each.

    Parameters
    ----------
    f : callable
        Maps an array of shape (n,) to an array of shape (n,).
    units : int
        Number n of hidden units, at least 1.
    low, high : float
        Ends of the interval, which is cut into n + 1 equal pieces.

    Returns
    -------
    MLP
        Maps x (N, 1) to y (N, 1): on each piece the value of f in its middle.

    Raises
    ------
    ValueError
        When there is no unit.

    Notes
    -----
    No x is more than half a piece from the middle of its piece, so where the slope of f is at
    most s the error is at most s (high - low) / (2 (n + 1)).  Slide row C06.
    """
    if units < 1:
        raise ValueError(f"{units} units make no staircase; take 1 or more")
    edges = np.linspace(low, high, units + 2)
    levels = f((edges[:-1] + edges[1:]) / 2)
    jumps = np.diff(levels) / 2  # a sign unit goes from -1 to +1: twice its weight
    net = MLP([1, units, 1], activation="Sign")
    net.load_state_dict(
        {
            "0.weight": np.ones((units, 1)),
            "0.bias": -edges[1:-1],
            "2.weight": jumps[None, :],
            "2.bias": np.array([levels[0] + jumps.sum()]),
        }
    )
    return net


def sawtooth_network(folds: int) -> MLP:
    """Build a deep net of two ReLUs per layer that folds [0, 1] in half, again and again.

    Parameters
    ----------
    folds : int
        Number of hidden layers, at least 1.

    Returns
    -------
    MLP
        Maps x (N, 1) in [0, 1] to a sawtooth y (N, 1) with 2^folds straight pieces.

    Raises
    ------
    ValueError
        When there is no layer.

    Notes
    -----
    Each layer computes the tent 2 relu(x) - 4 relu(x - 1/2), which sends both halves of
    [0, 1] onto all of it.  Slide row C09.
    """
    if folds < 1:
        raise ValueError(f"{folds} folds make no sawtooth; take 1 or more")
    net = MLP([1, *[2] * folds, 1])
    tent, offsets = np.array([2.0, -4.0]), np.array([0.0, -0.5])
    state = {"0.weight": np.ones((2, 1)), "0.bias": offsets}
    for layer in range(1, folds):
        state |= {f"{2 * layer}.weight": np.stack([tent, tent]), f"{2 * layer}.bias": offsets}
    state |= {f"{2 * folds}.weight": tent[None, :], f"{2 * folds}.bias": np.zeros(1)}
    net.load_state_dict(state)
    return net


def linear_pieces(net: MLP, *, low: float, high: float) -> int:
    """Count the straight pieces of a ReLU net from one number to one number.

    Parameters
    ----------
    net : MLP
        Layers and ReLUs, one input, one output.
    low, high : float
        Ends of the interval to look at.

    Returns
    -------
    int
        Pieces of different slope, one after another.

    Raises
    ------
    ValueError
        When the net gives what is not finite, or its weights are float16.

    Notes
    -----
    Exact but for rounding: a piece can end only where some unit crosses zero, and between
    such points the crossings are found by a rule of three.  Slide rows C07, C09.
    """
    check_digits(net.boxes[0].params["weight"].dtype, "slopes")
    x = np.array([low, high], float)
    a = x[:, None]
    for box in net.boxes:
        if isinstance(box, ReLU):
            i, j = np.nonzero(a[:-1] * a[1:] < 0)  # unit j crosses zero after point i
            t = a[i, j] / (a[i, j] - a[i + 1, j])
            x = np.concatenate([x, x[i] + t * (x[i + 1] - x[i])])
            a = np.concatenate([a, a[i] + t[:, None] * (a[i + 1] - a[i])])
            order = np.argsort(x, kind="stable")
            x, a = x[order], a[order]
        a = box.fprop(a)
    check_finite("outputs", bool(np.isfinite(a).all()))
    apart = np.append(True, np.diff(x) > 1e-9 * (high - low))
    x, y = x[apart], a[apart, 0]
    slopes = np.diff(y) / np.diff(x)
    bends = np.abs(np.diff(slopes)) > 1e-6 * max(np.abs(slopes).max(), 1e-12)
    return 1 + int(bends.sum())
