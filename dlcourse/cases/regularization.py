"""Cases of regularizers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin, call
from dlcourse.cases.layers import draw_state


def penalized_net(rng: np.random.Generator, *, d: int, m: int) -> Case:
    """A net, its state, and a gradient for the penalty on it."""
    state = draw_state(rng, [d, m, 2])
    return Case({"sizes": [d, m, 2], "state": state}, (rng.standard_normal(()),))


def play_penalty(name: str) -> Callable[[Any, Case], dict[str, Any]]:
    """Make a procedure that charges a net and takes the gradient at its parameters."""

    def play(side: Any, case: Case) -> dict[str, Any]:
        net = side.load(side.lib.MLP(case.arguments["sizes"]), case.arguments["state"])
        penalty = getattr(side.lib, name)()
        value = penalty(net)
        side.backward(penalty, value, case.inputs[0])
        return {"value": value, **side.gradients(net)}

    return play


def numbers_and_threshold(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Numbers on both sides of a threshold."""
    return Case({"threshold": 0.5}, (rng.standard_normal((n, d)),))


def negative_threshold(rng: np.random.Generator) -> Case:
    """A threshold below 0."""
    return Case({"threshold": -0.5}, (rng.standard_normal((2, 2)),))


def priced_bowl(rng: np.random.Generator, *, d: int) -> Case:
    """Curvatures of a bowl, and the strength of an L2 penalty."""
    return Case({"strength": float(rng.uniform(0.1, 2))}, (rng.uniform(0, 9, d),))


def short_walk(rng: np.random.Generator, *, d: int, steps: int) -> Case:
    """Curvatures of a bowl, and a number of steps in it."""
    return Case({"lr": 0.1, "steps": steps}, (rng.uniform(0, 9, d),))


def fewer_than_no_steps(rng: np.random.Generator) -> Case:
    """A number of steps below 0."""
    return Case({"lr": 0.1, "steps": -2}, (rng.uniform(0, 9, 3),))


TWINS = (
    Twin(
        "L2",
        penalized_net,
        {"d": (1, 4), "m": (1, 4)},
        "E05 R01 R02 R04",
        play=play_penalty("L2"),
    ),
    Twin(
        "L1",
        penalized_net,
        {"d": (1, 4), "m": (1, 4)},
        "E05 R05 R06",
        play=play_penalty("L1"),
    ),
    Twin(
        "soft_threshold",
        numbers_and_threshold,
        BATCH,
        "R05",
        play=call("soft_threshold"),
        rejects=(negative_threshold,),
    ),
    Twin(
        "l2_shrinkage",
        priced_bowl,
        {"d": (1, 5)},
        "R13",
        play=call("l2_shrinkage"),
    ),
    Twin(
        "early_stopping_shrinkage",
        short_walk,
        {"d": (1, 5), "steps": (0, 9)},
        "R13",
        play=call("early_stopping_shrinkage"),
        rejects=(fewer_than_no_steps,),
    ),
)
