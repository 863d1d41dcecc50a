"""Cases of regularizers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.cases.case import Case
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
