"""The glossary: what stands in the code for each symbol of the slides."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse import by_hand, data
from dlcourse.by_hand.box import Array
from dlcourse.slides import SYMBOLS
from dlcourse.slides.row import Symbol

SIZES = (3, 4, 2)
"""Units of the net that the expressions of the glossary are about."""


def example(side: Any) -> dict[str, Any]:
    """Build what the expressions of the glossary speak of: examples, a net, and one step of SGD.

    Parameters
    ----------
    side : Side
        One of the two of `dlcourse.parity`; the values are the same on both.

    Returns
    -------
    dict of str to object
        The names that the expressions use, and their values.
    """
    rng, lib = np.random.default_rng(7), side.lib
    x, y, a = rng.standard_normal((5, 3)), np.array([0, 1, 1, 0, 1]), rng.standard_normal((5, 2))
    neuron = by_hand.Neuron(3, rng=rng).state_dict()
    net = side.load(lib.MLP(SIZES), by_hand.MLP(SIZES, rng=rng).state_dict())
    loss = lib.CrossEntropyLoss()
    risk = lib.EmpiricalRisk(net, loss, regularizer=lib.L2(), strength=0.1)
    sgd = lib.SGD(net, lr=0.5, momentum=0.9)
    inputs = side.array(x), side.array(y)
    side.backward(risk, risk(*inputs), np.array(1.0))
    sgd.step()
    return {
        "lib": lib,
        "np": np,
        "x": inputs[0],
        "y": inputs[1],
        "a": side.array(a),
        "t": 3,
        "c": 1,
        "i": 0,
        "j": 2,
        "sizes": SIZES,
        "eye": side.array(np.eye(2)),
        "neuron": side.load(lib.Neuron(3), neuron),
        "net": net,
        "loss": loss,
        "risk": risk,
        "sgd": sgd,
        "updates": side.array(np.arange(1.0, 4.0)),
        "corners": side.array(np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])),
        "saddle": lambda p: p[0] ** 2 - 3 * p[1] ** 2,
        "v": side.array(np.array([1.0, 2.0])),
        "mask": side.array(rng.integers(0, 2, (5, 4)).astype(float)),
        "z": side.array(rng.standard_normal((6, 4))),
        "norm": side.double(lib.BatchNorm1d(4)),
        "digits": data.digits(),
        "machine": side.load(lib.RBM(3, 2), by_hand.RBM(3, 2, rng=rng).state_dict()),
        "wide": side.array(rng.standard_normal((3, 4))),
    }


def look_up(symbol: str) -> Symbol:
    """Find a symbol of the slides.

    Raises
    ------
    ValueError
        When the glossary does not have it.
    """
    for entry in SYMBOLS:
        if entry.symbol == symbol:
            return entry
    raise ValueError(f"the glossary has no symbol {symbol!r}")


def values(entry: Symbol, names: Mapping[str, Any], *, torch: bool) -> list[Array]:
    """Evaluate the expression of a symbol, as a list of arrays.

    Parameters
    ----------
    entry : Symbol
    names : mapping of str to object
        Of `example`.
    torch : bool
        Whether it is that of the PyTorch side.
    """
    code = entry.in_torch if torch and entry.in_torch else entry.by_hand
    value = eval(code, dict(names))  # the expressions are our own
    parts = value if isinstance(value, tuple) else (value,)
    arrays: list[Array] = []
    for part in parts:
        for item in part.values() if isinstance(part, dict) else (part,):
            arrays.append(np.asarray(item.detach() if hasattr(item, "detach") else item))
    return arrays
