"""Cases of optimizers and training runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin
from dlcourse.cases.layers import draw_state


def risk(rng: np.random.Generator, *, n: int, d: int, c: int) -> Case:
    """Examples and labels for a net with a regularizer."""
    x, y = rng.standard_normal((n, d)), rng.integers(c, size=n)
    arguments = {"sizes": [d, 4, c], "strength": 0.3}
    return Case(arguments, (x, y), fixed=frozenset({1}), build=build_risk)


def build_risk(side: Any, *, sizes: Sequence[int], strength: float) -> Any:
    """The regularized cross-entropy of a net."""
    lib = side.lib
    return lib.EmpiricalRisk(
        lib.MLP(sizes), lib.CrossEntropyLoss(), regularizer=lib.L2(), strength=strength
    )


def training_run(rng: np.random.Generator, *, n: int, batch: int, epochs: int) -> Case:
    """A state, examples, labels, and the order of the examples in each epoch."""
    sizes = [3, 4, 2]
    arguments = {
        "sizes": sizes,
        "state": draw_state(rng, sizes),
        "batch_size": batch or None,
        "orders": [rng.permutation(n) for _ in range(epochs)],
    }
    return Case(arguments, (rng.standard_normal((n, 3)), rng.integers(2, size=n)))


def play_fit(side: Any, case: Case) -> dict[str, Any]:
    """A whole training run: the risk of every batch, and the parameters it ends with."""
    lib, arguments = side.lib, case.arguments
    net = side.load(lib.MLP(arguments["sizes"], activation="Tanh"), arguments["state"])
    risk = lib.EmpiricalRisk(net, lib.CrossEntropyLoss(), regularizer=lib.L2(), strength=0.01)
    trajectory = lib.fit(
        risk,
        *map(side.array, case.inputs),
        optimizer=lib.SGD(net, lr=0.3),
        epochs=len(arguments["orders"]),
        batch_size=arguments["batch_size"],
        orders=arguments["orders"],
    )
    return {"risk of each batch": trajectory, **side.state(net)}


def batches(rng: np.random.Generator, *, n: int, size: int) -> Case:
    """A shuffled order and a batch size; 0 stands for all."""
    return Case({"batch_size": size or None}, (rng.permutation(n),))


def empty_batch(rng: np.random.Generator) -> Case:
    """Batches of no example."""
    return Case({"batch_size": 0}, (rng.permutation(3),))


def play_minibatches(side: Any, case: Case) -> dict[str, Any]:
    """Every batch by its number."""
    order = side.array(case.inputs[0])
    return {
        f"batch {i}": batch for i, batch in enumerate(side.lib.minibatches(order, **case.arguments))
    }


def fewer_than_no_epochs(rng: np.random.Generator) -> Case:
    """A number of epochs below 0."""
    return Case({"sizes": [3, 2], "strength": 0.0}, build=build_negative_run)


def build_negative_run(side: Any, **arguments: Any) -> None:
    """Ask for less than no training."""
    risk = build_risk(side, **arguments)
    x, y = side.array(np.ones((2, 3))), side.array(np.array([0, 1]))
    side.lib.fit(risk, x, y, optimizer=side.lib.SGD(risk.net, lr=0.1), epochs=-1)


RUN = {"n": (1, 6), "batch": (0, 4), "epochs": (1, 3)}
TWINS = (
    Twin(
        "EmpiricalRisk",
        risk,
        BATCH | {"c": (2, 4)},
        "E02 E03 E06 O05 T01",
    ),
    Twin(
        "minibatches",
        batches,
        {"n": (1, 7), "size": (0, 4)},
        "T08 O04",
        play=play_minibatches,
        rejects=(empty_batch,),
    ),
    Twin(
        "fit",
        training_run,
        RUN,
        "T06 T07 T08 T09 T12 T13 E11",
        play=play_fit,
        rejects=(fewer_than_no_epochs,),
    ),
)
