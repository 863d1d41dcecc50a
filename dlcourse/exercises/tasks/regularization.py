"""Tasks of lecture 05: regularization."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.regularization import soft_threshold
from dlcourse.exercises.finite import is_finite_number
from dlcourse.exercises.parsons import in_order, listing
from dlcourse.exercises.task import Arguments, Task, Wrong

HEADER = "def step(x, y, w, b, lr, lam):"
LINES = {
    "A": "w = w - lr * dw",
    "B": "dw, db = 2 * x.T @ error / len(y), 2 * error.mean()",
    "C": "return w, b",
    "D": "w = (1 - 2 * lr * lam) * w",
    "E": "b = b - lr * db",
    "F": "error = x @ w + b - y",
    "G": "w = (1 - lr * lam) * w",
    "H": "b = (1 - 2 * lr * lam) * b",
}


def lines_to_fit(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples of a neuron without activation, far from 0, and the settings of a step."""
    return [
        (rng.normal(size=(n, d)), rng.normal(5, 1, n), rng.normal(size=d), rng.normal(), 0.1, lam)
        for n, d, lam in ((1, 1, 0.5), (4, 3, 0.2))
    ]


def step_on_the_risk(
    x: Array, y: Array, w: Array, b: Array, lr: float, lam: float
) -> tuple[Array, Array]:
    """Step along the gradient of the mean squared error plus lam times the squared weights."""
    error = np.einsum("nd,d->n", x, w) + b - y
    dw = 2 * np.einsum("n,nd->d", error, x) / len(y) + 2 * lam * w
    return w - lr * dw, np.asarray(b - lr * 2 * np.average(error))


DECAY = Task(
    id="decay-order",
    title="A step with weight decay",
    kind="parsons",
    section="Weight decay",
    rows="R02 R03 R04",
    goal=1,
    points=2,
    minutes=6,
    difficulty=1,
    reference=lambda: list("FBDAEC"),
    accept=in_order(HEADER, LINES, reference=step_on_the_risk, draw=lines_to_fit, spare="GH"),
    question=listing(HEADER, LINES),
    wrong=(
        Wrong(
            "half the price",
            lambda: list("FBGAEC"),
            "Line G charges half the price. Differentiate the square of a weight, and see which "
            "factor comes down.",
        ),
        Wrong(
            "biases decay, too",
            lambda: list("FBDAHEC"),
            "Your bias decays like a weight. The price is on weights alone, so a bias feels "
            "nothing but the loss.",
        ),
        Wrong(
            "shrinks the step as well",
            lambda: list("FBADEC"),
            "You shrink after the step, so the step on the loss is shrunken with it. The decay "
            "acts on the weight as it was.",
        ),
        Wrong(
            "shrinks before the error",
            lambda: list("DFBAEC"),
            "You shrink the weights, and then measure the error of the shrunken ones. Both "
            "gradients, of loss and price, belong to the same weights.",
        ),
    ),
)


