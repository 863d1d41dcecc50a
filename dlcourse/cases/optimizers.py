"""Cases of optimizers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin, call
from dlcourse.cases.training import training_run


def momentum_run(rng: np.random.Generator, *, n: int, momentum: int, decay: int) -> Case:
    """A state, examples and labels, a momentum and a weight decay."""
    run = training_run(rng, n=n, batch=0, epochs=1)
    options = {"momentum": momentum / 10, "weight_decay": decay / 10}
    return Case({**run.arguments, "options": options}, run.inputs)


def play_sgd(side: Any, case: Case) -> dict[str, Any]:
    """Five steps on all examples, and the state after each."""
    return five_steps(
        side, case, lambda net: side.lib.SGD(net, lr=0.5, **case.arguments["options"])
    )


def play_proximal_sgd(side: Any, case: Case) -> dict[str, Any]:
    """Five steps on all examples, and the state after each."""
    return five_steps(side, case, lambda net: side.lib.ProximalSGD(net, lr=0.5, strength=0.1))


def five_steps(side: Any, case: Case, build: Callable[[Any], Any]) -> dict[str, Any]:
    """Let an optimizer make five steps on all examples."""
    lib, arguments = side.lib, case.arguments
    net = side.load(lib.MLP(arguments["sizes"]), arguments["state"])
    risk = lib.EmpiricalRisk(net, lib.CrossEntropyLoss())
    optimizer = build(net)
    x, y = map(side.array, case.inputs)
    states: dict[str, Any] = {}
    for step in range(5):
        net.zero_grad()
        side.backward(risk, risk(x, y), np.ones(()))
        optimizer.step()
        states |= {f"{name} after step {step + 1}": a for name, a in side.state(net).items()}
    return states


def negative_rate(rng: np.random.Generator) -> Case:
    """A learning rate below 0."""
    return Case({"lr": -0.1}, build=build_optimizer)


def momentum_of_one(rng: np.random.Generator) -> Case:
    """A momentum that forgets nothing."""
    return Case({"lr": 0.1, "momentum": 1.0}, build=build_optimizer)


def negative_weight_decay(rng: np.random.Generator) -> Case:
    """A weight decay below 0."""
    return Case({"lr": 0.1, "weight_decay": -0.1}, build=build_optimizer)


def build_optimizer(side: Any, **options: float) -> Any:
    """An optimizer for a single layer."""
    return side.lib.SGD(side.lib.Affine(2, 2), **options)


def negative_strength(rng: np.random.Generator) -> Case:
    """A penalty that rewards large weights."""
    return Case({"lr": 0.1, "strength": -0.1}, build=build_proximal)


def build_proximal(side: Any, **options: float) -> Any:
    """A proximal optimizer for a single layer."""
    return side.lib.ProximalSGD(side.lib.Affine(2, 2), **options)


def series(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """A series of vectors, and a decay."""
    return Case({"decay": float(rng.uniform(0, 0.95))}, (rng.standard_normal((n, d)),))


def decay_of_one(rng: np.random.Generator) -> Case:
    """An average that never takes anything new in."""
    return Case({"decay": 1.0}, (rng.standard_normal((2, 3)),))


def bowl(rng: np.random.Generator, *, d: int) -> Case:
    """Curvatures, a step size and a momentum."""
    arguments = {"lr": float(rng.uniform(0.05, 0.4)), "momentum": float(rng.uniform(0, 0.95))}
    return Case(arguments, (rng.uniform(0.1, 9, d),))


TWINS = (
    Twin(
        "SGD",
        momentum_run,
        {"n": (1, 6), "momentum": (0, 9), "decay": (0, 3)},
        "E06 T07 T09 R03 R04 O07",
        play=play_sgd,
        rejects=(negative_rate, momentum_of_one, negative_weight_decay),
    ),
    Twin(
        "ProximalSGD",
        momentum_run,
        {"n": (1, 6), "momentum": (0, 0), "decay": (0, 0)},
        "R05",
        play=play_proximal_sgd,
        rejects=(negative_strength,),
    ),
    Twin(
        "exponential_average",
        series,
        BATCH,
        "O08 BN11",
        play=call("exponential_average"),
        rejects=(decay_of_one,),
    ),
    Twin(
        "momentum_rate",
        bowl,
        {"d": (1, 5)},
        "O10",
        play=call("momentum_rate"),
        # near a double root, eigenvalues keep half of the digits: too few in float32
        tolerance=1e-7,
        single=False,
    ),
)
