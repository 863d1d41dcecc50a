"""Autoencoders: nets that give their input again, through a code of few numbers."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.by_hand import activations
from dlcourse.by_hand.box import Array, Box, Sequential
from dlcourse.by_hand.dropout import Dropout
from dlcourse.by_hand.layers import MLP, Affine
from dlcourse.by_hand.losses import MSELoss
from dlcourse.by_hand.optimizers import SGD
from dlcourse.by_hand.training import EmpiricalRisk, fit


class TiedAffine(Box):
    """Multiply by the weights of another layer, turned round, and add a bias: y = h W + c.

    Parameters
    ----------
    layer : Affine
        The layer whose weights W (M, D) are used.  They stay its own; only c belongs to this box.

    Attributes
    ----------
    params["bias"] : array of shape (D,)
        Starts at 0.

    Raises
    ------
    ValueError
        From `fprop`, when h does not have M columns.

    Notes
    -----
    W is read in two places, so its gradient is the sum of two.  Slide rows U04, B06.
    """

    def __init__(self, layer: Affine) -> None:
        super().__init__()
        weight = layer.params["weight"]
        self.layers = (layer,)  # in a tuple, since a box alone would become a child
        self.set_params(bias=np.zeros(weight.shape[1], weight.dtype))

    def fprop(self, h: Array) -> Array:
        """Map h (N, M) to y (N, D)."""
        (layer,) = self.layers
        weight, bias = layer.params["weight"], self.params["bias"]
        check_code(h.shape[-1], len(weight))
        self.saved = h
        return h @ weight + bias

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at y (N, D) to the gradient at h (N, M); add to both layers' `grads`."""
        h = self.saved
        (layer,) = self.layers
        layer.grads["weight"] += h.T @ dy
        self.grads["bias"] += dy.sum(axis=0)
        return dy @ layer.params["weight"].T


class Autoencoder(Box):
    """Squeeze examples into a code, and make them again from it.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer of the encoder, from the input to the code.  The decoder has the
        same, from the code back to the input.
    activation : str
        Class name of the activation of the layers between input and code, and back.
    code, output : str
        Class names of the activations of the code and of the output.
    tied : bool
        Whether the decoder uses the weights of the encoder, turned round.
    rng : numpy.random.Generator, optional
        Source of the initial weights.

    Attributes
    ----------
    encoder : MLP
        Maps x (N, D) to codes (N, K).
    decoder : Sequential
        Maps codes (N, K) to x (N, D).

    Raises
    ------
    ValueError
        When there are fewer than two sizes.

    Notes
    -----
    A set without labels is its own target: train it with `MSELoss` on (x, x).  Slide rows U01,
    U03, U04.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "ReLU",
        code: str = "Identity",
        output: str = "Identity",
        tied: bool = False,
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        rng = rng or np.random.default_rng()
        self.encoder = MLP(sizes, activation=activation, output=code, rng=rng)
        self.decoder: Sequential = MLP(sizes[::-1], activation=activation, output=output, rng=rng)
        if tied:
            layers = [box for box in self.encoder.boxes if isinstance(box, Affine)]
            gs = [activation] * (len(layers) - 1) + [output]
            boxes: list[Box] = []
            for layer, g in zip(reversed(layers), gs, strict=True):
                boxes += [TiedAffine(layer), getattr(activations, g)()]
            self.decoder = Sequential(*boxes)

    def fprop(self, x: Array) -> Array:
        """Map x (N, D) to its reconstruction (N, D)."""
        code = self.encoder.fprop(x)
        return self.decoder.fprop(code)

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at the reconstruction to the gradient at x, by way of the code."""
        self.encoder.input_gradient = self.input_gradient
        dcode = self.decoder.bprop(dy)
        return self.encoder.bprop(dcode)


def pretrain(
    net: Sequential,
    x: Array,
    *,
    noise: float = 0.3,
    lr: float = 0.1,
    momentum: float = 0.0,
    epochs: int = 10,
    batch_size: int | None = None,
    orders: Sequence[ArrayLike] | None = None,
    masks: Callable[[tuple[int, ...]], Array] | None = None,
    rng: np.random.Generator | None = None,
) -> list[Array]:
    """Give the hidden layers of a net weights that know the examples, without any label.

    Layer by layer, from the first: some of what comes in is set to 0, and the layer, with its
    own weights turned round as a decoder, learns to make all of it again.

    Parameters
    ----------
    net : Sequential
        Hidden layers, each an `Affine` and what follows it, and an output layer, which is left
        alone.
    x : array of shape (T, D)
    noise : float
        Probability of setting an input to 0; what is left is divided by 1 - noise.
    lr, momentum : float
        As for `SGD`.
    epochs : int
        For each layer.
    batch_size : int, optional
        None for all examples at once.
    orders : sequence of arrays of shape (T,), optional
        The order of the examples in each epoch, one for all layers; shuffled by `rng` when not
        given.
    masks : callable, optional
        Maps a shape to the mask of the inputs to keep; drawn from `rng` when None.
    rng : numpy.random.Generator, optional
        Source of orders and masks.

    Returns
    -------
    list of arrays
        For each hidden layer, the squared error of each batch just before the step on it.

    Notes
    -----
    Slide rows U08, D13.
    """
    rng = rng or np.random.default_rng()
    trajectories = []
    for layer, *rest in hidden_layers(net):
        corrupt = Dropout(noise, rng=rng)
        corrupt.masks = masks
        autoencoder = Sequential(corrupt, layer, *rest, TiedAffine(layer))
        risk = EmpiricalRisk(autoencoder, MSELoss())
        optimizer = SGD(autoencoder, lr=lr, momentum=momentum)
        trajectories.append(
            fit(
                risk,
                x,
                x,
                optimizer=optimizer,
                epochs=epochs,
                batch_size=batch_size,
                orders=orders,
                rng=rng,
            )
        )
        x = use(Sequential(layer, *rest), x)
    return trajectories


def hidden_layers(net: Sequential) -> Iterator[list[Any]]:
    """Cut a net before each `Affine`, and leave the last piece out: it is the output layer."""
    starts = [i for i, box in enumerate(net.boxes) if isinstance(box, Affine)]
    for start, end in pairwise(starts):
        yield list(net.boxes[start:end])


def use(net: Sequential, x: Array) -> Array:
    """Run a net as it is used, and leave it in the mode it was in."""
    training = net.boxes[0].training
    value = net.train(False)(x)
    net.train(training)
    return value


def check_code(columns: int, units: int) -> None:
    """Refuse codes of another length than the layer gives."""
    if columns != units:
        raise ValueError(f"h has {columns} columns, the layer whose weights are used {units} units")
