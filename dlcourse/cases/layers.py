"""Cases of layers and nets."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import Case


def neuron(rng: np.random.Generator, *, n: int, d: int, g: int) -> Case:
    """A batch of vectors for one neuron of any activation."""
    activation = ("Identity", "Sign", "Sigmoid", "Tanh", "ReLU")[g]
    return Case({"in_features": d, "activation": activation}, (rng.standard_normal((n, d)),))


def neuron_too_wide(rng: np.random.Generator) -> Case:
    """Vectors longer than the weights of the neuron."""
    return Case({"in_features": 3}, (rng.standard_normal((2, 4)),))


def affine(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """A batch of vectors."""
    return Case({"in_features": d, "out_features": m}, (rng.standard_normal((n, d)),))


def affine_too_wide(rng: np.random.Generator) -> Case:
    """Vectors longer than the layer takes."""
    return Case({"in_features": 3, "out_features": 2}, (rng.standard_normal((2, 4)),))


def mlp(rng: np.random.Generator, *, n: int, depth: int, width: int, c: int, g: int) -> Case:
    """A batch of vectors for a net with none to three hidden layers."""
    sizes = [width + 1, *[width] * depth, c]
    activation, output = (("ReLU", "Identity"), ("Tanh", "Softmax"), ("Sigmoid", "Sigmoid"))[g]
    arguments = {"sizes": sizes, "activation": activation, "output": output}
    return Case(arguments, (rng.standard_normal((n, sizes[0])),))


def mlp_too_short(rng: np.random.Generator) -> Case:
    """A net without an output."""
    return Case({"sizes": [3]}, (rng.standard_normal((2, 3)),))


def chain(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """A batch of vectors for two layers in a chain."""
    return Case({"d": d, "m": m}, (rng.standard_normal((n, d)),), build=build_chain)


def build_chain(side: Any, *, d: int, m: int) -> Any:
    """Two layers, one of them in a chain of its own."""
    lib = side.lib
    return lib.Sequential(lib.Affine(d, m), lib.Sequential(lib.Tanh(), lib.Affine(m, 2)))


def draw_state(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, Array]:
    """Draw parameters for an MLP of these sizes."""
    state = {}
    for layer, (d, m) in enumerate(pairwise(sizes)):
        state[f"{2 * layer}.weight"] = rng.standard_normal((m, d)) / np.sqrt(d)
        state[f"{2 * layer}.bias"] = 0.1 * rng.standard_normal(m)
    return state
