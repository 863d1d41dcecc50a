"""Cases of schedules and of the search for a learning rate."""

from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import Case, Twin, call

KINDS = ("constant", "inverse", "power", "step")


def updates(rng: np.random.Generator, *, kind: int, n: int, period: int) -> Case:
    """Numbers of updates, and a formula."""
    arguments = {"kind": KINDS[kind], "lr": 0.3, "decay": float(rng.random()), "period": period}
    return Case(arguments, (np.arange(1.0, n + 1),))


def unknown_schedule(rng: np.random.Generator) -> Case:
    """A schedule that nobody knows."""
    return Case({"kind": "cosine", "lr": 0.1}, (np.ones(1),))


def growing_steps(rng: np.random.Generator) -> Case:
    """A decay that would make steps grow."""
    return Case({"kind": "power", "lr": 0.1, "decay": -1.0}, (np.ones(1),))


def no_period(rng: np.random.Generator) -> Case:
    """A step schedule that changes after every 0 updates."""
    return Case({"kind": "step", "lr": 0.1, "decay": 0.5, "period": 0}, (np.ones(1),))


def play_schedule(side: Any, case: Case) -> dict[str, Any]:
    """The path of one weight under a schedule."""
    kind, lr, decay, period = case.arguments.values()
    lib = side.lib
    net = side.load(lib.Affine(1, 1), {"weight": np.ones((1, 1)), "bias": np.ones(1)})
    risk = lib.EmpiricalRisk(net, lib.MSELoss())
    optimizer = lib.SGD(net, lr=lr)
    schedule = lib.Schedule(optimizer, kind, decay=decay, period=period)
    n = len(case.inputs[0])
    x, y = side.array(np.ones((n, 1))), side.array(np.zeros((n, 1)))
    options = {"optimizer": optimizer, "schedule": schedule, "orders": [np.arange(n)]}
    trajectory = lib.fit(risk, x, y, epochs=1, batch_size=1, **options)
    return {"trajectory": trajectory, **side.state(net)}


def unknown_schedule_of_optimizer(rng: np.random.Generator) -> Case:
    """A schedule that nobody knows, for an optimizer."""
    return Case({"kind": "cosine"}, build=build_schedule)


def build_schedule(side: Any, *, kind: str) -> Any:
    """A schedule for a single layer."""
    return side.lib.Schedule(side.lib.SGD(side.lib.Affine(2, 2), lr=0.1), kind)


def some_steps(rng: np.random.Generator, *, n: int) -> Case:
    """Step sizes of no particular order."""
    return Case(inputs=(rng.random(n),))


def play_sums(side: Any, case: Case) -> dict[str, Any]:
    """The sums of step sizes, and of their squares."""
    sums, squares = side.lib.robbins_monro_sums(side.array(case.inputs[0]))
    return {"sums": sums, "sums of squares": squares}


def losses(rng: np.random.Generator, *, n: int, infinite: int) -> Case:
    """A curve of losses that may rise, fall or overflow."""
    trajectory = 1 + rng.random() + rng.standard_normal() * np.arange(n + 1) / 90
    trajectory += 0.4 * rng.standard_normal(n + 1)
    if infinite:
        trajectory[rng.integers(n + 1)] = rng.choice([np.inf, np.nan])
    return Case(inputs=(trajectory,))


def one_loss(rng: np.random.Generator) -> Case:
    """A curve of a single point."""
    return Case(inputs=(np.ones(1),))


def parabola(rng: np.random.Generator, *, lr: int, curvature: int) -> Case:
    """A bowl, and a learning rate to start with."""
    return Case({"lr": 0.7 * lr, "curvature": float(curvature)})


def play_find_learning_rate(side: Any, case: Case) -> dict[str, Any]:
    """The learning rate that was found, and how many were tried."""
    tried = []

    def train(lr: float) -> Array:
        tried.append(lr)
        theta = (1 - lr * case.arguments["curvature"]) ** np.arange(30.0)
        return side.array(theta**2)

    found = side.lib.find_learning_rate(train, lr=case.arguments["lr"])
    return {"learning rate": found, "tried": np.array(tried)}


def never_better(rng: np.random.Generator) -> Case:
    """A training run that diverges whatever the learning rate."""
    return Case({"halvings": 3}, build=search_in_vain)


def search_in_vain(side: Any, *, halvings: int) -> Any:
    """Look for a learning rate where none helps."""
    rising = side.array(np.array([1.0, 2.0]))
    return side.lib.find_learning_rate(lambda _lr: rising, lr=0.8, halvings=halvings)


TWINS = (
    Twin(
        "Schedule",
        updates,
        {"kind": (0, 3), "n": (1, 6), "period": (1, 3)},
        "O02 O03 O13",
        play=play_schedule,
        rejects=(unknown_schedule_of_optimizer,),
    ),
    Twin(
        "step_size",
        updates,
        {"kind": (0, 3), "n": (1, 6), "period": (1, 3)},
        "O02 O03 O13",
        play=call("step_size"),
        rejects=(unknown_schedule, growing_steps, no_period),
    ),
    Twin(
        "robbins_monro_sums",
        some_steps,
        {"n": (1, 9)},
        "O01",
        play=play_sums,
    ),
    Twin(
        "diverges",
        losses,
        {"n": (1, 40), "infinite": (0, 1)},
        "O11",
        play=call("diverges"),
        rejects=(one_loss,),
    ),
    Twin(
        "find_learning_rate",
        parabola,
        {"lr": (1, 9), "curvature": (1, 9)},
        "O11 O12",
        play=play_find_learning_rate,
        rejects=(never_better,),
    ),
)
