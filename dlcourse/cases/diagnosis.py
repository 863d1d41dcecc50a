"""Cases of diagnosis: units and curves with faults planted in them."""

from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases import schedules
from dlcourse.cases.case import Case, Twin, call
from dlcourse.cases.layers import draw_state
from dlcourse.cases.normalization import normalized_state


def units(rng: np.random.Generator, *, n: int, m: int) -> Case:
    """Outputs of some units: a constant one, a copy, a negated copy, and sparse ones."""
    h = np.maximum(rng.standard_normal((n + 3, m + 3)), rng.choice([-9.0, 0.0]))
    h[:, 0] = 0.5
    h[:, 1] = h[:, -1]
    h[:, 2] = -h[:, -1]
    return Case(inputs=(h,))


def no_range(rng: np.random.Generator) -> Case:
    """Ends that leave nothing between them."""
    return Case({"low": 1.0, "high": -1.0}, (rng.standard_normal((2, 3)),))


def deep_net(rng: np.random.Generator, *, n: int, g: int, norm: int) -> Case:
    """A net with two hidden layers, and inputs."""
    activation = ("Sigmoid", "Tanh", "ReLU")[g]
    output = activation if rng.random() < 0.5 else "Identity"
    arguments = {"activation": activation, "output": output, "batch_norm": bool(norm)}
    state = normalized_state(rng) if norm else draw_state(rng, [3, 4, 5, 2])
    return Case(arguments | {"state": state}, (rng.standard_normal((n, 3)),))


def play_hidden(side: Any, case: Case) -> dict[str, Any]:
    """What every hidden activation gives."""
    arguments = dict(case.arguments)
    state = arguments.pop("state")
    net = side.load(side.lib.MLP([3, 4, 5, 2], **arguments), state).train(False)
    return dict(side.lib.hidden_activations(net, side.array(case.inputs[0])))


def curve(rng: np.random.Generator, *, n: int, flat: int) -> Case:
    """A curve of errors."""
    return Case(inputs=(np.ones(n + 1) if flat else rng.random(n + 1),))


FAULTS = (
    "none",
    "inputs",
    "not finite",
    "saturated",
    "dead",
    "duplicates",
    "diverging",
    "bouncing",
    "stuck",
)


def planted_fault(rng: np.random.Generator, *, n: int, g: int, fault: int) -> Case:
    """A net in good health, or with one fault."""
    sizes, activation = [6, 20, 20, 3], ("Sigmoid", "Tanh", "ReLU")[g]
    state, x = draw_state(rng, sizes), rng.standard_normal((n + 30, 6))
    trajectory = 2.0 * 0.9 ** np.arange(30)
    name = FAULTS[fault]
    if name == "inputs":
        x = 255 * rng.random((n + 30, 6))
    elif name == "not finite":
        state["2.weight"][3] = np.nan
    elif name == "saturated" and activation != "ReLU":
        state["0.weight"] *= 40
    elif name == "dead":
        state["2.bias"][:8] -= 1000
    elif name == "duplicates":
        state["0.weight"][:8], state["0.bias"][:8] = state["0.weight"][0], state["0.bias"][0]
    elif name == "diverging":
        trajectory = trajectory[::-1].copy()
    elif name == "bouncing":
        trajectory = trajectory + np.tile([0.0, 0.5], 15)
    elif name == "stuck":
        trajectory = 2.0 - 0.001 * np.arange(30)
    arguments = {"sizes": sizes, "activation": activation, "state": state, "fault": name}
    return Case(arguments, (x, trajectory))


def play_diagnose(side: Any, case: Case) -> dict[str, Any]:
    """Which faults are found, as a row of zeros and ones; the words are shared."""
    arguments = case.arguments
    net = side.lib.MLP(arguments["sizes"], activation=arguments["activation"])
    side.load(net, arguments["state"])
    x, trajectory = map(side.array, case.inputs)
    before = side.lib.diagnose(net, x)
    after = side.lib.diagnose(net, x, trajectory=trajectory)
    return {"before": flags(before), "after": flags(after)}


def flags(found: dict[str, str]) -> Array:
    """Mark which of the faults were found."""
    return np.array([fault in found for fault in FAULTS])


TWINS = (
    Twin(
        "hidden_activations",
        deep_net,
        {"n": (1, 5), "g": (0, 2), "norm": (0, 1)},
        "V02 V03",
        play=play_hidden,
    ),
    Twin(
        "saturated_fraction",
        units,
        {"n": (1, 5), "m": (1, 4)},
        "O16 V06",
        play=call("saturated_fraction"),
        rejects=(no_range,),
    ),
    Twin(
        "active_fraction",
        units,
        {"n": (1, 5), "m": (1, 4)},
        "V03",
        play=call("active_fraction"),
    ),
    Twin("dead_units", units, {"n": (1, 5), "m": (1, 4)}, "V04", play=call("dead_units")),
    Twin(
        "feature_correlation",
        units,
        {"n": (1, 5), "m": (1, 4)},
        "V02 V04",
        play=call("feature_correlation"),
    ),
    Twin(
        "duplicate_units",
        units,
        {"n": (1, 5), "m": (1, 4)},
        "V04",
        play=call("duplicate_units"),
    ),
    Twin(
        "bounce",
        curve,
        {"n": (1, 9), "flat": (0, 1)},
        "V08",
        play=call("bounce"),
        rejects=(schedules.one_loss,),
    ),
    Twin(
        "diagnose",
        planted_fault,
        {"n": (1, 9), "g": (0, 2), "fault": (0, 8)},
        "V02 V04 V06 V07 V08",
        play=play_diagnose,
    ),
)
