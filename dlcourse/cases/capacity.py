"""Cases of nets built by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin
from dlcourse.cases.layers import draw_state


def xor_case(rng: np.random.Generator, *, n: int, tanh: int) -> Case:
    """Points in the plane, and one of the two activations."""
    arguments = {"activation": "Tanh", "gain": 3.0} if tanh else {}
    return Case(arguments, (rng.uniform(-2, 2, (n, 2)),))


def staircase_case(rng: np.random.Generator, *, units: int) -> Case:
    """A number of units, and where to look at the staircase."""
    return Case({"units": units, "low": -1.0, "high": 2.0}, (rng.uniform(-1, 2, (7, 1)),))


def no_units(rng: np.random.Generator) -> Case:
    """A staircase without a step."""
    return Case({"units": 0, "low": 0.0, "high": 1.0}, (rng.random((2, 1)),))


def sawtooth_case(rng: np.random.Generator, *, folds: int) -> Case:
    """A number of folds, and where to look at the sawtooth."""
    return Case({"folds": folds}, (rng.random((7, 1)),))


def no_folds(rng: np.random.Generator) -> Case:
    """A sawtooth without a layer."""
    return Case({"folds": 0}, (rng.random((2, 1)),))


def play_model(name: str, *before: Any) -> Callable[[Any, Case], dict[str, Any]]:
    """Make a procedure that builds the model of this name and calls it."""

    def play(side: Any, case: Case) -> dict[str, Any]:
        net = getattr(side.lib, name)(*before, **case.arguments)
        return {"value": side.double(net)(side.array(case.inputs[0])), **side.state(net)}

    return play


def cubic(x: Any) -> Any:
    """A function to approximate, on both sides."""
    return x**3 - x


def random_relu_net(rng: np.random.Generator, *, depth: int, width: int) -> Case:
    """A ReLU net of one input and one output, by its state."""
    sizes = [1, *[width] * depth, 1]
    return Case({"sizes": sizes, "state": draw_state(rng, sizes)})


def play_linear_pieces(side: Any, case: Case) -> dict[str, Any]:
    """The number of straight pieces on [-2, 2]."""
    net = side.load(side.lib.MLP(case.arguments["sizes"]), case.arguments["state"])
    return {"pieces": side.lib.linear_pieces(net, low=-2.0, high=2.0)}


def broken_net(rng: np.random.Generator) -> Case:
    """A net with a weight that is not a number."""
    state = draw_state(rng, [1, 2, 1])
    state["0.weight"][0] = np.nan
    return Case({"sizes": [1, 2, 1], "state": state})


# Finite differences, and counting by comparing slopes, need the 16 digits of float64:
# such rows are not compared in float32.
TWINS = (
    Twin(
        "xor_network",
        xor_case,
        {"n": (1, 5), "tanh": (0, 1)},
        "C03 C04 C10",
        play=play_model("xor_network"),
    ),
    Twin(
        "staircase_network",
        staircase_case,
        {"units": (1, 9)},
        "C06",
        play=play_model("staircase_network", cubic),
        rejects=(no_units,),
    ),
    Twin(
        "sawtooth_network",
        sawtooth_case,
        {"folds": (1, 6)},
        "C09",
        play=play_model("sawtooth_network"),
        rejects=(no_folds,),
    ),
    Twin(
        "linear_pieces",
        random_relu_net,
        {"depth": (1, 3), "width": (1, 6)},
        "C07 C09",
        play=play_linear_pieces,
        rejects=(broken_net,),
        single=False,
    ),
)
