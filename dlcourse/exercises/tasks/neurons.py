"""Tasks of lecture 01: neurons and their activations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.activations import Sigmoid
from dlcourse.by_hand.box import Array
from dlcourse.exercises.finite import finite_numbers
from dlcourse.exercises.parsons import in_order, listing
from dlcourse.exercises.task import Arguments, Task, Wrong


def batches(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples, weights and a bias: one example of one input, then more."""
    return [
        (rng.normal(size=(n, d)), rng.normal(size=d), np.asarray(rng.normal()))
        for n, d in ((1, 1), (1, 3), (2, 1), (4, 3))
    ]


def pre_activations(rng: np.random.Generator) -> Sequence[Arguments]:
    """Numbers near 0, and so far away that exp overflows."""
    return [
        (np.array([0.5]),),
        (rng.normal(size=3),),
        (np.array([-1000.0, -50.0, -40.0, 0.0, 30.0, 1000.0]),),
        (rng.normal(scale=3, size=(2, 3)),),
    ]


def chains(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw inputs of chains of sigmoid units, and a weight for each unit."""
    return [
        (rng.normal(size=n), rng.uniform(1, 5, size=units) * rng.choice([-1, 1], size=units))
        for n, units in ((1, 1), (2, 1), (3, 2), (4, 4))
    ]


def sigmoid(a: Array) -> Array:
    """Compute the sigmoid without overflow."""
    return (1 + np.tanh(a / 2)) / 2


NEURON = Task(
    id="neuron-forward",
    title="A neuron, many examples",
    kind="by hand",
    section="The formula, and its names in the code",
    rows="N01 N02",
    goal=1,
    points=2,
    minutes=5,
    difficulty=1,
    reference=lambda x, w, b: np.tanh(np.einsum("nd,d->n", x, w) + b),
    draw=batches,
    wrong=(
        Wrong(
            "no sum",
            lambda x, w, b: np.tanh(x * w + b),
            "Your a has a column for each input. The pre-activation is one number for each "
            "example: the weighted inputs are added up.",
        ),
        Wrong(
            "bias in the sum",
            lambda x, w, b: np.tanh((x * w + b).sum(axis=1)),
            "You add the bias once for each input, so it counts as many times as there are "
            "inputs. It is added once, to the finished sum.",
        ),
        Wrong(
            "g before the bias",
            lambda x, w, b: np.tanh((x * w).sum(axis=1)) + b,
            "You apply the activation before the bias. The bias is part of the pre-activation, "
            "so it belongs inside.",
        ),
        Wrong(
            "no activation",
            lambda x, w, b: (x * w).sum(axis=1) + b,
            "This is the pre-activation a. The output of the neuron is g(a).",
        ),
    ),
)


def neurons_with_a_round_length(rng: np.random.Generator) -> dict[str, int]:
    """Draw two weights whose length is whole, and a bias that it divides."""
    w1, w2, length = (int(v) for v in rng.choice([(3, 4, 5), (6, 8, 10), (12, 5, 13), (8, 15, 17)]))
    return {"w1": w1, "w2": w2, "b": length * int(rng.choice([-3, -2, 2, 3]))}


RIDGE = Task(
    id="ridge-position",
    title="Where the ridge stands, and how steep it is",
    kind="number",
    section="The weights turn it and make it steep",
    rows="N05 N06",
    goal=2,
    points=2,
    minutes=4,
    difficulty=1,
    reference=lambda w1, w2, b: (-b / np.hypot(w1, w2), np.hypot(w1, w2) / 4),
    numbers=neurons_with_a_round_length,
    question="A neuron with a sigmoid has the weights w = ({w1}, {w2}) and the bias b = {b}.\n"
    "How far from the origin is the line on which its output is 1/2, measured in the direction "
    "of w?\n"
    "How steep is the output on that line, in the direction of w?",
    wrong=(
        Wrong(
            "sign",
            lambda w1, w2, b: (b / np.hypot(w1, w2), np.hypot(w1, w2) / 4),
            "Your line is on the other side of the origin. A positive bias turns the neuron on "
            "earlier, so its line lies against the direction of w.",
        ),
        Wrong(
            "not divided",
            lambda w1, w2, b: (-b, np.hypot(w1, w2) / 4),
            "Your distance depends on the bias alone. On a step of length 1 in the direction of w "
            "the pre-activation rises by the length of w, so long weights bring the line nearer.",
        ),
        Wrong(
            "sum of the weights",
            lambda w1, w2, b: (-b / (w1 + w2), np.hypot(w1, w2) / 4),
            "You divide by the sum of the weights. The length of w is the one of Pythagoras.",
        ),
        Wrong(
            "slope of g alone",
            lambda w1, w2, b: (-b / np.hypot(w1, w2), 0.25),
            "1/4 is the slope of the sigmoid against a. Against x it is larger, because a itself "
            "changes faster than x does.",
        ),
        Wrong(
            "slope of a alone",
            lambda w1, w2, b: (-b / np.hypot(w1, w2), np.hypot(w1, w2)),
            "This is how fast the pre-activation rises. The output rises more slowly: the slope "
            "of the sigmoid in its middle is a factor of its own.",
        ),
    ),
)


def refutes(*given: Any) -> str:
    """Say why two numbers do not show that ReLU is not strictly increasing."""
    pair = finite_numbers(given, 2)
    if not pair:
        return "Two numbers are asked for, the smaller one first"
    low, high = pair
    if low >= high:
        return f"The first number should be smaller than the second; {low:g} is not below {high:g}"
    if max(low, 0) != max(high, 0):
        return f"ReLU does rise from {low:g} to {high:g}, so they contradict nobody"
    if (apart := np.tanh(high) - np.tanh(low)) <= 0.5:
        return f"ReLU does not tell them apart, but tanh hardly does either: by {apart:.2f}"
    return ""


RELU = Task(
    id="relu-counter-example",
    title="Against a sentence about ReLU",
    kind="counter-example",
    section="ReLU, and a wrong bullet",
    rows="N11 N13",
    goal=5,
    points=1,
    minutes=3,
    difficulty=1,
    reference=lambda: (-1.0, 0.0),
    accept=refutes,
    wrong=(
        Wrong(
            "both positive",
            lambda: (1.0, 2.0),
            "On this side of the kink ReLU is the identity, and rises as the slide says. Look at "
            "the other side.",
        ),
        Wrong(
            "one number twice",
            lambda: (-1.0, -1.0),
            "A function may give the same for the same number. Strictly increasing promises "
            "something about two different ones.",
        ),
        Wrong(
            "falling",
            lambda: (-1.0, -3.0),
            "Read the two from left to right: the second lies to the left of the first. The "
            "promise is about going to the right.",
        ),
        Wrong(
            "too close for tanh",
            lambda: (-2.0, -1.0),
            "These are the two of the lecture, and they refute the slide. For tanh they are both "
            "far out, where it is nearly flat: it changes most around 0.",
        ),
    ),
)


def buggy_sigmoid_slope(a: Array) -> tuple[Array, Array]:
    """Compute sigmoid and slope by exponentials that overflow."""
    e = np.exp(-a)
    return 1 / (1 + e), e / (1 + e) ** 2


def other_overflow(a: Array) -> tuple[Array, Array]:
    """Overflow at the other end, and in the output too."""
    e = np.exp(a)
    return e / (1 + e), e / (1 + e) ** 2


def clipped(a: Array) -> tuple[Array, Array]:
    """Cut the pre-activations off at 5."""
    h = sigmoid(np.clip(a, -5, 5))
    return h, h * (1 - h)


def mirrored(a: Array) -> tuple[Array, Array]:
    """Treat negative pre-activations as positive ones."""
    h = sigmoid(np.abs(a))
    return h, h * (1 - h)


SIGMOID_SLOPE = Task(
    id="sigmoid-slope",
    title="A sigmoid that breaks far out",
    kind="bug",
    section="Derivatives from the output",
    rows="N08 N15",
    goal=3,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda a: (Sigmoid().fprop(a), 1 / (4 * np.cosh(np.clip(a / 2, -300, 300)) ** 2)),
    draw=pre_activations,
    wrong=(
        Wrong(
            "as it was",
            buggy_sigmoid_slope,
            "Compare outputs and slopes at a = -1000. The output is right by luck; the slope is "
            "infinity divided by infinity.",
        ),
        Wrong(
            "overflow at the other end",
            other_overflow,
            "Now very negative numbers are fine, and very positive ones overflow. What is needed "
            "is an exponential that stays small on both sides, or none at all.",
        ),
        Wrong(
            "a for h",
            lambda a: (sigmoid(a), a * (1 - a)),
            "Your slope takes the pre-activation where the output belongs: it is negative at "
            "a = 2, and a sigmoid never falls.",
        ),
        Wrong(
            "cut off",
            clipped,
            "You cut the pre-activation off at 5. Nothing overflows any more, but a saturated "
            "unit now keeps a slope that it does not have.",
        ),
        Wrong(
            "mirrored",
            mirrored,
            "Your outputs are never below 1/2. The slope is the same for a and -a, the output is "
            "not.",
        ),
    ),
)

PARSONS_LINES = {
    "A": "dx = da[:, None] * w",
    "B": "da = dh * (1 - h**2)",
    "C": "return dx, dw, db",
    "D": "h = np.tanh(x @ w + b)",
    "E": "dw = da @ x",
    "F": "db = da.sum()",
    "G": "da = dh * (1 - np.tanh(h) ** 2)",
}


def neuron_gradients(x: Array, w: Array, b: Array, dh: Array) -> tuple[Array, Array, Array]:
    """Compute the gradients of a tanh neuron at x, w and b."""
    slope = 1 / np.cosh(np.einsum("nd,d->n", x, w) + b) ** 2
    da = dh * slope
    return np.outer(da, w), np.einsum("n,nd->d", da, x), np.asarray(np.einsum("n->", da))


NEURON_BACKWARD = Task(
    id="neuron-backward-order",
    title="The gradients of a neuron, in order",
    kind="parsons",
    section="The gradient of a neuron",
    rows="N19",
    goal=4,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: list("DBEFAC"),
    accept=in_order(
        "def gradients(x, w, b, dh):",
        PARSONS_LINES,
        reference=neuron_gradients,
        draw=lambda rng: [(*batch, rng.normal(size=len(batch[0]))) for batch in batches(rng)],
        spare="G",
    ),
    question=listing("def gradients(x, w, b, dh):", PARSONS_LINES),
    wrong=(
        Wrong(
            "slope of h again",
            lambda: list("DGEFAC"),
            "Line G takes tanh of h, which is already tanh of a. The derivative of tanh in terms "
            "of its own output needs no further tanh.",
        ),
        Wrong(
            "gradients before da",
            lambda: list("DEFABC"),
            "Everything that flows back to w, b and x passes through da, so da has to be there "
            "first.",
        ),
        Wrong(
            "backward before forward",
            lambda: list("BDEFAC"),
            "The slope is computed from the output h: the forward pass comes first.",
        ),
    ),
)


def units_of(x: Array, w: Array) -> Array:
    """Compute the outputs of all units of the chains: (L, N)."""
    h = [x]
    for weight in w:
        h.append(sigmoid(weight * h[-1]))
    return np.array(h[1:])


def factors(x: Array, w: Array) -> Array:
    """Compute what each unit multiplies the gradient by: (L, N)."""
    h = units_of(x, w)
    return w[:, None] * h * (1 - h)


CHAIN = Task(
    id="sigmoid-chain",
    title="A gradient through many sigmoids",
    kind="torch",
    section="Experiment: what happens to gradients across depth?",
    rows="N18",
    goal=5,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda x, w: np.prod(factors(x, w), axis=0),
    draw=chains,
    wrong=(
        Wrong(
            "the bound",
            lambda x, w: np.full_like(x, np.prod(w / 4)),
            "You take 1/4 as the slope of every unit. That is the most it can be; the slope that "
            "counts is the one at the output that the unit has.",
        ),
        Wrong(
            "no weights",
            lambda x, w: np.prod(factors(x, w) / w[:, None], axis=0),
            "You multiply the slopes of the units alone. On its way back the gradient also "
            "passes every weight.",
        ),
        Wrong(
            "last unit only",
            lambda x, w: factors(x, w)[-1],
            "This is the derivative with respect to the input of the last unit. Autograd goes "
            "all the way to x when nothing on the way is detached.",
        ),
        Wrong(
            "mean",
            lambda x, w: np.prod(factors(x, w), axis=0) / len(x),
            "Your derivatives are too small by the number of chains, as those of a mean are. "
            "Every input has an output of its own, and nobody averages them here.",
        ),
        Wrong(
            "outputs",
            lambda x, w: units_of(x, w)[-1],
            "These are the outputs of the last units. The question is how much they change when "
            "x does.",
        ),
    ),
)

TASKS = (NEURON, RIDGE, RELU, SIGMOID_SLOPE, NEURON_BACKWARD, CHAIN)
