"""Cases of initialization."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin

KINDS = ("zeros", "normal", "glorot", "he")


def layer_shape(rng: np.random.Generator, *, kind: int, m: int, d: int, k: int) -> Case:
    """The shape of a layer, or of a convolution where k is above 0."""
    return Case({"shape": (m, d, *[k] * 2 * (k > 0)), "kind": KINDS[kind], "std": 0.3})


def play_initial_std(side: Any, case: Case) -> dict[str, Any]:
    """One number."""
    return {"std": side.lib.initial_std(**case.arguments)}


def unknown_kind(rng: np.random.Generator) -> Case:
    """An initialization that nobody knows."""
    return Case({"shape": (2, 3), "kind": "random"})


def standard_noise(rng: np.random.Generator, *, kind: int, d: int, m: int) -> Case:
    """A net, and standard normal numbers for its weights."""
    sizes = [d, m, 2]
    noise = {"0.weight": rng.standard_normal((m, d)), "3.weight": rng.standard_normal((2, m))}
    return Case({"sizes": sizes, "kind": KINDS[kind], "noise": noise})


def play_initialize(side: Any, case: Case) -> dict[str, Any]:
    """The state of a net with batch normalization after its weights were drawn anew."""
    net = side.double(side.lib.MLP(case.arguments["sizes"], batch_norm=True))
    noise = {name: side.array(z) for name, z in case.arguments["noise"].items()}
    side.lib.initialize(net, kind=case.arguments["kind"], std=0.3, noise=noise)
    return dict(side.state(net))


def unknown_start(rng: np.random.Generator) -> Case:
    """A net to be initialized in a way that nobody knows."""
    return Case({"kind": "random"}, build=initialize_layer)


def initialize_layer(side: Any, *, kind: str) -> None:
    """Initialize a single layer."""
    side.lib.initialize(side.lib.Affine(2, 2), kind=kind)


TWINS = (
    Twin(
        "initial_std",
        layer_shape,
        {"kind": (0, 3), "m": (1, 5), "d": (1, 5), "k": (0, 3)},
        "O15 O16 O18",
        play=play_initial_std,
        rejects=(unknown_kind,),
    ),
    Twin(
        "initialize",
        standard_noise,
        {"kind": (0, 3), "d": (1, 4), "m": (1, 4)},
        "T06 O15 O18",
        play=play_initialize,
        rejects=(unknown_start,),
    ),
)