def fits(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples with targets far from 0, a start, and the settings of some steps."""
    return [
        (
            rng.normal(size=(n, d)),
            rng.normal(5, 1, n),
            rng.normal(size=d),
            np.asarray(rng.normal()),
            0.05,
            strength,
            steps,
        )
        for n, d, strength, steps in ((2, 1, 0.5, 1), (2, 1, 0.5, 2), (5, 3, 0.2, 4))
    ]


def descend(
    x: Array,
    y: Array,
    w: Array,
    b: Array,
    lr: float,
    strength: float,
    steps: int,
    *,
    price_w: float = 2.0,
    price_b: float = 0.0,
    summed: bool = False,
    piled_up: bool = False,
) -> tuple[Array, Array]:
    """Descend on the mean squared error; each price is a multiple of the strength."""
    x1 = np.column_stack([x, np.ones(len(x))])
    theta = np.append(w, b)
    price = strength * np.append(np.full(len(w), price_w), price_b)
    loss = np.zeros_like(theta)
    for _ in range(steps):
        now = 2 * x1.T @ (x1 @ theta - y) / (1 if summed else len(y))
        loss = loss + now if piled_up else now
        theta = theta - lr * (loss + price * theta)
    return theta[:-1], theta[-1]


RIDGE = Task(
    id="ridge-in-torch",
    title="The price, as PyTorch wants it",
    kind="torch",
    section="Why biases go free",
    rows="R03 R04",
    goal=2,
    points=3,
    minutes=12,
    difficulty=2,
    reference=lambda x, y, w, b, lr, strength, steps: descend(x, y, w, b, lr, strength, steps),
    draw=fits,
    wrong=(
        Wrong(
            "λ as weight_decay",
            lambda *a: descend(*a, price_w=1.0),
            "Your biases are right, and your weights feel half the price. PyTorch charges half "
            "of the squares, so its number is not λ.",
        ),
        Wrong(
            "biases decay, too",
            lambda *a: descend(*a, price_b=2.0),
            "Your weights have the right price, but the bias pays it as well. An optimizer "
            "decays everything in a group of parameters.",
        ),
        Wrong(
            "both",
            lambda *a: descend(*a, price_w=1.0, price_b=1.0),
            "Two things at once: the bias pays a price that is for weights only, and the price "
            "is half as high as λ says.",
        ),
        Wrong(
            "gradients pile up",
            lambda *a: descend(*a, piled_up=True),
            "Your first step is right, and each later one still has the gradients of the steps "
            "before in it. PyTorch adds to what is there until you clear it.",
        ),
        Wrong(
            "summed loss",
            lambda *a: descend(*a, summed=True),
            "You step on the sum of the squared errors. The risk has their mean, so your loss "
            "weighs too much against the price.",
        ),
    ),
)


def beliefs(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a strength that fits a number of examples, and another number of examples."""
    few = int(rng.choice([100, 200, 400]))
    return {
        "strength": float(rng.choice([0.02, 0.03, 0.06])),
        "few": few,
        "many": few * int(rng.choice([4, 5, 10])),
    }


BELIEF = Task(
    id="same-belief",
    title="The same belief, more data",
    kind="number",
    section="A price is a prior",
    rows="R03 R07",
    goal=4,
    points=1,
    minutes=4,
    difficulty=2,
    reference=lambda strength, few, many: 2 * strength / (many / few),
    numbers=beliefs,
    question="Your belief about the weights is a Gaussian around 0. With {few} examples, the "
    "price that says the same\nis λ = {strength} on the sum of squares.\nNow you get {many} "
    "examples, and your belief is the same. Which weight_decay do you give PyTorch's SGD?",
    wrong=(
        Wrong(
            "λ as weight_decay",
            lambda strength, few, many: strength * few / many,
            "This is the right λ. PyTorch's number is not the factor of the squares, but that of "
            "the gradient's pull.",
        ),
        Wrong(
            "not scaled",
            lambda strength, few, many: 2 * strength,
            "You keep the price. The risk is divided by the number of examples, so with more of "
            "them the same belief weighs less.",
        ),
        Wrong(
            "scaled upwards",
            lambda strength, few, many: 2 * strength * many / few,
            "Your price rises with the data. The more examples speak, the less a belief from "
            "before has to say.",
        ),
        Wrong(
            "square root",
            lambda strength, few, many: 2 * strength * (few / many) ** 0.5,
            "You scale by a square root, as for the noise of a mean. The price falls as the "
            "number of examples rises, one to one.",
        ),
    ),
)


def weights_to_shrink(rng: np.random.Generator) -> Sequence[Arguments]:
    """Weights, some of them small, the gradients of the loss, and the settings of a step."""
    return [
        (np.array([[0.3]]), np.array([[0.1]]), 0.5, 0.2),
        (np.array([[0.02, -0.02], [0.4, -0.4]]), np.zeros((2, 2)), 0.5, 0.1),
        *(
            (rng.normal(scale=0.3, size=s), rng.normal(scale=0.3, size=s), 0.5, 0.4)
            for s in ((3, 2), (4, 6))
        ),
    ]


def sign_step(w: Array, dw: Array, lr: float, strength: float) -> Array:
    """Step along the gradient of the risk with the L1 price inside."""
    return np.asarray(w - lr * (dw + strength * np.sign(w)))


def move_without_stop(w: Array, dw: Array, lr: float, strength: float) -> Array:
    """Move towards 0, and past it."""
    v = w - lr * dw
    return np.asarray(v - lr * strength * np.sign(v))


def clip_small(w: Array, dw: Array, lr: float, strength: float) -> Array:
    """Set small weights to 0, and leave large ones."""
    v = w - lr * dw
    return np.where(np.abs(v) > lr * strength, v, 0)


def towards_zero(v: Array, by: float) -> Array:
    """Move towards 0, and stop there."""
    return np.asarray(np.sign(v) * np.maximum(np.abs(v) - by, 0))


PROXIMAL = Task(
    id="proximal-step",
    title="Weights that are exactly zero",
    kind="by hand",
    section="L1: a price on size",
    rows="R05 R06",
    goal=3,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda w, dw, lr, strength: soft_threshold(w - lr * dw, threshold=lr * strength),
    draw=weights_to_shrink,
    wrong=(
        Wrong(
            "gradient of L1",
            sign_step,
            "This is a step with the sign in the gradient. No weight ever stops at 0: the small "
            "ones jump over it, and back.",
        ),
        Wrong(
            "no stop at 0",
            move_without_stop,
            "You move every weight the full distance, and those near 0 come out on the other "
            "side. There they should stop.",
        ),
        Wrong(
            "small ones cut, large ones kept",
            clip_small,
            "Your small weights become 0, but the large ones pay nothing. L1 pulls at every "
            "weight with the same force.",
        ),
        Wrong(
            "λ without α",
            lambda w, dw, lr, strength: towards_zero(w - lr * dw, strength),
            "You move the weights by the whole strength. A step of length α pays only its share "
            "of the price.",
        ),
        Wrong(
            "price before the step",
            lambda w, dw, lr, strength: towards_zero(w, lr * strength) - lr * dw,
            "You shrink first, and then the gradient moves the weights off 0 again. What is 0 "
            "after a step has to be made so at its end.",
        ),
    ),
)


def pulls(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a step size and a strength."""
    return {
        "lr": float(rng.choice([0.1, 0.2, 0.3])),
        "strength": float(rng.choice([0.05, 0.1, 0.2, 0.4])),
    }


def not_hovering(w: Any, lr: float, strength: float) -> str:
    """Say what a weight does that does not come back to where it was."""
    if not is_finite_number(w):
        return "One finite number is asked for"
    if w == 0:
        return "A weight at 0 has no sign, and stays there"
    if abs(abs(w) - lr * strength) < 1e-9:
        return "The first step ends at 0, and the weight stays there"
    if abs(w) > lr * strength:  # both steps lead the same way
        return f"After two steps it is at {w - 2 * lr * strength * np.sign(w):.6g}"
    return ""


HOVERING = Task(
    id="hovering-weight",
    title="A weight that never arrives",
    kind="counter-example",
    section="L1: a price on size",
    rows="R05 R06",
    goal=3,
    points=1,
    minutes=3,
    difficulty=1,
    reference=lambda lr, strength: -lr * strength / 3,
    accept=not_hovering,
    numbers=pulls,
    question='"Put sign(W) into the gradient, and weights become 0." Find a counter-example:\n'
    "with α = {lr} and λ = {strength}, and a loss without any slope, a weight from which two "
    "steps lead back to itself,\nso that it hovers about 0 for ever.",
    wrong=(
        Wrong(
            "lands on 0",
            lambda lr, strength: lr * strength,
            "This weight is one that does arrive: its first step is just as long as its way to "
            "0. Nearly all others miss.",
        ),
        Wrong(
            "lands on 0 in two steps",
            lambda lr, strength: 2 * lr * strength,
            "This weight arrives with its second step. Look for one whose first step takes it "
            "past 0.",
        ),
        Wrong(
            "0 itself",
            lambda lr, strength: 0.0,
            "At exactly 0 the sign is 0, so this weight is at rest. The point is that others do "
            "not get there.",
        ),
        Wrong(
            "measured by λ alone",
            lambda lr, strength: strength / 2,
            "From here the first two steps both go down. How far a step leads depends on the "
            "step size as well as on the price.",
        ),
    ),
)


def validations(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw validation errors, some of them equal, with parameters and a patience."""
    fixed = (
        ([9, 7, 8], 1),
        ([9, 6, 8, 7, 6.5, 9, 9, 2], 3),
        ([9, 6, 6, 6, 8, 5, 8, 8, 8, 8, 4], 4),
        ([7, 5, 6, 5, 6, 6, 6, 6], 3),
    )
    drawn = [(np.array(errors, float), patience) for errors, patience in fixed]
    drawn += [(rng.integers(10, 20, size=15) + 0.0, 3), (np.arange(6.0, 0, -1), 2)]
    return [(errors, rng.normal(size=(len(errors), 2)), patience) for errors, patience in drawn]


def stopping(
    errors: Array, thetas: Array, patience: int, *, ties: bool = False, late: int = 0
) -> tuple[int, int, Array]:
    """Stop at the first epoch whose last `patience` errors all are no new lowest."""
    for last in range(len(errors)):
        seen = errors[: last + 1]
        best = last - int(np.argmin(seen[::-1])) if ties else int(np.argmin(seen))
        if last - best >= patience + late:
            break
    return best, last, thetas[best]


def stop_by_the_previous(errors: Array, thetas: Array, patience: int) -> tuple[int, int, Array]:
    """Compare each error with the one before it."""
    best, waited, last = 0, 0, 0
    for last in range(1, len(errors)):
        if errors[last] < errors[last - 1]:
            best, waited = last, 0
        else:
            waited += 1
        if waited == patience:
            break
    return best, last, thetas[best]


def stop_unrestored(errors: Array, thetas: Array, patience: int) -> tuple[int, int, Array]:
    """Return the parameters of the last epoch."""
    best, last, _ = stopping(errors, thetas, patience)
    return best, last, thetas[last]


def stop_never(errors: Array, thetas: Array, patience: int) -> tuple[int, int, Array]:
    """Look at all epochs."""
    best = int(np.argmin(errors))
    return best, len(errors) - 1, thetas[best]


STOPPING = Task(
    id="stop-in-time",
    title="Stop in time",
    kind="bug",
    section="Early stopping",
    rows="R12",
    goal=5,
    points=2,
    minutes=8,
    difficulty=2,
    reference=lambda errors, thetas, patience: stopping(errors, thetas, patience),
    draw=validations,
    wrong=(
        Wrong(
            "as it was given",
            stop_by_the_previous,
            "After a bad epoch, a smaller error counts as the best one although an earlier one "
            "was lower. Try the errors 9, 6, 8, 7 by hand.",
        ),
        Wrong(
            "not restored",
            stop_unrestored,
            "Your epochs are right, but the parameters are those of the last epoch. Looking "
            "ahead pays only if you go back.",
        ),
        Wrong(
            "ties count as better",
            lambda errors, thetas, patience: stopping(errors, thetas, patience, ties=True),
            "An error as low as the lowest one makes you wait anew. Of equal errors the first "
            "one counts, so nothing has improved.",
        ),
        Wrong(
            "an epoch too long",
            lambda errors, thetas, patience: stopping(errors, thetas, patience, late=1),
            "You go on one epoch too long: with a patience of 1, the first epoch that is no "
            "improvement is the last.",
        ),
        Wrong(
            "never stops",
            stop_never,
            "You choose among all epochs, and also among those after the stop. When training "
            "has ended, nobody knows what would have come.",
        ),
    ),
)


def two_tables(rng: np.random.Generator) -> dict[str, Any]:
    """Draw errors of two nets at four learning rates; each prefers another rate."""

    def about(*errors: float) -> list[float]:
        return [round(e + float(rng.integers(-2, 3)) / 10, 1) for e in errors]

    return {
        "plain_valid": about(29.0, 14.0, 7.0, 5.0),
        "plain_test": about(30.0, 15.5, 6.4, 7.4),
        "trick_valid": about(13.0, 6.6, 7.5, 40.0),
        "trick_test": about(14.0, 6.8, 8.8, 41.0),
    }


def at_best(valid: Sequence[float], errors: Sequence[float]) -> float:
    """Give the error at the rate with the lowest validation error."""
    return errors[int(np.argmin(valid))]


FAIR = Task(
    id="fair-comparison",
    title="What is the trick worth?",
    kind="experiment",
    section='"Usually works very well"',
    rows="P02",
    goal=6,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda plain_valid, plain_test, trick_valid, trick_test: (
        dict(zip(plain_valid, plain_test, strict=True))[min(plain_valid)]
        - dict(zip(trick_valid, trick_test, strict=True))[min(trick_valid)]
    ),
    numbers=two_tables,
    question="Errors in %, mean of many seeds, at the learning rates 0.02, 0.05, 0.1 and 0.3:\n"
    "plain net, validation: {plain_valid}\n"
    "plain net, test: {plain_test}\n"
    "with the trick, validation: {trick_valid}\n"
    "with the trick, test: {trick_test}\n"
    "By how many points does the trick lower the test error, in a comparison that is fair to "
    "both?",
    tolerance=1e-6,
    wrong=(
        Wrong(
            "at the trick's rate",
            lambda plain_valid, plain_test, trick_valid, trick_test: (
                at_best(trick_valid, plain_test) - at_best(trick_valid, trick_test)
            ),
            "You compare at the rate which the trick prefers. The plain net is better off with "
            "another one, so this gain is mostly one of the rate.",
        ),
        Wrong(
            "at the plain net's rate",
            lambda plain_valid, plain_test, trick_valid, trick_test: (
                at_best(plain_valid, plain_test) - at_best(plain_valid, trick_test)
            ),
            "You compare at the rate which the plain net prefers. With the trick another rate "
            "is better, and nobody would use this one.",
        ),
        Wrong(
            "rates chosen by the test error",
            lambda plain_valid, plain_test, trick_valid, trick_test: (
                min(plain_test) - min(trick_test)
            ),
            "You chose the rates by the test error. Who picks the lowest test error reports it "
            "lower than it is; the test set may not take part in any choice.",
        ),
        Wrong(
            "gain in validation error",
            lambda plain_valid, plain_test, trick_valid, trick_test: (
                min(plain_valid) - min(trick_valid)
            ),
            "This is the gain in the validation error, by which the rates were chosen. The "
            "question is about the test error at these rates.",
        ),
        Wrong(
            "mean over the rates",
            lambda plain_valid, plain_test, trick_valid, trick_test: (
                sum(plain_test) / 4 - sum(trick_test) / 4
            ),
            "You averaged over all rates, the bad ones included. Nobody trains at a rate that "
            "does badly on the validation set.",
        ),
    ),
)

TASKS = (DECAY, RIDGE, BELIEF, PROXIMAL, HOVERING, STOPPING, FAIR)
