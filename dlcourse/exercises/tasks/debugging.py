"""Tasks of lecture 09: debugging."""

from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.by_hand.activations import ReLU
from dlcourse.by_hand.box import Array, Sequential
from dlcourse.by_hand.diagnosis import dead_units, duplicate_units
from dlcourse.by_hand.gradient_checking import numerical_gradient
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.losses import CrossEntropyLoss
from dlcourse.exercises.letters import all_that_hold, one_for_each
from dlcourse.exercises.task import Arguments, Task, Wrong


def regressions(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples, targets, weights and a step: long steps first, a usual one at the end."""
    return [
        (rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), eps)
        for n, d, eps in ((1, 1, 0.1), (2, 2, 0.1), (4, 3, 0.01), (6, 4, 1e-6))
    ]


def numeric_with(mistake: str) -> Callable[[Array, Array, Array, float], Array]:
    """Write central differences with one mistake."""

    def answer(x: Array, y: Array, w: Array, eps: float) -> Array:
        kind = np.result_type(w) if mistake == "single" else np.float64
        x, y, w = (a.astype(kind) for a in (x, y, w))

        def risk(v: Array) -> float:
            return np.mean((np.tanh(x @ v) - y) ** 2)

        gradient = np.zeros_like(w)
        for i in range(len(w)):
            step = np.zeros_like(w)
            step[i] = eps
            ahead, behind = risk(w + step), risk(w - step)
            if mistake == "forward":
                behind = risk(w)
            gradient[i] = (ahead - behind) / (
                eps if mistake in ("forward", "one step") else 2 * eps
            )
            if mistake == "left behind":
                w = w - step
        return gradient

    return answer


NUMERIC = Task(
    id="numeric-gradient",
    title="The checker is ill",
    kind="bug",
    section="Gradients first",
    rows="V01",
    goal=1,
    points=2,
    minutes=7,
    difficulty=2,
    reference=lambda x, y, w, eps: numerical_gradient(
        lambda v: np.mean((np.tanh(x @ v) - y) ** 2), w, step=eps
    ),
    draw=regressions,
    wrong=(
        Wrong(
            "left behind",
            numeric_with("left behind"),
            "The first number is right, as before, and each later one is a little off, the more "
            "the longer the step. Ask at which w the second one is computed.",
        ),
        Wrong(
            "forward",
            numeric_with("forward"),
            "Yours is the one-sided difference. Its error shrinks with the step and not with its "
            "square; the central form steps to either side of w.",
        ),
        Wrong(
            "one step",
            numeric_with("one step"),
            "All your numbers are twice too large. From behind to ahead it is two steps.",
        ),
        Wrong(
            "single",
            numeric_with("single"),
            "All is well until the numbers come in float32: then the two risks agree in nearly all "
            "their digits, and what is left is rounding. The buggy one was careful there.",
        ),
    ),
)

READ = Task(
    id="read-the-check",
    title="Six reports",
    kind="experiment",
    section="The bug zoo",
    rows="V01 V09",
    goal=1,
    points=2,
    minutes=7,
    difficulty=2,
    reference=lambda: "feadcb",
    accept=one_for_each(
        "feadcb",
        {
            "a": "a gradient that is never computed has an error of exactly 1, in one place",
            "b": "a wrong sign has an error of 2, and a gradient of ordinary size",
            "c": "half of a gradient is half a gradient away from the whole",
            "d": "a function that changes between two calls spoils every row of the report",
            "e": "where the true gradient is 0, its absolute size shows it",
            "f": "what an activation does wrong reaches all parameters below it, and none above",
        },
    ),
    wrong=(
        Wrong(
            "sign and half swapped",
            lambda: "feadbc",
            "You took the sign for the half. Gradients that point in opposite directions are two "
            "lengths apart.",
        ),
        Wrong(
            "rounding is a bug",
            lambda: "fbadce",
            "You suspect a bias whose gradients are as small as rounding, and clear one whose "
            "error is 2 with a gradient of ordinary size. Look at the last column.",
        ),
        Wrong(
            "mask and missing swapped",
            lambda: "aefdcb",
            "A gradient that is missing leaves an error of exactly 1 in one parameter. One that "
            "lets too much through an activation is off by another number, and so is its bias.",
        ),
        Wrong(
            "coins and mask swapped",
            lambda: "deafcb",
            "You took moving masks for a missing one. If the function itself moves, nothing in "
            "the report can be right; compare which rows are.",
        ),
    ),
)

OVERFIT = Task(
    id="overfit-proves",
    title="0 % on 500 examples",
    kind="quiz",
    section="Overfit a small set",
    rows="V05 V09",
    goal=2,
    points=2,
    minutes=4,
    difficulty=1,
    reference=lambda: "bd",
    accept=all_that_hold(
        "bd",
        {
            "a": "nets with four kinds of wrong gradients got there too",
            "b": "",
            "c": "the net with shuffled labels got there too",
            "d": "",
            "e": "a net whose first layer stood still got there too",
            "f": "shuffled labels can be learned by heart as well",
            "g": "a net in good health fails when it is too small",
        },
    ),
    wrong=(
        Wrong(
            "gradients are right",
            lambda: "abd",
            "You trust the gradients. A step within 90° of the right direction goes downhill, so a "
            "wrong gradient can overfit perfectly.",
        ),
        Wrong(
            "every parameter",
            lambda: "bde",
            "You think that all parameters must have moved. Random features that are never trained "
            "are enough to learn 500 examples by heart.",
        ),
        Wrong(
            "failing shows a fault",
            lambda: "bdg",
            "You turn the test around. Remember the net with three hidden units: nothing was "
            "broken in it.",
        ),
        Wrong(
            "new digits",
            lambda: "bcd",
            "You expect it to do well on new digits. Learning by heart needs no rule, as the net "
            "with shuffled labels showed.",
        ),
    ),
)


def hidden_nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples, labels, the parameters of a net, and the factor of the bug."""
    sizes = ((1, 1, 2, 2, 0.5), (3, 2, 3, 2, 0.0), (4, 3, 4, 3, -1.0), (6, 4, 5, 3, 3.0))
    return [
        (
            rng.normal(size=(n, d)),
            rng.integers(c, size=n),
            rng.normal(size=(m, d)),
            rng.uniform(0.5, 1, m),
            rng.normal(size=(c, m)),
            rng.normal(size=c),
            factor,
        )
        for n, d, m, c, factor in sizes
    ]


def cosine_by_boxes(
    x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array, factor: float
) -> Array:
    """Compute the cosine by the boxes of the course, and the share of W1."""
    first, last, loss = Affine(*w1.shape[::-1]), Affine(*w2.shape[::-1]), CrossEntropyLoss()
    for layer, w, b in ((first, w1, b1), (last, w2, b2)):
        layer.params["weight"][...], layer.params["bias"][...] = w, b
    net = Sequential(first, ReLU(), last)
    loss.fprop(net(x), y)
    net.bprop(loss.bprop(np.ones(()))[0])
    whole = sum((g**2).sum() for _, g in net.named("grads"))
    share = (first.grads["weight"] ** 2).sum() / whole
    return np.asarray((1 + (factor - 1) * share) / np.sqrt(1 + (factor**2 - 1) * share))


def cosine_with(mistake: str) -> Callable[..., Array]:
    """Compute the cosine with one mistake."""

    def answer(
        x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array, factor: float
    ) -> Array:
        h = np.maximum(x @ w1.T + b1, 0)
        e = np.exp(h @ w2.T + b2)
        ds = (e / e.sum(axis=1, keepdims=True) - np.eye(len(w2))[y]) / len(x)
        da = (ds @ w2) * (h > 0)
        true = [da.T @ x, da.sum(axis=0), ds.T @ h, ds.sum(axis=0)]
        used = [factor * true[0], *true[1:]]
        if mistake == "W1 alone":
            true, used = true[:1], used[:1]
        if mistake == "no biases":
            true, used = true[::2], used[::2]
        if mistake == "mean of cosines":
            return np.asarray(np.mean([cosine([u], [t]) for u, t in zip(used, true, strict=True)]))
        if mistake == "no root":
            return dot(used, true) / dot(used, used) / dot(true, true)
        if mistake == "not divided":
            return dot(used, true)
        return cosine(used, true)

    return answer


def dot(one: Sequence[Array], other: Sequence[Array]) -> Array:
    """Multiply two lists of arrays, entry by entry, and add everything up."""
    return np.asarray(sum((a * b).sum() for a, b in zip(one, other, strict=True)))


def cosine(one: Sequence[Array], other: Sequence[Array]) -> Array:
    """Compute the cosine of two lists of arrays, taken as one long vector each."""
    return dot(one, other) / np.sqrt(dot(one, one) * dot(other, other))


COSINE = Task(
    id="bug-cosine",
    title="How wrong is a wrong gradient?",
    kind="torch",
    section="Why do wrong gradients work?",
    rows="V09",
    goal=3,
    points=3,
    minutes=10,
    difficulty=3,
    reference=cosine_by_boxes,
    draw=hidden_nets,
    wrong=(
        Wrong(
            "mean of cosines",
            cosine_with("mean of cosines"),
            "You average the cosines of the four parameters. A step moves all of them at once, so "
            "the gradient is one long vector, in which long parts count for more.",
        ),
        Wrong(
            "W1 alone",
            cosine_with("W1 alone"),
            "You compare the two gradients at W1 only, where they are parallel. The angle is that "
            "of the whole gradient, with the other three parameters in it.",
        ),
        Wrong(
            "no biases",
            cosine_with("no biases"),
            "Your gradient has the weights in it and not the biases. A step moves those as well.",
        ),
        Wrong(
            "no root",
            cosine_with("no root"),
            "You divide by the squared lengths. Two equal gradients should have a cosine of 1.",
        ),
        Wrong(
            "not divided",
            cosine_with("not divided"),
            "This is the product of the two gradients. A cosine does not depend on their lengths.",
        ),
    ),
)


def planted(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw units: healthy ones, then also silent, constant, and copied ones."""
    cases = [np.maximum(rng.normal(size=(n, m)), -0.5) for n, m in ((6, 1), (8, 2), (12, 4))]
    h = np.maximum(rng.normal(size=(20, 9)), -0.5)
    h[:, 1], h[:, 3] = 0, 0.7
    h[:, 4], h[:, 6], h[:, 7] = h[:, 0], 2 * h[:, 2] + 3, -h[:, 5]
    pair = np.maximum(rng.normal(size=(8, 1)), -0.5) @ np.ones((1, 2))
    return [(a,) for a in (*cases, pair, h[:, :5], h)]


def found_with(mistake: str) -> Callable[[Array], tuple[Array, Array]]:
    """Find dead units and copies with one mistake."""

    def answer(h: Array) -> tuple[Array, Array]:
        std = h.std(axis=0)
        dead = std <= 1e-6
        away = h if mistake == "not centred" else h - h.mean(axis=0)
        length = np.sqrt((away**2).sum(axis=0))
        unit = away / np.where(dead, np.inf, length)
        r = unit.T @ unit
        alike = (r if mistake == "same sign only" else np.abs(r)) >= 0.99
        if mistake == "equal values":
            alike = (h[:, :, None] == h[:, None, :]).all(axis=0) & ~dead
        if mistake == "silent only":
            dead = (h == 0).all(axis=0)
        np.fill_diagonal(alike, False)
        if mistake != "originals too":
            alike = np.triu(alike)
        return np.asarray(dead), np.asarray(alike.any(axis=0))

    return answer


DEAD = Task(
    id="dead-and-copies",
    title="Dead units and copies",
    kind="by hand",
    section="Can the detectors be trusted?",
    rows="V02 V04",
    goal=4,
    points=3,
    minutes=10,
    difficulty=2,
    reference=lambda h: (dead_units(h), duplicate_units(h)),
    draw=planted,
    wrong=(
        Wrong(
            "silent only",
            found_with("silent only"),
            "You find the silent units, and miss one that gives 0.7 whatever the example. It "
            "ignores the input just as well.",
        ),
        Wrong(
            "equal values",
            found_with("equal values"),
            "You look for equal values. A copy that is scaled, shifted or turned round says the "
            "same, and the next layer can undo all that.",
        ),
        Wrong(
            "same sign only",
            found_with("same sign only"),
            "You miss the unit that always says the opposite of another. Nothing new is learned "
            "from it.",
        ),
        Wrong(
            "originals too",
            found_with("originals too"),
            "You mark both units of a pair. One of them is needed: the first counts as the "
            "original.",
        ),
        Wrong(
            "not centred",
            found_with("not centred"),
            "Your similarity is a cosine of the values as they are, so shifted copies get away. A "
            "correlation looks at how units vary about their means.",
        ),
    ),
)

SUSPECT = Task(
    id="first-suspect",
    title="Six patients",
    kind="experiment",
    section="The whole examination",
    rows="V04 V06 V07 V08",
    goal=4,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: "caefbd",
    accept=one_for_each(
        "caefbd",
        {
            "a": "inputs that are not normalized have a size far from 1",
            "b": "large weights saturate units although the inputs have size 1",
            "c": "a learning rate that is too large shows as bouncing, with all else in order",
            "d": "units that no example wakes are dead",
            "e": "units that start equal stay copies of each other",
            "f": "a curve that falls smoothly, with all else in order, shows none of these faults",
        },
    ),
    wrong=(
        Wrong(
            "bouncing means learning rate",
            lambda: "ccefbd",
            "You treat the bouncing of patient 2. Its inputs are a hundred times too large, which "
            "saturates units and makes the steps long: what comes first in the list can cause "
            "what comes later.",
        ),
        Wrong(
            "saturated means weights",
            lambda: "cbefbd",
            "You treat the saturation of patient 2. Inputs of that size saturate units with any "
            "sensible weights, and smaller weights did not cure patient E.",
        ),
        Wrong(
            "dead and copies swapped",
            lambda: "cadfbe",
            "You swapped copies and dead units. Copies vary with the example, all in the same way; "
            "dead units do not vary.",
        ),
        Wrong(
            "slow means too fast",
            lambda: "caecbd",
            "You see a learning rate that is too large where the curve never goes up. The "
            "examination finds nothing in patient 4, like in a net that is trained too slowly.",
        ),
    ),
)

GLANCE = Task(
    id="units-at-a-glance",
    title="Five pictures",
    kind="quiz",
    section="Look at the units",
    rows="V02 V03 V04",
    goal=5,
    points=2,
    minutes=5,
    difficulty=1,
    reference=lambda: "daceb",
    accept=one_for_each(
        "daceb",
        {
            "a": "in a good net every column has its own pattern, which repeats within a class",
            "b": "units that are silent for all samples are columns of zeros",
            "c": "copies are columns of a few kinds, which rise and fall together",
            "d": "units that ignore the input are the same from top to bottom, silent or not",
            "e": "in a fresh net the rows of one class are no more alike than others",
        },
    ),
    wrong=(
        Wrong(
            "fresh and good swapped",
            lambda: "decab",
            "You took the fresh net for the trained one. Compare the three rows of one class: "
            "useful units say the same about them.",
        ),
        Wrong(
            "ignoring and copies swapped",
            lambda: "cadeb",
            "You took copies for units that ignore the input. Follow a column from top to bottom, "
            "then compare it with the others.",
        ),
        Wrong(
            "silent and ignoring swapped",
            lambda: "baced",
            "Both kinds say nothing about the sample, but you have them the wrong way round: one "
            "is silent, and one is loud all the time.",
        ),
        Wrong(
            "patchwork is bad",
            lambda: "eacdb",
            "You took columns that are the same for all samples for a fresh net. Random weights do "
            "react to the sample, only to nothing useful.",
        ),
    ),
)

TASKS = (NUMERIC, READ, OVERFIT, COSINE, DEAD, SUSPECT, GLANCE)
