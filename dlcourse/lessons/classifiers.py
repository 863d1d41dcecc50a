"""Training a classifier in one line, by hand or in PyTorch, with the same noise."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import by_hand, in_torch
from dlcourse.data import Split
from dlcourse.lessons.notes import Note
from dlcourse.parity import ByHand, InTorch, differences


def train_classifier(
    examples: Split,
    sizes: Sequence[int],
    *,
    seed: int,
    lib: ModuleType = by_hand,
    activation: str = "ReLU",
    batch_norm: bool = False,
    dropout: float = 0.0,
    initialization: str | None = None,
    std: float = 0.01,
    optimizer: Callable[[Any], Any] | None = None,
    lr: float = 0.1,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    schedule: Mapping[str, Any] | None = None,
    epochs: int = 30,
    batch_size: int | None = 32,
    after_epoch: Callable[[Any], Any] | None = None,
    early_stopping: Callable[[Any], Any] | None = None,
) -> Any:
    """Train a fresh net on labelled examples, with cross-entropy and gradient descent.

    Parameters
    ----------
    examples : Split
        x (T, D) and labels y (T,).
    sizes : sequence of int
        Units of each layer, as for `MLP`.
    seed : int
        Source of the initial weights, of the order of the examples, and of the masks: the same
        on both sides.
    lib : module
        `by_hand` or `in_torch`.
    activation, batch_norm, dropout
        As for `MLP`.
    initialization : str, optional
        The kind for `initialize`; the defaults of `Affine` when None.
    std : float
        For the initialization "normal".
    optimizer : callable, optional
        Maps the net to its optimizer; `SGD` with the next three when None.
    lr, momentum, weight_decay : float
        As for `SGD`.
    schedule : mapping, optional
        Arguments of `Schedule`.
    epochs : int
    batch_size : int, optional
        None for all examples at once.
    after_epoch : callable, optional
        Called with the net after each epoch, while it is in training.
    early_stopping : callable, optional
        Maps the net to its `EarlyStopping`.

    Returns
    -------
    MLP
        Maps x to scores; no longer in training.  Its attribute `trajectory` has the risk of each
        batch.
    """
    rng = np.random.default_rng(seed)
    side: Any = ByHand() if lib is by_hand else InTorch()
    options: dict[str, Any] = {
        "activation": activation,
        "batch_norm": batch_norm,
        "dropout": dropout,
    }
    start = by_hand.MLP(sizes, rng=rng, **options)
    if initialization is not None:
        by_hand.initialize(start, kind=initialization, std=std, rng=rng)
    net = side.load(lib.MLP(sizes, **options), start.state_dict())
    hidden = [box for box in net.modules() if isinstance(box, lib.Dropout)]
    for box, noise in zip(hidden, rng.spawn(len(hidden)), strict=True):
        box.masks = lambda shape, noise=noise: side.array(noise.random(shape) >= dropout)
    x, y = map(side.array, examples)
    if optimizer is None:
        sgd = lib.SGD(net, lr=lr, momentum=momentum, weight_decay=weight_decay)
    else:
        sgd = optimizer(net)
    net.trajectory = lib.fit(
        lib.EmpiricalRisk(net, lib.CrossEntropyLoss()),
        x,
        y,
        optimizer=sgd,
        epochs=epochs,
        batch_size=batch_size,
        orders=[rng.permutation(len(y)) for _ in range(epochs)],
        schedule=None if schedule is None else lib.Schedule(sgd, **schedule),
        early_stopping=None if early_stopping is None else early_stopping(net),
        after_epoch=None if after_epoch is None else lambda _epoch: after_epoch(net),
    )
    return net.train(False)


def error_percent(net: Any, examples: Split) -> float:
    """Count the wrong answers of a net of either side, in percent of the examples."""
    lib, side = home(net)
    x, y = map(side.array, examples)
    return 100 * float(lib.zero_one_error(side.use(net, x), y))


def mean_loss(net: Any, examples: Split) -> float:
    """Compute the cross-entropy of a net of either side, in nats."""
    lib, side = home(net)
    x, y = map(side.array, examples)
    return float(lib.CrossEntropyLoss()(side.use(net, x), y))


def home(net: Any) -> tuple[ModuleType, Any]:
    """Tell which side a net is of, and make a side of its dtype."""
    if isinstance(net, by_hand.Box):
        _, first = next(net.named("params"))
        return by_hand, ByHand(first.dtype.type)
    return in_torch, InTorch(next(net.parameters()).dtype)


def coincide(train: Callable[[ModuleType], Any], *, tolerance: float = 1e-8) -> Note:
    """Train by hand and in PyTorch, and insist that both end in the same place.

    Parameters
    ----------
    train : callable
        Maps `by_hand` or `in_torch` to a trained net, with the same start and noise: such as
        ``lambda lib: train_classifier(digits.train, [64, 32, 10], seed=0, lib=lib)``.
    tolerance : float
        Largest difference, relative to the largest number of each array.

    Returns
    -------
    Note
        Says what was compared.

    Raises
    ------
    AssertionError
        When an array differs by more.
    """
    hand, net = train(by_hand), train(in_torch)
    found = list(differences(hand.state_dict(), net.state_dict(), tolerance))
    for difference in found:
        if not difference.agrees:
            raise AssertionError(
                f"{difference.what} differs by {difference.relative:.1e} of its largest number"
            )
    count = sum(a.size for a in hand.state_dict().values())
    steps = f" after {len(hand.trajectory)} steps" if hasattr(hand, "trajectory") else ""
    return Note(
        "Trained twice, with the same end",
        (f"By hand and in PyTorch: all {count:,} numbers equal to {tolerance:.0e}{steps}.",),
    )
