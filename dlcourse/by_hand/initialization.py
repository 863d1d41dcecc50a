"""Initialization: the weights that training starts from."""

from collections.abc import Mapping

import numpy as np

from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.regularization import is_weight

KINDS = ("zeros", "normal", "glorot", "he")


def initial_std(shape: tuple[int, ...], *, kind: str, std: float = 0.01) -> float:
    """Compute the standard deviation of the initial weights of a layer.

    Parameters
    ----------
    shape : tuple of int
        Of the weights: (M, D) for a layer, (O, C, K, K) for a convolution.
    kind : str
        "zeros": 0.  "normal": std, whatever the shape.  "glorot": sqrt(2 / (fan in + fan
        out)), which keeps the variance of tanh layers.  "he": sqrt(2 / fan in), which keeps
        that of ReLU layers, where half of the inputs are zero.
    std : float
        For "normal".

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When the kind is unknown.

    Notes
    -----
    The fan in is the number of inputs that one output sums over, the fan out the number of
    outputs that one input goes to.  Slide rows O15, O16, O18.
    """
    fan_in, fan_out = fans(shape)
    if kind == "zeros":
        return 0.0
    if kind == "normal":
        return std
    if kind == "glorot":
        return float(np.sqrt(2 / (fan_in + fan_out)))
    if kind == "he":
        return float(np.sqrt(2 / fan_in))
    raise ValueError(f"initialization {kind!r} is none of {', '.join(KINDS)}")


def initialize(
    net: Box,
    *,
    kind: str,
    std: float = 0.01,
    noise: Mapping[str, Array] | None = None,
    rng: np.random.Generator | None = None,
) -> None:
    """Draw new weights for every layer of a net, and set its biases to 0.

    Parameters
    ----------
    net : Box
        Changed in place; the scales of batch normalization are left alone.
    kind : str
        "zeros", "normal", "glorot" or "he".
    std : float
        Standard deviation for "normal".
    noise : mapping of str to array, optional
        For each weight, by its dotted name, standard normal numbers of its shape; drawn
        from `rng` when not given.
    rng : numpy.random.Generator, optional

    Raises
    ------
    ValueError
        When the kind is unknown.

    Notes
    -----
    Slide rows T06, O15, O18.
    """
    rng = rng or np.random.default_rng()
    for name, theta in net.named("params"):
        if not is_weight(name):
            theta[...] = 0
        elif theta.ndim > 1:  # batch normalization has weights too, one for each unit
            z = rng.standard_normal(theta.shape) if noise is None else noise[name]
            theta[...] = initial_std(theta.shape, kind=kind, std=std) * z


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count how many inputs an output sums over, and how many outputs an input goes to."""
    outputs, inputs, *kernel = shape
    pixels = int(np.prod(kernel))
    return inputs * pixels, outputs * pixels
