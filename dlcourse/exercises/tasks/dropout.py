"""Tasks of lecture 07: dropout."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.activations import ReLU, Softmax
from dlcourse.by_hand.box import Array, Sequential
from dlcourse.by_hand.dropout import Dropout, convert_dropout
from dlcourse.by_hand.layers import Affine
from dlcourse.exercises.finite import finite_numbers
from dlcourse.exercises.letters import one_for_each
from dlcourse.exercises.task import Arguments, Task, Wrong


def masked_units(rng: np.random.Generator) -> Sequence[Arguments]:
    """Units, masks, the probability, the form, and whether the net is training."""
    sizes = (
        (1, 1, 0.5, True, True),
        (1, 2, 0.5, False, False),
        (2, 2, 0.0, True, True),
        (2, 3, 0.2, False, True),
        (3, 2, 0.8, False, False),
        (3, 3, 0.2, True, False),
        (8, 5, 0.4, True, True),
    )
    return [
        (rng.normal(size=(n, m)), drawn(rng, n, m, p), p, inverted, training)
        for n, m, p, inverted, training in sizes
    ]


def drawn(rng: np.random.Generator, n: int, m: int, p: float) -> Array:
    """Draw a mask of zeros and ones; the first unit is kept, so that one says something."""
    mask = (rng.random((n, m)) >= p).astype(float)
    mask[0, 0] = 1
    return mask


def by_the_box(h: Array, m: Array, p: float, inverted: bool, training: bool) -> Array:
    """Run the box of the course."""
    box = Dropout(p, inverted=inverted)
    box.train(training)
    return box.fprop(h, m)


def dropout(h: Array, m: Array, p: float, inverted: bool, training: bool) -> Array:
    """Write it for the wrong answers to stand on."""
    mask = m if training else np.full_like(h, 1 - p)
    return h * mask / (1 - p if inverted else 1)


FORWARD = Task(
    id="dropout-forward",
    title="Two forms, two modes",
    kind="by hand",
    section="Two forms",
    rows="D03 D06 D07",
    goal=2,
    points=2,
    minutes=6,
    difficulty=1,
    reference=by_the_box,
    draw=masked_units,
    wrong=(
        Wrong(
            "p is the probability of keeping",
            lambda h, m, p, inverted, training: dropout(h, m, 1 - p, inverted, training),
            "You scale by p where 1 - p is due, or the other way round. Here p is the probability "
            "of removing a unit; the paper's p is that of keeping one.",
        ),
        Wrong(
            "scaled at both ends",
            lambda h, m, p, inverted, training: h * m / (1 - p) if training else h * (1 - p),
            "You scale at both ends: up while training and down in use. Each form of dropout does "
            "one of the two.",
        ),
        Wrong(
            "scaled at neither end",
            lambda h, m, p, inverted, training: h * m if training else h,
            "Your units are never scaled, so they are larger in use than they were on average in "
            "training. One of the two modes has to make up for it, another one in each form.",
        ),
        Wrong(
            "coins at test time",
            lambda h, m, p, inverted, training: dropout(h, m, p, inverted, True),
            "You apply the mask in use, too. Then answers go on depending on coins; in use every "
            "unit works.",
        ),
        Wrong(
            "one mask per batch",
            lambda h, m, p, inverted, training: dropout(h, m[0], p, inverted, training),
            "All rows of your batch have the mask of the first. Every example has a mask of its "
            "own.",
        ),
    ),
)


def two_layers(rng: np.random.Generator) -> Sequence[Arguments]:
    """Pre-activations, weights, a gradient from above, and a mask for each layer."""
    return [
        (
            rng.normal(size=(n, m)) + 0.2,
            rng.normal(size=(m, m)) + 0.3,
            rng.normal(size=(n, m)),
            drawn(rng, n, m, 0.5),
            drawn(rng, n, m, 0.5),
        )
        for n, m in ((1, 1), (1, 2), (3, 3), (20, 6))
    ]


def through_boxes(a1: Array, w2: Array, dh2: Array, m1: Array, m2: Array) -> tuple[Array, ...]:
    """Run the two hidden layers by the boxes of the course."""
    affine = Affine(w2.shape[1], w2.shape[0])
    affine.params["weight"][...], affine.params["bias"][...] = w2, 0
    net = Sequential(ReLU(), fixed(m1), affine, ReLU(), fixed(m2))
    h2 = net(a1)
    da1 = net.bprop(dh2)
    return h2, affine.grads["weight"], da1


def fixed(mask: Array) -> Dropout:
    """Make a dropout of the slides' form that always has the same mask."""
    box = Dropout(0.5, inverted=False)
    box.masks = lambda _shape: mask
    return box


