"""Cases of early stopping."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin


def errors(rng: np.random.Generator, *, epochs: int, patience: int, nan: int) -> Case:
    """Validation errors of coming epochs, ties among them, and a look-ahead."""
    measured = rng.integers(4, size=epochs).astype(float)
    if nan:
        measured[rng.integers(epochs)] = np.nan
    return Case({"patience": patience}, (measured,))


def no_patience(rng: np.random.Generator) -> Case:
    """A look-ahead of no epoch."""
    return Case({"patience": 0}, build=build_stopping)


def build_stopping(side: Any, *, patience: int) -> Any:
    """Early stopping for a single layer."""
    return side.lib.EarlyStopping(side.lib.Affine(1, 1), lambda: 0.0, patience=patience)


def play_early_stopping(side: Any, case: Case) -> dict[str, Any]:
    """A training run that stops by these errors: where it stops, and what it restores."""
    lib = side.lib
    net = side.load(lib.Affine(1, 1), {"weight": np.ones((1, 1)), "bias": np.ones(1)})
    measured = iter(case.inputs[0].tolist())
    stopping = lib.EarlyStopping(net, lambda: next(measured), patience=case.arguments["patience"])
    epochs = len(case.inputs[0])
    trajectory = lib.fit(
        lib.EmpiricalRisk(net, lib.MSELoss()),
        side.array(np.ones((2, 1))),
        side.array(np.zeros((2, 1))),
        optimizer=lib.SGD(net, lr=0.1),
        epochs=epochs,
        orders=[np.arange(2)] * epochs,
        early_stopping=stopping,
    )
    left = {"best epoch": stopping.best_epoch, "history": np.array(stopping.history)}
    left["history"] = np.nan_to_num(left["history"], nan=-1)
    return {"trajectory": trajectory, **left, **side.state(net)}


TWINS = (
    Twin(
        "EarlyStopping",
        errors,
        {"epochs": (1, 9), "patience": (1, 4), "nan": (0, 1)},
        "R12 R14",
        play=play_early_stopping,
        rejects=(no_patience,),
    ),
)
