"""Moving pictures of lecture 05: a price on weights, and when to stop."""

from collections.abc import Iterator

import numpy as np

from dlcourse import by_hand, data
from dlcourse.by_hand.box import Array
from dlcourse.widgets.marks import bars, dots, evenly, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

NAMES = ("w₁", "w₂", "w₃", "w₄", "w₅")
TRUE = np.array([1.5, 1.0, -1.0, 0.4, 0.0])  # what the targets are made with
TOGETHER = (0.0, 0.95)
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.18, 0.32, 0.56, 1.0, 1.8, 3.2)

WRONG = (0, 15, 30)
SAMPLES = (1, 2, 3)
PATIENCE = (1, 2, 3, 5, 8, 12, 20)
EPOCHS = 60


def shrinkage() -> MovingPicture:
    """Pull five weights towards 0: L1 or L2, its strength, two inputs that go together or not.

    Returns
    -------
    MovingPicture
        With `price`, `together` (the correlation of the first two inputs) and `strength`.

    Notes
    -----
    Slide rows R02, R05.
    """
    examples = {together: regression(together) for together in TOGETHER}
    paths = {
        (price, together): np.array([priced(examples[together], price, s) for s in STRENGTHS])
        for price in ("L1", "L2")
        for together in TOGETHER
    }
    powers = np.log10(STRENGTHS)

    def draw(*, price: str, together: float, strength: float) -> Frame:
        path, here = paths[price, together], STRENGTHS.index(strength)
        w, (x, y) = path[here], examples[together]
        error = float(by_hand.MSELoss()(x @ w[:, None], y))
        marks = [line(powers, path[:, k], style=k, name=NAMES[k]) for k in range(5)]
        marks += [line([powers[here]] * 2, [-1.5, 2], style=5, name="chosen λ")]
        marks += [bars([k + 1], [w[k]], style=k, panel=1) for k in range(5)]
        says = (
            f"{price} with λ = {strength:g}: {int((w == 0).sum())} of 5 weights are exactly 0, "
            f"w₁ = {w[0]:.2f} and w₂ = {w[1]:.2f}; the mean squared error is {error:.2f}."
        )
        return Frame(says, marks)

    controls = (
        Control("price", "price", ("L1", "L2")),
        Control("together", "correlation of x₁ and x₂", TOGETHER),
        Control("strength", "strength λ", STRENGTHS, start=4),
    )
    paths_panel = Panel(
        (-3, 0.5), (-1.5, 2), "all strengths", "strength λ", "weight after training", xlog=True
    )
    now = Panel(
        (0.4, 5.6),
        (-1.5, 2),
        "at the chosen strength",
        "number of the weight",
        xticks=(1, 2, 3, 4, 5),
    )
    return MovingPicture("What a price does to five weights", controls, [paths_panel, now], draw)


def regression(together: float) -> data.Split:
    """Draw 40 examples of five inputs, the first two with a correlation, and noisy targets."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal((40, 5))
    x[:, 1] = together * x[:, 0] + np.sqrt(1 - together**2) * x[:, 1]
    return data.Split(x, x @ TRUE[:, None] + 0.5 * rng.standard_normal((40, 1)))


def priced(examples: data.Split, price: str, strength: float) -> Array:
    """Train one linear unit from 0 with a price on its weights; give the weights (5,)."""
    net = by_hand.Affine(5, 1)
    by_hand.initialize(net, kind="zeros")
    lr = 0.5 / (2 + strength)
    optimizer = (
        by_hand.ProximalSGD(net, lr=lr, strength=strength)
        if price == "L1"
        else by_hand.SGD(net, lr=lr, weight_decay=2 * strength)
    )
    risk, orders = by_hand.EmpiricalRisk(net, by_hand.MSELoss()), [np.arange(40)] * 300
    by_hand.fit(risk, *examples, optimizer=optimizer, epochs=300, orders=orders)
    return net.params["weight"][0]


def early_stopping() -> MovingPicture:
    """Stop training in time: the share of wrong labels, the sample, the patience.

    Returns
    -------
    MovingPicture
        With `wrong` in percent, `sample` and `patience` in epochs.

    Notes
    -----
    Slide rows R12, R14.
    """
    digits = data.digits()
    runs = {
        (wrong, sample): watched(digits, wrong, sample) for wrong in WRONG for sample in SAMPLES
    }

    def draw(*, wrong: int, sample: int, patience: int) -> Frame:
        train, valid, test = runs[wrong, sample].T
        stopped, best = stop(iter(valid), patience)
        epochs = evenly(1, EPOCHS, EPOCHS)
        marks = [
            line(epochs, train, style=0, name="training"),
            line(epochs, valid, style=1, name="validation"),
            line(epochs, test, style=2, name="test (correct labels)"),
            line([stopped + 1] * 2, [0, 80], style=5, name="stops"),
            dots([best + 1], [valid[best]], style=3, name="restored", radius=6),
        ]
        says = (
            f"With patience {patience} training stops after epoch {stopped + 1} and restores "
            f"epoch {best + 1}: validation error {valid[best]:.0f} %, test error "
            f"{test[best]:.0f} %. After {EPOCHS} epochs the test error is {test[-1]:.0f} %."
        )
        return Frame(says, marks)

    controls = (
        Control("wrong", "wrong labels", WRONG, [f"{wrong} %" for wrong in WRONG], start=2),
        Control("sample", "sample of 300 digits", SAMPLES),
        Control("patience", "patience, epochs", PATIENCE),
    )
    panel = Panel((0, EPOCHS), (0, 80), "", "epochs", "error, %")
    return MovingPicture("When to stop", controls, [panel], draw)


def watched(digits: data.Digits, wrong: int, sample: int) -> Array:
    """Train on some digits; give errors (epochs, 3) on training, validation and test set, in %."""
    rng = np.random.default_rng(7).spawn(len(SAMPLES))[sample - 1]
    few = data.subset(digits.train, 300, rng=rng)
    parts = [data.with_label_noise(part, wrong / 100, rng=rng) for part in (few, digits.valid)]
    parts.append(digits.test)
    net, errors = by_hand.MLP([64, 128, 10], rng=rng), []

    def measure(_epoch: int) -> None:
        errors.append([100 * float(by_hand.zero_one_error(net(x), y)) for x, y in parts])

    by_hand.fit(
        by_hand.EmpiricalRisk(net, by_hand.CrossEntropyLoss()),
        *parts[0],
        optimizer=by_hand.SGD(net, lr=0.1),
        epochs=EPOCHS,
        batch_size=32,
        rng=rng,
        after_epoch=measure,
    )
    return np.array(errors)


def stop(errors: Iterator[float], patience: int) -> tuple[int, int]:
    """Tell at which epoch, from 0, early stopping ends a run, and which epoch it restores."""
    watcher = by_hand.EarlyStopping(by_hand.Box(), lambda: next(errors), patience=patience)
    while len(watcher.history) < EPOCHS and not watcher.update():
        pass
    return len(watcher.history) - 1, watcher.best_epoch
