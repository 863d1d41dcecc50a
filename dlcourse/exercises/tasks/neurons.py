"""Tasks of lecture 01: neurons and their activations."""

from collections.abc import Sequence

import numpy as np

from dlcourse.by_hand.activations import Sigmoid, Softmax
from dlcourse.by_hand.box import Array
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


def scores(rng: np.random.Generator) -> Sequence[Arguments]:
    """Scores of one example and of several, some of them large."""
    return [
        (rng.normal(size=(1, 2)),),
        (rng.normal(size=(3, 4)),),
        (np.array([[1000.0, 999.0], [0.0, -3.0]]),),
        (rng.normal(scale=3, size=(4, 3)),),
    ]


def sigmoid(a: Array) -> Array:
    """Compute the sigmoid without overflow."""
    return Sigmoid().fprop(a)


def softmax(a: Array) -> Array:
    """Compute the softmax of each row without overflow."""
    return Softmax().fprop(a)


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
    question=listing("def gradients(x, w, b, dh):", PARSONS_LINES).replace("{", "{{"),
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

TASKS = (NEURON, NEURON_BACKWARD)
