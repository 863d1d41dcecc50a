"""Training a classifier in one call, by hand or in PyTorch, with the same noise."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Self

import numpy as np

from dlcourse import by_hand, in_torch
from dlcourse.by_hand.box import Array
from dlcourse.data import Split
from dlcourse.note import Note
from dlcourse.parity import ByHand, InTorch, differences, side_of

AT_A_TIME = 100  # examples that are classified together: a net keeps what it saw last


def train_net(
    build: Any,
    examples: Split,
    *,
    seed: int,
    lib: ModuleType = by_hand,
    dtype: str = "float64",
    loss: str = "CrossEntropyLoss",
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
    """Train any net on examples with labels or targets, by gradient descent.

    Parameters
    ----------
    build : callable, or net
        Maps a library and a source of weights to a fresh net, such as
        ``lambda lib, rng: lib.LeNet(rng=rng)``.  A net of either side is trained on from where it
        is; it tells `lib` and `dtype` itself.
    examples : Split
        x (T, ...), and labels y (T,) or whatever the loss takes: x again for an autoencoder.
    seed : int
        Source of the initial weights, of the order of the examples, and of the masks: the same
        on both sides.
    lib : module
        `by_hand` or `in_torch`.
    dtype : str
        "float64", or "float32", which takes half the time.
    loss : str
        Class name of the loss.
    initialization : str, optional
        The kind for `initialize`; the weights stay as they were built when None.
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
    net
        No longer in training.  Its attribute `trajectory` has the risk of each batch.
    """
    rng = np.random.default_rng(seed)
    net: Any = build
    if isinstance(build, by_hand.Box | in_torch.Box):
        lib, side = home(net)
    else:
        side = side_of(lib, dtype)
        start = build(by_hand, rng)
        if initialization is not None:
            by_hand.initialize(start, kind=initialization, std=std, rng=rng)
        net = side.load(start if lib is by_hand else build(lib, None), start.state_dict())
    net.train()
    share_masks(net, side, rng)
    x, y = map(side.array, examples)
    if optimizer is None:
        sgd = lib.SGD(net, lr=lr, momentum=momentum, weight_decay=weight_decay)
    else:
        sgd = optimizer(net)
    net.trajectory = lib.fit(
        lib.EmpiricalRisk(net, getattr(lib, loss)()),
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


def train_classifier(
    examples: Split,
    sizes: Sequence[int],
    *,
    activation: str = "ReLU",
    batch_norm: bool = False,
    dropout: float = 0.0,
    **training: Any,
) -> Any:
    """Train a fresh multilayer net on labelled examples.

    Parameters
    ----------
    examples : Split
        x (T, D) and labels y (T,).
    sizes : sequence of int
        Units of each layer, as for `MLP`.
    activation, batch_norm, dropout
        As for `MLP`.
    **training
        The seed and all else, as for `train_net`.

    Returns
    -------
    MLP
        As from `train_net`.
    """
    options = {"activation": activation, "batch_norm": batch_norm, "dropout": dropout}
    return train_net(lambda lib, rng: lib.MLP(sizes, rng=rng, **options), examples, **training)


def share_masks(net: Any, side: Any, rng: np.random.Generator) -> None:
    """Give each `Dropout` of a net masks that depend on `rng` alone, and not on its side."""
    boxes = [box for box in net.modules() if isinstance(box, side.lib.Dropout)]
    for box, noise in zip(boxes, rng.spawn(len(boxes)), strict=True):
        box.masks = lambda shape, p=box.p, noise=noise: side.array(noise.random(shape) >= p)


def error_percent(net: Any, examples: Split) -> float:
    """Count the wrong answers of a net of either side, in percent of the examples.

    Parameters
    ----------
    net : Box or torch.nn.Module
        Gives scores (T, C).
    examples : Split

    Returns
    -------
    float
        From 0 to 100.
    """
    lib, side = home(net)
    x, y = map(side.array, examples)
    wrong = 0
    for start in range(0, len(y), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        share = lib.zero_one_error(side.use(net, x[some]), y[some])
        wrong += round(float(share) * len(y[some]))
    return 100 * (wrong / len(y))


def mean_loss(net: Any, examples: Split) -> float:
    """Compute the cross-entropy of a net of either side, in nats.

    Parameters
    ----------
    net : Box or torch.nn.Module
        Gives scores (T, C).
    examples : Split

    Returns
    -------
    float
        The mean over the examples.
    """
    lib, side = home(net)
    x, y = map(side.array, examples)
    return float(lib.CrossEntropyLoss()(side.use(net, x), y))


def home(net: Any) -> tuple[ModuleType, Any]:
    """Tell which side a net is of, and make a side of its dtype."""
    if isinstance(net, by_hand.Box):
        _, first = next(net.named("params"))
        return by_hand, ByHand(first.dtype.type)
    return in_torch, InTorch(next(net.parameters()).dtype)


class Classifier:
    """A net that can fit and score, as the searches of `dlcourse.model_selection` ask.

    Parameters
    ----------
    build : callable
        Maps a library and a source of weights to a fresh net, as for `train_net`.
    seed : int
        Source of the weights, of the order of the examples, and of the masks.
    **training
        The `lib` and all else, as for `train_net`.

    Attributes
    ----------
    net : net
        What was trained; there after `fit`.
    """

    def __init__(self, build: Callable[..., Any], *, seed: int, **training: Any) -> None:
        self.build, self.seed, self.training = build, seed, training
        self.net: Any = None

    def fit(self, x: Array, y: Array) -> Self:
        """Train a fresh net on examples x (T, ...) and labels y (T,)."""
        self.net = train_net(self.build, Split(x, y), seed=self.seed, **self.training)
        return self

    def score(self, x: Array, y: Array) -> float:
        """Give the fraction of examples x whose answer is their label in y, from 0 to 1."""
        return 1 - error_percent(self.net, Split(x, y)) / 100


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
