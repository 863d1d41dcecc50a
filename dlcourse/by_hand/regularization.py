"""Regularizers: a price on large weights."""

from collections.abc import Iterator

import numpy as np

from dlcourse.by_hand.box import Array, Box, on_floats
from dlcourse.by_hand.numbers import check_digits, check_repeats


class L2(Box):
    """Charge the sum of squares of all weights, not of biases.

    Notes
    -----
    PyTorch's `weight_decay` is the factor of half this sum.
    Slide rows E05, R01, R02, R04.
    """

    def fprop(self, net: Box) -> Array:
        """Map a net to one number: the sum of its squared weights."""
        self.saved = net
        return np.asarray(sum((w**2).sum() for w, _ in weights(net)))

    def bprop(self, dy: Array) -> None:
        """Add the gradient at the weights, 2 W, to the `grads` of the net."""
        net = self.saved
        for w, dw in weights(net):
            dw += dy * 2 * w


class L1(Box):
    """Charge the sum of absolute values of all weights, not of biases.

    Notes
    -----
    The gradient at a weight of 0 is taken to be 0.  Slide rows E05, R05, R06.
    """

    def fprop(self, net: Box) -> Array:
        """Map a net to one number: the sum of the absolute values of its weights."""
        self.saved = net
        return np.asarray(sum(np.abs(w).sum() for w, _ in weights(net)))

    def bprop(self, dy: Array) -> None:
        """Add the gradient at the weights, sign(W), to the `grads` of the net."""
        net = self.saved
        for w, dw in weights(net):
            dw += dy * np.sign(w)


def weights(net: Box) -> Iterator[tuple[Array, Array]]:
    """Yield each weight array of a net, biases left out, and its gradient."""
    grads = dict(net.named("grads"))
    for name, array in net.named("params"):
        if is_weight(name):
            yield array, grads[name]


def is_weight(name: str) -> bool:
    """Tell by its dotted name whether a parameter is a weight, and no bias."""
    return name.rpartition(".")[2] == "weight"


@on_floats
def soft_threshold(w: Array, *, threshold: float) -> Array:
    """Move every number towards 0 by the threshold, and let it stop there.

    Parameters
    ----------
    w : array of any shape
    threshold : float
        How far, in units of w; at least 0.

    Returns
    -------
    array of the shape of w
        The v that minimizes (v - w)^2 / 2 + threshold |v|.

    Raises
    ------
    ValueError
        When the threshold is negative.

    Notes
    -----
    Slide row R05.
    """
    if threshold < 0:
        raise ValueError(f"threshold {threshold} is below 0")
    return np.sign(w) * np.maximum(np.abs(w) - threshold, 0)


@on_floats
def l2_shrinkage(curvature: Array, *, strength: float) -> Array:
    """Tell which part of each weight an L2 penalty leaves, at the bottom of a bowl.

    Parameters
    ----------
    curvature : array of shape (D,)
        Second derivatives lambda of the loss along its axes; 0 or more.
    strength : float
        The factor of the penalty, above 0.

    Returns
    -------
    array of shape (D,)
        lambda / (lambda + 2 strength), between 0 and 1.

    Raises
    ------
    ValueError
        When the curvature is float16.

    Notes
    -----
    Slide row R13.
    """
    check_digits(curvature.dtype, "linear algebra")
    return curvature / (curvature + 2 * strength)


@on_floats
def early_stopping_shrinkage(curvature: Array, *, lr: float, steps: int) -> Array:
    """Tell which part of each weight gradient descent has reached, in a bowl, from 0.

    Parameters
    ----------
    curvature : array of shape (D,)
        Second derivatives lambda of the loss along its axes.
    lr : float
        The step size alpha.
    steps : int
        How many steps were made.

    Returns
    -------
    array of shape (D,)
        1 - (1 - alpha lambda)^steps.

    Raises
    ------
    ValueError
        When there are fewer than 0 steps.

    Notes
    -----
    Slide row R13.
    """
    check_repeats(steps=steps)
    return 1 - (1 - lr * curvature) ** steps
