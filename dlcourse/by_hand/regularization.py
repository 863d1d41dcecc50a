"""Regularizers: a price on large weights."""

from collections.abc import Iterator

import numpy as np

from dlcourse.by_hand.box import Array, Box


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
        if name.rpartition(".")[2] == "weight":
            yield array, grads[name]
