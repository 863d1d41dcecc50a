"""Layers: neurons side by side, and layers one after another."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dlcourse.by_hand import activations
from dlcourse.by_hand.box import Array, Box, Sequential
from dlcourse.by_hand.dropout import Dropout
from dlcourse.by_hand.normalization import BatchNorm1d
from dlcourse.by_hand.numbers import check_sizes


class Neuron(Box):
    """Weigh the inputs, add a bias, apply an activation: h(x) = g(b + w^T x).

    Parameters
    ----------
    in_features : int
        Number D of inputs.
    activation : str
        Class name of g: "Identity", "Sign", "Sigmoid", "Tanh" or "ReLU".
    rng : numpy.random.Generator, optional
        Source of the initial weights, uniform within 1 / sqrt(D).

    Attributes
    ----------
    params["weight"] : array of shape (D,)
    params["bias"] : array of shape ()

    Raises
    ------
    ValueError
        When there is no input; from `fprop`, when x does not have D columns.

    Notes
    -----
    Slide rows N01, N02, N03, N19, C01.
    """

    def __init__(
        self,
        in_features: int,
        *,
        activation: str = "Sigmoid",
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        check_sizes(inputs=in_features)
        rng = rng or np.random.default_rng()
        bound = 1 / np.sqrt(in_features)
        self.set_params(
            weight=rng.uniform(-bound, bound, in_features),
            bias=np.asarray(rng.uniform(-bound, bound)),
        )
        self.g: Box = getattr(activations, activation)()

    def fprop(self, x: Array) -> Array:
        """Map x (N, D) to the activations h (N,)."""
        w, b = self.params["weight"], self.params["bias"]
        if x.shape[-1] != len(w):
            raise ValueError(f"x has {x.shape[-1]} columns, the neuron has {len(w)} weights")
        self.saved = x
        a = b + x @ w
        return self.g(a)

    def bprop(self, dh: Array) -> Array:
        """Map the gradient at h (N,) to the gradient at x (N, D); add to `grads`."""
        x, w = self.saved, self.params["weight"]
        da = self.g.bprop(dh)
        self.grads["weight"] += da @ x
        self.grads["bias"] += da.sum()
        return da[:, None] * w


class Affine(Box):
    """Multiply by a matrix and add a bias: a = x W^T + b.

    One layer of neurons before their activation.  The slides write W x + b for one column
    x; here each row of x is an example, as in PyTorch.

    Parameters
    ----------
    in_features, out_features : int
        Sizes D of the input and M of the output.
    rng : numpy.random.Generator, optional
        Source of the initial weights, uniform within 1 / sqrt(D).

    Attributes
    ----------
    params["weight"] : array of shape (M, D)
    params["bias"] : array of shape (M,)

    Raises
    ------
    ValueError
        When there is no input or no output; from `fprop`, when x does not have D columns.

    Notes
    -----
    Slide rows F01, F07, B07.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> layer = by_hand.Affine(2, 1)
    >>> layer.params["weight"][...], layer.params["bias"][...] = [[1, 2]], 3
    >>> layer(np.array([[10.0, 20.0]]))
    array([[53.]])
    >>> layer.bprop(np.array([[1.0]]))  # the slopes at x; those at the weights are in grads
    array([[1., 2.]])
    >>> layer.grads["weight"]
    array([[10., 20.]])
    """

    def __init__(
        self, in_features: int, out_features: int, *, rng: np.random.Generator | None = None
    ) -> None:
        super().__init__()
        check_sizes(inputs=in_features, outputs=out_features)
        rng = rng or np.random.default_rng()
        bound = 1 / np.sqrt(in_features)
        self.set_params(
            weight=rng.uniform(-bound, bound, (out_features, in_features)),
            bias=rng.uniform(-bound, bound, out_features),
        )

    def fprop(self, x: Array) -> Array:
        """Map x (N, D) to a (N, M)."""
        weight, bias = self.params["weight"], self.params["bias"]
        if x.shape[-1] != weight.shape[1]:
            raise ValueError(f"x has {x.shape[-1]} columns, the layer takes {weight.shape[1]}")
        self.saved = x
        return x @ weight.T + bias

    def bprop(self, da: Array) -> Array | None:
        """Map the gradient at a (N, M) to the gradient at x (N, D); add to `grads`."""
        x = self.saved
        self.grads["weight"] += da.T @ x
        self.grads["bias"] += da.sum(axis=0)
        return da @ self.params["weight"] if self.input_gradient else None


class MLP(Sequential):
    """Stack L hidden layers and an output layer: h(k) = g(b(k) + W(k) h(k-1)).

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, from the input to the output: L + 2 numbers.
    activation : str
        Class name of the activation g of the hidden layers.
    output : str
        Class name of the activation o of the output layer.  "Identity" gives the scores
        that `CrossEntropyLoss` takes, "Softmax" the probabilities f(x) of the slides.
    batch_norm : bool
        Whether a `BatchNorm1d` stands before each hidden activation.
    dropout : float
        With which probability a `Dropout` behind each hidden activation removes a unit; 0 for
        no such box.  The output has none.
    rng : numpy.random.Generator, optional
        Source of the initial weights of each `Affine`, and of the masks.

    Raises
    ------
    ValueError
        When there are fewer than two sizes, or one of them is below 1.

    Notes
    -----
    Slide rows F02, F03, F07, F08, F09, B12, C05, C07, D03, D05.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "ReLU",
        output: str = "Identity",
        batch_norm: bool = False,
        dropout: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"sizes {list(sizes)} need an input and an output at least")
        rng = rng or np.random.default_rng()
        boxes: list[Box] = []
        for d, m in pairwise(sizes[:-1]):
            boxes.append(Affine(d, m, rng=rng))
            if batch_norm:
                boxes.append(BatchNorm1d(m))
            boxes.append(getattr(activations, activation)())
            if dropout:
                boxes.append(Dropout(dropout, rng=rng))
        boxes += [Affine(*sizes[-2:], rng=rng), getattr(activations, output)()]
        super().__init__(*boxes)