def two_layers_with(mistake: str) -> Any:
    """Write the two layers with one mistake."""

    def answer(a1: Array, w2: Array, dh2: Array, m1: Array, m2: Array) -> tuple[Array, ...]:
        h1 = np.maximum(a1, 0) * m1
        a2 = h1 @ w2.T
        da2 = dh2 * m2 * (a2 > 0)
        seen = np.maximum(a1, 0) if mistake == "unmasked units" else h1
        dh1 = da2 @ (w2.T if mistake == "transposed" else w2)
        mask = {"second mask": m2, "no mask": 1, "both masks": m1 * m2}.get(mistake, m1)
        slope = 1 if mistake == "no slope" else a1 > 0
        return np.maximum(a2, 0) * m2, da2.T @ seen, dh1 * mask * slope

    return answer


TWO_LAYERS = Task(
    id="dropout-two-layers",
    title="Right above, wrong below",
    kind="bug",
    section="Back through the same mask",
    rows="D03 D04",
    goal=1,
    points=2,
    minutes=6,
    difficulty=2,
    reference=through_boxes,
    draw=two_layers,
    wrong=(
        Wrong(
            "second mask",
            two_layers_with("second mask"),
            "h2 and dw2 are right, da1 is not, as before. Look where da1 is zero, and "
            "ask which units were silenced there on the way forward.",
        ),
        Wrong(
            "no mask",
            two_layers_with("no mask"),
            "Units of the first layer that were silenced get a gradient from you. They had no "
            "effect on the loss, so theirs is zero.",
        ),
        Wrong(
            "both masks",
            two_layers_with("both masks"),
            "Your da1 is zero too often: a unit of the first layer loses its gradient when the "
            "unit beside it in the second layer was silenced. Units of two layers that stand in "
            "one column have nothing to do with each other.",
        ),
        Wrong(
            "unmasked units",
            two_layers_with("unmasked units"),
            "da1 is right, but your dw2 is computed from units that were silenced. The weights "
            "met the first layer as it was behind its mask.",
        ),
        Wrong(
            "no slope",
            two_layers_with("no slope"),
            "The mask of your da1 is right now, but the slope of the first ReLU is missing: a "
            "unit whose pre-activation is below 0 passes no gradient.",
        ),
    ),
)


def slides_nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples, the parameters of two layers, and the probability of the dropout between."""
    sizes = ((1, 1, 1, 1, 0.5), (2, 2, 3, 2, 0.2), (3, 3, 2, 4, 0.75), (4, 4, 5, 3, 0.1))
    return [
        (
            rng.normal(size=(n, d)),
            rng.normal(size=(m, d)),
            rng.uniform(0.5, 2, m),
            rng.normal(size=(c, m)),
            rng.normal(size=c),
            p,
        )
        for n, d, m, c, p in sizes
    ]


def scores_by_boxes(x: Array, w1: Array, b1: Array, w2: Array, b2: Array, p: float) -> Array:
    """Convert a net of the slides' form by the function of the course, and use it."""
    layers = [Affine(*w.shape[::-1]) for w in (w1, w2)]
    for layer, w, b in zip(layers, (w1, w2), (b1, b2), strict=True):
        layer.params["weight"][...], layer.params["bias"][...] = w, b
    net = Sequential(layers[0], ReLU(), Dropout(p, inverted=False), layers[1])
    convert_dropout(net, inverted=True)
    return net.train(False)(x)


def scores_with(change: Callable[..., tuple[Array, ...]]) -> Callable[..., Array]:
    """Use the net in PyTorch's form, with its parameters changed in another way."""

    def answer(x: Array, w1: Array, b1: Array, w2: Array, b2: Array, p: float) -> Array:
        w1, b1, w2, b2 = change(w1, b1, w2, b2, p)
        return np.maximum(x @ w1.T + b1, 0) @ w2.T + b2

    return answer


