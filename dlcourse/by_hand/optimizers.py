"""Optimizers: how a gradient moves the parameters."""

import numpy as np

from dlcourse.by_hand.box import Array, Box, on_floats
from dlcourse.by_hand.numbers import check_digits
from dlcourse.by_hand.regularization import is_weight, soft_threshold, weights


class SGD:
    """Step against the gradient: theta <- theta + alpha Delta, where Delta = -v.

    v is the gradient plus momentum times the last v; without momentum it is the gradient.
    Whether this is stochastic, mini-batch or batch gradient descent depends on how many
    examples the gradient has seen: one, some, or all of them.

    Parameters
    ----------
    net : Box
        What is trained.
    lr : float
        The step size alpha, called learning rate.
    momentum : float
        The factor beta of the last direction, from 0 up to but not including 1.
    weight_decay : float
        How much of each weight is added to its gradient; biases are left alone.  The same as
        `L2` with half of it as strength.

    Attributes
    ----------
    velocity : dict of str to array
        The last direction v of each parameter.

    Raises
    ------
    ValueError
        When the learning rate or the weight decay is negative, or the momentum outside [0, 1).

    Notes
    -----
    Slide rows E06, T07, T09, R03, R04, O07.

    Examples
    --------
    >>> from dlcourse import by_hand
    >>> net = by_hand.Affine(1, 1)
    >>> net.params["weight"][...], net.grads["weight"][...] = 3, 2
    >>> by_hand.SGD(net, lr=0.5).step()
    >>> net.params["weight"]
    array([[2.]])
    """

    def __init__(
        self, net: Box, *, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        check_sgd(lr, momentum, weight_decay)
        self.net, self.lr = net, lr
        self.momentum, self.weight_decay = momentum, weight_decay
        self.velocity = {name: np.zeros_like(theta) for name, theta in net.named("params")}

    def step(self) -> None:
        """Move every parameter of the net in place."""
        grads = dict(self.net.named("grads"))
        for name, theta in self.net.named("params"):
            v = self.velocity[name]
            v *= self.momentum
            v += grads[name]
            if self.weight_decay and is_weight(name):
                v += self.weight_decay * theta
            theta -= self.lr * v  # Delta = -v


class ProximalSGD(SGD):
    """Step against the gradient of the loss, then move every weight lr * strength towards 0.

    The second half is the exact answer to an L1 penalty.  A weight that would pass 0 stops
    there, so weights become exactly 0; `L1` with `SGD` only makes them small.

    Parameters
    ----------
    net : Box
        What is trained, on a risk without the penalty.
    lr : float
        The step size.
    strength : float
        The factor lambda of the L1 penalty.

    Raises
    ------
    ValueError
        When the learning rate or the strength is negative.

    Notes
    -----
    Slide row R05.
    """

    def __init__(self, net: Box, *, lr: float, strength: float) -> None:
        super().__init__(net, lr=lr)
        check_strength(strength)
        self.strength = strength

    def step(self) -> None:
        """Move every parameter of the net in place."""
        super().step()
        for w, _ in weights(self.net):
            w[...] = soft_threshold(w, threshold=self.lr * self.strength)


@on_floats
def exponential_average(x: Array, *, decay: float) -> Array:
    """Average what came so far, the recent more than the old: m <- decay m + (1 - decay) x.

    Parameters
    ----------
    x : array of shape (T, ...)
        What is averaged, in the order of time.
    decay : float
        The factor of the old average, from 0 up to but not including 1.

    Returns
    -------
    array of the shape of x
        The average after each step, begun at 0.

    Raises
    ------
    ValueError
        When the decay is outside [0, 1).

    Notes
    -----
    The momentum of the slides leaves the factor 1 - decay out, so it is 1 / (1 - decay) times
    this average: with 0.9 ten times.  Slide rows O08, BN11.
    """
    check_fraction("decay", decay)
    average = np.zeros(x.shape[1:], x.dtype)
    averages = np.empty_like(x)
    for t, now in enumerate(x):
        average = decay * average + (1 - decay) * now
        averages[t] = average
    return averages


@on_floats
def momentum_rate(curvature: Array, *, lr: float, momentum: float) -> Array:
    """Tell by which factor each step brings momentum nearer to the bottom of a bowl.

    Parameters
    ----------
    curvature : array of shape (D,)
        Second derivatives lambda of the bowl along its axes.
    lr : float
        The step size alpha.
    momentum : float
        The factor beta.

    Returns
    -------
    array of shape (D,)
        The factor in the long run, along each axis; from 1 up the steps lead nowhere.

    Raises
    ------
    ValueError
        When the curvature is float16.

    Notes
    -----
    Two steps in a row obey x'' = (1 + beta - alpha lambda) x' - beta x.  The factor is the
    larger root of z^2 - (1 + beta - alpha lambda) z + beta.  Slide row O10.
    """
    check_digits(curvature.dtype, "linear algebra")
    b = 1 + momentum - lr * curvature
    discriminant = b**2 - 4 * momentum
    real = (np.abs(b) + np.sqrt(np.maximum(discriminant, 0))) / 2
    return np.where(discriminant < 0, np.sqrt(momentum), real)


def check_sgd(lr: float, momentum: float, weight_decay: float) -> None:
    """Refuse settings with which gradient descent makes no sense."""
    if lr < 0:
        raise ValueError(f"learning rate {lr} is below 0")
    check_fraction("momentum", momentum)
    if weight_decay < 0:
        raise ValueError(f"weight decay {weight_decay} is below 0: weights would grow")


def check_strength(strength: float) -> None:
    """Refuse a penalty that rewards large weights."""
    if strength < 0:
        raise ValueError(f"strength {strength} is below 0: weights would grow")


def check_fraction(what: str, value: float) -> None:
    """Refuse what is no fraction below 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{what} {value} should be at least 0 and below 1")
