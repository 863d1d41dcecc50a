"""Training: the empirical risk, and the loop that lowers it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.early_stopping import EarlyStopping
from dlcourse.by_hand.numbers import check_repeats
from dlcourse.by_hand.optimizers import SGD
from dlcourse.by_hand.schedules import Schedule


class EmpiricalRisk(Box):
    """Average the loss over the examples and add the regularizer: 1/T sum of l + lambda Omega.

    Parameters
    ----------
    net : Box
        The function f(x; theta).
    loss : Box
        The loss l(f(x), y), averaged over the examples it is given.
    regularizer : Box, optional
        The price Omega(theta) of the parameters of the net.
    strength : float
        The factor lambda of the regularizer.

    Notes
    -----
    Slide rows E02, E03, E06, O05, T01.
    """

    labels = (1,)

    def __init__(
        self, net: Box, loss: Box, *, regularizer: Box | None = None, strength: float = 0.0
    ) -> None:
        super().__init__()
        self.net, self.loss = net, loss
        self.regularizer, self.strength = regularizer, strength

    def fprop(self, x: Array, y: Array) -> Array:
        """Map examples x (T, ...) and targets y (T, ...) to one number."""
        risk = self.loss.fprop(self.net.fprop(x), y)
        if self.regularizer is not None:
            risk = risk + self.strength * self.regularizer.fprop(self.net)
        return risk

    def bprop(self, dy: Array) -> tuple[Array, None]:
        """Map the gradient at the risk to the gradient at x; add to the `grads` of the net."""
        df, _ = self.loss.bprop(dy)
        if self.regularizer is not None:
            self.regularizer.bprop(dy * self.strength)
        self.net.input_gradient = self.input_gradient
        return self.net.bprop(df), None


def minibatches(order: Array, batch_size: int | None = None) -> Iterator[Array]:
    """Cut the order of the examples into batches; the last may be smaller.

    Parameters
    ----------
    order : array of shape (T,)
        Numbers of the examples, usually shuffled.
    batch_size : int, optional
        Examples per batch: 1 for stochastic gradient descent, None for all of them.

    Yields
    ------
    array of shape (batch_size,) or shorter

    Raises
    ------
    ValueError
        When the batch size is below 1.

    Notes
    -----
    Slide rows T08, O04.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> [batch.tolist() for batch in by_hand.minibatches(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    size = len(order) if batch_size is None else batch_size
    if size < 1:
        raise ValueError(f"batch size {size} is below 1")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def fit(
    risk: Box,
    x: Array,
    y: Array | None = None,
    *,
    optimizer: SGD,
    epochs: int,
    batch_size: int | None = None,
    orders: Sequence[ArrayLike] | None = None,
    rng: np.random.Generator | None = None,
    schedule: Schedule | None = None,
    early_stopping: EarlyStopping | None = None,
    after_epoch: Callable[[int], Any] | None = None,
) -> Array:
    """Lower the empirical risk by gradient descent, batch by batch.

    Parameters
    ----------
    risk : Box
        Maps (x, y) to one number, as `EmpiricalRisk` does; or x alone, as `ExactLikelihood`.
    x : array of shape (T, ...)
        Examples.
    y : array of shape (T, ...), optional
        Their targets; None where there are no labels.
    optimizer : SGD
        Moves the parameters after each batch.
    epochs : int
        How often every example is seen.
    batch_size : int, optional
        Examples per step: 1 for stochastic, None for batch gradient descent.
    orders : sequence of arrays of shape (T,), optional
        The order of the examples in each epoch; shuffled by `rng` when not given.
    rng : numpy.random.Generator, optional
        Source of the orders.
    schedule : Schedule, optional
        Changes the step size after each batch.
    early_stopping : EarlyStopping, optional
        Measures after each epoch, ends training in time, and restores the best parameters.
    after_epoch : callable, optional
        Called with the number of the epoch, from 0, when it is over.

    Returns
    -------
    array of shape (epochs * ceil(T / batch_size),)
        The risk of each batch just before the step on it; fewer when it stopped early.

    Raises
    ------
    ValueError
        When there are fewer than 0 epochs, or the batch size is below 1.

    Notes
    -----
    Slide rows T06, T07, T08, T09, E11.
    """
    check_repeats(epochs=epochs)
    rng = rng or np.random.default_rng()
    examples = (x,) if y is None else (x, y)
    trajectory = []
    with risk.without_input_gradient():  # examples are not trained
        for epoch in range(epochs):
            order = rng.permutation(len(x)) if orders is None else np.asarray(orders[epoch])
            for batch in minibatches(order, batch_size):
                risk.zero_grad()
                value = risk(*(a[batch] for a in examples))
                trajectory.append(float(value))
                risk.bprop(np.ones_like(value))
                optimizer.step()
                if schedule is not None:
                    schedule.step()
            if after_epoch is not None:
                after_epoch(epoch)
            if early_stopping is not None and early_stopping.update():
                break
    if early_stopping is not None:
        early_stopping.restore()
    return np.array(trajectory)