CONVERT = Task(
    id="dropout-convert",
    title="From the slides to PyTorch",
    kind="torch",
    section="Two forms",
    rows="D06 D07",
    goal=2,
    points=3,
    minutes=9,
    difficulty=2,
    reference=scores_by_boxes,
    draw=slides_nets,
    wrong=(
        Wrong(
            "not converted",
            scores_with(lambda w1, b1, w2, b2, p: (w1, b1, w2, b2)),
            "Your scores come from the weights as they were trained: now nobody scales, neither "
            "in training nor in use, and the net is too sure.",
        ),
        Wrong(
            "divides",
            scores_with(lambda w1, b1, w2, b2, p: (w1, b1, w2 / (1 - p), b2)),
            "You make the second layer larger, so its scores are too large twice over. In use "
            "PyTorch hands on whole units, where the slides hand on less; the layer that reads "
            "them makes up for it.",
        ),
        Wrong(
            "p for 1 - p",
            scores_with(lambda w1, b1, w2, b2, p: (w1, b1, p * w2, b2)),
            "Your factor is p, the share of units that is removed. The two forms differ by the "
            "share that stays.",
        ),
        Wrong(
            "bias too",
            scores_with(lambda w1, b1, w2, b2, p: (w1, b1, (1 - p) * w2, (1 - p) * b2)),
            "You scale a bias as well. Only what the units are multiplied by has to make up for "
            "their scale; a bias is added as it is.",
        ),
        Wrong(
            "layer in front",
            scores_with(lambda w1, b1, w2, b2, p: ((1 - p) * w1, b1, w2, b2)),
            "You change the layer in front of the dropout. Its bias and the bend of the activation "
            "are in the way there; change the layer that reads the units behind the dropout.",
        ),
    ),
)


