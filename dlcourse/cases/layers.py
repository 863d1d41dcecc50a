"""Cases of layers and nets."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import BATCH, Case, Twin


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


def mlp(
    rng: np.random.Generator, *, n: int, depth: int, width: int, c: int, g: int, norm: int, p: int
) -> Case:
    """A batch of vectors for a net with none to three hidden layers, and masks for each."""
    sizes = [width + 1, *[width] * depth, c]
    activation, output = (("ReLU", "Identity"), ("Tanh", "Softmax"), ("Sigmoid", "Sigmoid"))[g]
    n += norm  # batch normalization takes two examples or more
    arguments = {
        "sizes": sizes,
        "masks": rng.integers(2, size=(depth, n, width)),
        "options": {
            "activation": activation,
            "output": output,
            "batch_norm": bool(norm),
            "dropout": p / 10,
        },
    }
    return Case(arguments, (rng.standard_normal((n, sizes[0])),), build=build_mlp)


def build_mlp(side: Any, *, sizes: Sequence[int], masks: Array, options: dict[str, Any]) -> Any:
    """A net whose dropout, if it has any, uses the same masks on both sides."""
    net = side.lib.MLP(sizes, **options)
    dropouts = [box for box in net.modules() if isinstance(box, side.lib.Dropout)]
    for box, mask in zip(dropouts, map(side.array, masks), strict=False):
        box.masks = lambda _shape, mask=mask: mask
    return net


def mlp_too_short(rng: np.random.Generator) -> Case:
    """A net without an output."""
    return Case({"sizes": [3]}, (rng.standard_normal((2, 3)),))


def chain(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """A batch of vectors for two layers in a chain."""
    return Case({"d": d, "m": m}, (rng.standard_normal((n, d)),), build=build_chain)


def build_chain(side: Any, *, d: int, m: int) -> Any:
    """The end of a chain: two layers, one of them in a chain of its own."""
    lib = side.lib
    inner = lib.Sequential(lib.Tanh(), lib.Affine(m, 2))
    return lib.Sequential(lib.ReLU(), lib.Affine(d, m), inner)[1:]


def named_chain(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """A batch of vectors for two layers with names."""
    return Case({"d": d, "m": m}, (rng.standard_normal((n, d)),), build=build_named_chain)


def build_named_chain(side: Any, *, d: int, m: int) -> Any:
    """Two layers that are called something."""
    lib = side.lib
    return lib.Chain(first=lib.Affine(d, m), g=lib.Tanh(), last=lib.Affine(m, 2))


def draw_state(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, Array]:
    """Draw parameters for an MLP of these sizes."""
    state = {}
    for layer, (d, m) in enumerate(pairwise(sizes)):
        state[f"{2 * layer}.weight"] = rng.standard_normal((m, d)) / np.sqrt(d)
        state[f"{2 * layer}.bias"] = 0.1 * rng.standard_normal(m)
    return state


def neuron_without_inputs(rng: np.random.Generator) -> Case:
    """A neuron that looks at nothing."""
    return Case({"in_features": 0})


def no_inputs(rng: np.random.Generator) -> Case:
    """A layer that looks at nothing."""
    return Case({"in_features": 0, "out_features": 3})


def no_outputs(rng: np.random.Generator) -> Case:
    """A layer that gives nothing."""
    return Case({"in_features": 3, "out_features": 0})


def mlp_without_units(rng: np.random.Generator) -> Case:
    """A net with a hidden layer of no units."""
    return Case({"sizes": [2, 0, 1]})


def mlp_of_negative_size(rng: np.random.Generator) -> Case:
    """A net with fewer than no outputs."""
    return Case({"sizes": [2, -1]})


TWINS = (
    Twin(
        "Neuron",
        neuron,
        BATCH | {"g": (0, 4)},
        "N01 N02 N03 N05 N06 N19 C01",
        rejects=(neuron_too_wide, neuron_without_inputs),
    ),
    Twin(
        "Affine",
        affine,
        BATCH | {"m": (1, 5)},
        "F01 F07 B07",
        rejects=(affine_too_wide, no_inputs, no_outputs),
    ),
    Twin(
        "MLP",
        mlp,
        {
            "n": (1, 4),
            "depth": (0, 3),
            "width": (1, 4),
            "c": (1, 4),
            "g": (0, 2),
            "norm": (0, 1),
            "p": (0, 5),
        },
        "F02 F03 F07 F08 F09 B12 C05 C07 D03 D05",
        rejects=(mlp_too_short, mlp_without_units, mlp_of_negative_size),
    ),
    Twin("Sequential", chain, BATCH | {"m": (1, 5)}, "F07 F08 B03 B05"),
    Twin("Chain", named_chain, BATCH | {"m": (1, 5)}, "F07 B03"),
)
