"""Cases of autoencoders and of pre-training."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin
from dlcourse.cases.layers import draw_state


def tied_layer(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """A batch of vectors for a layer and its mirror."""
    return Case({"d": d, "m": m}, (rng.standard_normal((n, d)),), build=build_tied_layer)


def build_tied_layer(side: Any, *, d: int, m: int) -> Any:
    """A layer, an activation, and the layer turned round."""
    lib = side.lib
    layer = lib.Affine(d, m)
    return lib.Sequential(layer, lib.Tanh(), lib.TiedAffine(layer))


def code_too_long(rng: np.random.Generator) -> Case:
    """A code longer than the layer whose weights are used would give."""
    return Case(inputs=(rng.standard_normal((2, 5)),), build=build_mirror_alone)


def build_mirror_alone(side: Any) -> Any:
    """The mirror of a layer of two units."""
    return side.lib.TiedAffine(side.lib.Affine(3, 2))


def autoencoder(
    rng: np.random.Generator, *, n: int, d: int, depth: int, code: int, g: int, tied: int
) -> Case:
    """A batch of vectors for an autoencoder with none to two layers before its code."""
    names = (("ReLU", "Identity", "Identity"), ("Tanh", "Sigmoid", "Sigmoid"))[g]
    options = dict(zip(("activation", "code", "output"), names, strict=True))
    sizes = [d, *[4, 3][:depth], code]
    return Case({"sizes": sizes, "tied": bool(tied)} | options, (rng.standard_normal((n, d)),))


def code_alone(rng: np.random.Generator) -> Case:
    """An autoencoder without an input."""
    return Case({"sizes": [3]}, (rng.standard_normal((2, 3)),))


def pretraining(
    rng: np.random.Generator, *, n: int, batch: int, epochs: int, depth: int, norm: int, p: int
) -> Case:
    """A state of a net, examples without labels, their order, and masks for every batch."""
    n += 2 * norm  # batch normalization takes two examples or more
    arguments = {
        "state": draw_state(rng, [4, *[3] * depth, 2]),
        "depth": depth,
        "options": {"batch_norm": bool(norm), "dropout": p / 10},
        "settings": {
            "noise": float(rng.uniform(0, 0.6)),
            "lr": 0.1,
            "momentum": 0.5,
            "epochs": epochs,
            "batch_size": None if norm else batch or None,
            "orders": [rng.permutation(n) for _ in range(epochs)],
        },
        "seed": int(rng.integers(2**32)),
    }
    return Case(arguments, (rng.standard_normal((n, 4)),))


def play_pretrain(side: Any, case: Case) -> dict[str, Any]:
    """Pre-train a net: the error of every batch, and the weights it leaves."""
    lib, arguments = side.lib, case.arguments
    masks = draw_masks(side, arguments["seed"])
    net = lib.MLP([4, *[3] * arguments["depth"], 2], activation="Sigmoid", **arguments["options"])
    load_layers(side, net, arguments["state"])
    for box in net.modules():
        if isinstance(box, lib.Dropout):
            box.masks = masks
    (x,) = map(side.array, case.inputs)
    trajectories = lib.pretrain(net, x, masks=masks, **arguments["settings"])
    errors = {f"errors of layer {k}": errors for k, errors in enumerate(trajectories)}
    return {**errors, **side.state(net), "in training": net[0].training}


def draw_masks(side: Any, seed: int) -> Any:
    """Give a function that draws masks, the same on both sides."""
    rng = np.random.default_rng(seed)

    def masks(shape: tuple[int, ...]) -> Any:
        return side.array((rng.random(shape) >= 0.3).astype(float))

    return masks


def load_layers(side: Any, net: Any, state: Mapping[str, Any]) -> None:
    """Give each `Affine` of a net its weights, whatever stands between them."""
    layers = [box for box in net if isinstance(box, side.lib.Affine)]
    for position, layer in enumerate(layers):
        side.load(layer, {name: state[f"{2 * position}.{name}"] for name in ("weight", "bias")})
    side.double(net)


TWINS = (
    Twin(
        "TiedAffine",
        tied_layer,
        BATCH | {"m": (1, 5)},
        "U04 B06",
        rejects=(code_too_long,),
    ),
    Twin(
        "Autoencoder",
        autoencoder,
        BATCH | {"depth": (0, 2), "code": (1, 3), "g": (0, 1), "tied": (0, 1)},
        "U01 U03 U04",
        rejects=(code_alone,),
    ),
    Twin(
        "pretrain",
        pretraining,
        {
            "n": (1, 6),
            "batch": (0, 4),
            "epochs": (1, 3),
            "depth": (0, 3),
            "norm": (0, 1),
            "p": (0, 3),
        },
        "U08 D13",
        play=play_pretrain,
    ),
)
