"""Optimizers: how a gradient moves the parameters."""

from dlcourse.by_hand.box import Box


class SGD:
    """Step against the gradient: theta <- theta + alpha Delta, where Delta = -gradient.

    Whether this is stochastic, mini-batch or batch gradient descent depends on how many
    examples the gradient has seen: one, some, or all of them.

    Parameters
    ----------
    net : Box
        What is trained.
    lr : float
        The step size alpha, called learning rate.

    Raises
    ------
    ValueError
        When the learning rate is negative.

    Notes
    -----
    Slide rows E06, T07, T09.
    """

    def __init__(self, net: Box, *, lr: float) -> None:
        if lr < 0:
            raise ValueError(f"learning rate {lr} is below 0")
        self.net, self.lr = net, lr

    def step(self) -> None:
        """Move every parameter of the net in place."""
        grads = dict(self.net.named("grads"))
        for name, theta in self.net.named("params"):
            delta = -grads[name]
            theta += self.lr * delta