def small_nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Units, weights and biases of an output layer: few units, since all masks are tried."""
    return [
        (rng.normal(size=(n, m)), rng.normal(size=(c, m)), rng.normal(size=c))
        for n, m, c in ((1, 1, 2), (1, 3, 2), (2, 4, 3), (3, 5, 4))
    ]


def softmax(a: Array) -> Array:
    """Compute the softmax of each row, for the wrong answers to stand on."""
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def answers_of_all(h: Array, w: Array, b: Array) -> Array:
    """Compute the probabilities (2^M, N, C) of all masked nets."""
    masks = np.array(list(np.ndindex(*(2,) * h.shape[1])))
    return np.array([softmax((h * m) @ w.T + b) for m in masks])


def bare_geometric(h: Array, w: Array, b: Array) -> Array:
    """Average the masked nets by the geometric mean, as it is."""
    return np.exp(np.log(answers_of_all(h, w, b)).mean(axis=0))


AVERAGE = Task(
    id="masked-average",
    title="All masked nets, averaged",
    kind="fade",
    section="The average of all masked nets",
    rows="D08 D10",
    goal=3,
    points=3,
    minutes=8,
    difficulty=2,
    reference=lambda h, w, b: Softmax().fprop(0.5 * h @ w.T + b),
    draw=small_nets,
    wrong=(
        Wrong(
            "arithmetic mean",
            lambda h, w, b: answers_of_all(h, w, b).mean(axis=0),
            "This is the arithmetic mean of the probabilities. It is less sure than the "
            "test-time rule, and another number: what is averaged there are logarithms.",
        ),
        Wrong(
            "not made to sum to one",
            bare_geometric,
            "Your rows sum to less than 1: the geometric mean of probabilities is no "
            "distribution as it is. Line 3 of the proof has the missing step.",
        ),
        Wrong(
            "normalized over the examples",
            lambda h, w, b: bare_geometric(h, w, b) / bare_geometric(h, w, b).sum(axis=0),
            "Your columns sum to one. It is the classes of one example that share a probability "
            "of 1, so the sum runs along the rows.",
        ),
        Wrong(
            "masked bias",
            lambda h, w, b: softmax(0.5 * (h @ w.T + b)),
            "Your masks silence the bias as well. A mask multiplies the hidden units, and the "
            "bias of the output is added behind it.",
        ),
        Wrong(
            "no mask",
            lambda h, w, b: softmax(h @ w.T + b),
            "Your average is the net with all its units at full size. In the slides' form a "
            "masked unit is 0 or h and nothing is scaled up, so on average half of h is there.",
        ),
    ),
)


def gap_is_large(*answer: Any) -> str:
    """Tell why two numbers w and b are no counter-example, or nothing."""
    pair = finite_numbers(answer, 2)
    if not pair:
        return "The answer is two finite numbers, w and b"
    w, b = pair
    if max(abs(w), abs(b)) > 10:
        return "Both numbers are to be from -10 to 10"
    with_unit, without = max(w + b, 0.0), max(b, 0.0)
    mean, rule = (with_unit + without) / 4, max(w / 2 + b, 0.0) / 2
    if abs(mean - rule) >= 0.1:
        return ""
    return f"The mean of the four scores is {mean:.3g}, and the rule gives {rule:.3g}"


GAP = Task(
    id="two-layer-gap",
    title="Where the proof ends",
    kind="counter-example",
    section="Two hidden layers",
    rows="D06 D09",
    goal=3,
    points=2,
    minutes=6,
    difficulty=3,
    reference=lambda: (4.0, -2.0),
    accept=gap_is_large,
    wrong=(
        Wrong(
            "bend at the end",
            lambda: (1.0, 0.0),
            "With b = 0 the pre-activation runs from 0 to w as the first mask goes from 0 to 1, "
            "and ReLU is a straight line all the way. The bend has to lie between the two.",
        ),
        Wrong(
            "always active",
            lambda: (2.0, 1.0),
            "Your unit is active with either mask, so here ReLU is linear and the proof holds. "
            "Choose a b for which one of the two masks silences it.",
        ),
        Wrong(
            "always silent",
            lambda: (-1.0, -1.0),
            "Your unit is silent with either mask, so all scores are 0 and so is the rule. One of "
            "the two masks should leave it active.",
        ),
        Wrong(
            "too small",
            lambda: (0.2, -0.1),
            "The idea is right: the bend lies between the two pre-activations. The scores grow "
            "with w and b, and so does the gap.",
        ),
    ),
)

WRONG_END = Task(
    id="dropout-wrong-end",
    title="Four programs, one net",
    kind="experiment",
    section="Two forms",
    rows="D06 D07",
    goal=4,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: "cdab",
    accept=one_for_each(
        "cdab",
        {
            "a": "used as it should be, the net has the lowest loss of the four",
            "b": "scaled down at both ends, the scores are too small, and the net is too timid",
            "c": "scaled at neither end, the scores are too large, and the net is too sure",
            "d": "with coins in use, units are missing, so the error itself rises",
        },
    ),
    wrong=(
        Wrong(
            "both and neither swapped",
            lambda: "bdac",
            "You took both ends for neither. Ask what a score that is four times too large does "
            "to the largest probability, and what one four times too small does.",
        ),
        Wrong(
            "sure is healthy",
            lambda: "adcb",
            "You took the surest net for the healthy one. With an error of 23 % it should not be "
            "sure of 94 %: its loss shows that it is sure of wrong answers too.",
        ),
        Wrong(
            "the error shows the scaling",
            lambda: "dcab",
            "You expect a wrong scale to raise the error. A factor leaves the largest score the "
            "largest, so only the loss and the probabilities show it.",
        ),
    ),
)

VERDICTS = Task(
    id="dropout-verdicts",
    title="To drop or not to drop",
    kind="quiz",
    section="Experiment: does it beat regular training?",
    rows="D11 D12",
    goal=5,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: "cadb",
    accept=one_for_each(
        "cadb",
        {
            "a": "regularize where the validation error is far above the training error",
            "b": "shorter steps and more units are for a training that the noise blows up",
            "c": "remove fewer units where both errors are high and close together",
            "d": "leave it where the two errors are both low: there is little to over-fit",
        },
    ),
    wrong=(
        Wrong(
            "dropout always helps",
            lambda: "caab",
            "You add dropout to a net that does not over-fit. On all the digits with their correct "
            "labels it cost the lecture's net about a point.",
        ),
        Wrong(
            "more of the same",
            lambda: "aadb",
            "The first net is not over-fitting: its training error is as high as the other. "
            "More regularization would raise both.",
        ),
        Wrong(
            "large p is impossible",
            lambda: "cadc",
            "A risk that runs to infinity is no sign of too little room but of steps that are too "
            "long for so much noise. At p = 0.9 the lecture's net did learn once something other "
            "than p was changed.",
        ),
    ),
)

TASKS = (FORWARD, TWO_LAYERS, CONVERT, AVERAGE, GAP, WRONG_END, VERDICTS)
