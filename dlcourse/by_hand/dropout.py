"""Dropout: remove units at random while training, so that none relies on another."""

from collections.abc import Callable
from itertools import zip_longest

import numpy as np

from dlcourse.by_hand.box import Array, Box, Sequential, on_floats
from dlcourse.by_hand.optimizers import check_fraction


class Dropout(Box):
    """Set each unit to 0 with probability p while training.

    Parameters
    ----------
    p : float
        Probability of removing a unit, from 0 up to but not including 1.
    inverted : bool
        PyTorch's form divides by 1 - p while training and does nothing at test time.  The
        slides' form, with False, does nothing more while training, and replaces the mask by its
        expectation 1 - p at test time.
    rng : numpy.random.Generator, optional
        Source of the masks.

    Attributes
    ----------
    masks : callable, optional
        Maps a shape to the mask to use; drawn from `rng` when None.

    Raises
    ------
    ValueError
        When p is outside [0, 1).

    Notes
    -----
    Slide rows D01, D03, D04, D06, D07, D12.
    """

    def __init__(
        self, p: float = 0.5, *, inverted: bool = True, rng: np.random.Generator | None = None
    ) -> None:
        super().__init__()
        check_fraction("dropout probability", p)
        self.p, self.inverted = p, inverted
        self.rng = rng or np.random.default_rng()
        self.masks: Callable[[tuple[int, ...]], Array] | None = None

    def fprop(self, h: Array, mask: Array | None = None) -> Array:
        """Map units h (N, M) to h * mask; the mask, of zeros and ones, fits the shape of h."""
        if self.training:
            m = self.draw(h) if mask is None else mask.astype(h.dtype)
            factor = m / (1 - self.p) if self.inverted else m
        else:
            factor = np.asarray(1.0 if self.inverted else 1 - self.p, h.dtype)
        self.saved = factor
        return h * factor

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at the output to the gradient at h, through the same mask."""
        factor = self.saved
        return dy * factor

    def draw(self, h: Array) -> Array:
        """Take the mask from `masks`, or draw it: 1 with probability 1 - p."""
        if self.masks is not None:
            return self.masks(h.shape).astype(h.dtype)
        return (self.rng.random(h.shape) >= self.p).astype(h.dtype)


def convert_dropout(net: Sequential, *, inverted: bool) -> None:
    """Change a net from one form of dropout to the other, without changing what it computes.

    Parameters
    ----------
    net : Sequential
        Each `Dropout` in it stands right before a layer with weights.
    inverted : bool
        The form that all its `Dropout` boxes shall have.

    Raises
    ------
    ValueError
        When something else comes behind a `Dropout`, or nothing.  Nothing is changed then.

    Notes
    -----
    What comes out of the slides' form is 1 - p times what comes out of PyTorch's, for every
    mask and at test time.  The next layer makes up for it:  W(inverted) = (1 - p) W(slides).
    Its bias stays.  Slide row D07.
    """
    changing = [
        (box, behind)
        for box, behind in zip_longest(net.boxes, net.boxes[1:])
        if isinstance(box, Dropout) and box.inverted != inverted
    ]
    for _, behind in changing:
        weight = None if behind is None else behind.params.get("weight")
        check_scalable(behind, 0 if weight is None else weight.ndim)
    for box, behind in changing:
        behind.params["weight"] *= 1 - box.p if inverted else 1 / (1 - box.p)
        box.inverted = inverted


def all_masks(units: int) -> Array:
    """List every binary mask over some units.

    Parameters
    ----------
    units : int
        Number n of units, at most 20: there are 2^n masks.

    Returns
    -------
    array of shape (2^n, n)
        Zeros and ones, float64, counted upwards in binary.

    Raises
    ------
    ValueError
        When the number of units is not one of 1 to 20.

    Notes
    -----
    Slide rows D08, D10.
    """
    check_units(units)
    numbers = np.arange(2**units)[:, None]
    places = np.arange(units - 1, -1, -1)
    return (numbers >> places & 1).astype(float)


@on_floats
def geometric_average(f: Array) -> Array:
    """Average the answers of many nets by the geometric mean, made to sum to one again.

    Parameters
    ----------
    f : array of shape (M, N, C)
        Probabilities of M nets for N examples and C classes; all above 0.

    Returns
    -------
    array of shape (N, C)
        (product over nets of f)^(1/M), divided by its sum over the classes.

    Notes
    -----
    Without the division it would not be probabilities.  Computed as the exponential of the
    mean logarithm, since a product of thousands of numbers below 1 is 0 in a computer.
    Slide rows D08, D10.
    """
    mean_log = np.log(f).mean(axis=0)
    product = np.exp(mean_log - mean_log.max(axis=-1, keepdims=True))
    return product / product.sum(axis=-1, keepdims=True)


def check_scalable(behind: object, dims: int) -> None:
    """Refuse a dropout with no weights behind it to make up for its factor."""
    if dims < 2:
        what = "nothing" if behind is None else type(behind).__name__
        raise ValueError(f"behind a Dropout stands {what}, without weights to scale")


def check_units(units: int) -> None:
    """Refuse more masks than a machine can hold."""
    if not 1 <= units <= 20:
        raise ValueError(f"{units} units have 2^{units} masks: from 1 to 20 units are possible")
