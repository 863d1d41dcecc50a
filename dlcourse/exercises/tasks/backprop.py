"""Tasks of lecture 04: backpropagation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.exercises.finite import is_finite_number
from dlcourse.exercises.task import Arguments, Task, Wrong

Reads = Mapping[str, Sequence[str]]


def graphs(rng: np.random.Generator) -> Sequence[Arguments]:
    """One box, a chain written backwards, arms of different length, and two random graphs."""
    return [
        ({"y": ("x",)},),
        ({"loss": ("scores", "y"), "scores": ("h",), "h": ("x",)},),
        ({"a": ("x",), "b": ("a",), "y": ("b", "x"), "z": ("a", "y")},),
        (random_graph(rng, 5),),
        (random_graph(rng, 8),),
    ]


def random_graph(rng: np.random.Generator, boxes: int) -> dict[str, tuple[str, ...]]:
    """Let each box read one or two names before it, and write the boxes down in any order."""
    names, reads = ["x"], {}
    for k in range(boxes):
        reads[f"b{k}"] = tuple(map(str, rng.choice(names[-3:], size=rng.integers(1, 3))))
        names.append(f"b{k}")
    return {name: reads[name] for name in map(str, rng.permutation(list(reads)))}


def rounds_by_powers(reads: Reads) -> Array:
    """Find the longest way to an input: the last power of the adjacency that is not zero."""
    adjacency = np.array([[child in reads[name] for child in reads] for name in reads], int)
    rounds, ways = np.ones(len(reads), int), np.eye(len(reads), dtype=int)
    for _ in reads:
        ways = adjacency @ ways
        rounds += ways.any(axis=1)
    return rounds


def rounds_at_first_value(reads: Reads) -> list[int]:
    """Let a box run as soon as one of the values it reads is there."""

    def round_of(name: str) -> int:
        return 1 + min(map(round_of, reads[name])) if name in reads else 0

    return [round_of(name) for name in reads]


def rounds_without_waiting(reads: Reads) -> list[int]:
    """Let a box read what was computed in the same round."""
    rounds: dict[str, int] = {}
    now = 0
    while len(rounds) < len(reads):
        now += 1
        for name in reads:
            if name not in rounds and all(c in rounds or c not in reads for c in reads[name]):
                rounds[name] = now
    return [rounds[name] for name in reads]


def one_round_each(reads: Reads) -> list[int]:
    """Let the boxes run one by one, in a right order."""
    order = np.argsort(rounds_by_powers(reads), kind="stable")
    return [1 + int(k) for k in np.argsort(order)]


ROUNDS = Task(
    id="box-rounds",
    title="Who waits for whom",
    kind="by hand",
    section="The right order",
    rows="B01 B03",
    goal=1,
    points=2,
    minutes=8,
    difficulty=2,
    reference=lambda reads: rounds_by_powers(reads),
    draw=graphs,
    wrong=(
        Wrong(
            "at the first value",
            rounds_at_first_value,
            "You let a box run as soon as one of the values it reads is there. It has to wait "
            "for all of them, so the slowest one decides.",
        ),
        Wrong(
            "no waiting within a round",
            rounds_without_waiting,
            "Your boxes read values of the round that is still going on, so the answer depends "
            "on how the dictionary is written down. Who runs is settled before the round begins.",
        ),
        Wrong(
            "counted from 0",
            lambda reads: rounds_by_powers(reads) - 1,
            "All your numbers are one too small: the first round has the number 1.",
        ),
        Wrong(
            "a round for each box",
            one_round_each,
            "You give each box a round of its own. That is a right order, but boxes that do not "
            "wait for each other run in the same round.",
        ),
    ),
)


def mlp_batches(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples, both layers, and the gradient at the scores; one case stands on the kinks."""
    cases = []
    for n, d, m, c in ((1, 1, 1, 1), (1, 2, 3, 2), (3, 2, 4, 3), (5, 4, 3, 2)):
        x, w1, b1 = rng.normal(size=(n, d)), rng.normal(size=(m, d)), rng.normal(size=m)
        w1[0] *= np.sign(w1[0] @ x[0])  # one unit at least is on
        b1[0] = abs(b1[0])
        cases.append((x, w1, b1, rng.normal(size=(c, m)), rng.normal(size=(n, c))))
    x, w1, b1, w2, da2 = cases[2]
    cases.append((np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]), w1, 0 * b1, w2, da2))
    return cases


def mlp_gradients(
    x: Array,
    w1: Array,
    b1: Array,
    w2: Array,
    da2: Array,
    slope: Callable[[Array, Array], Array] = lambda a1, dh1: (a1 > 0).astype(float),
) -> tuple[Array, ...]:
    """Compute the gradients of a net with one layer of ReLU, index by index."""
    a1 = np.einsum("nd,md->nm", x, w1) + b1
    h1 = np.maximum(a1, 0)
    dh1 = np.einsum("nc,cm->nm", da2, w2)
    da1 = slope(a1, dh1) * dh1
    dw1, dw2 = np.einsum("nm,nd->md", da1, x), np.einsum("nc,nm->cm", da2, h1)
    return np.einsum("nm,md->nd", da1, w1), dw1, da1.sum(axis=0), dw2, da2.sum(axis=0)


def mlp_transposed(x: Array, w1: Array, b1: Array, w2: Array, da2: Array) -> tuple[Array, ...]:
    """Give dW the wrong way round."""
    dx, dw1, db1, dw2, db2 = mlp_gradients(x, w1, b1, w2, da2)
    return dx, dw1.T, db1, dw2.T, db2


def mlp_misfit(x: Array, w1: Array, b1: Array, w2: Array, da2: Array) -> tuple[Array, ...]:
    """Send gradients to the input through the transposed matrix, which rarely fits."""
    _, dw1, db1, dw2, db2 = mlp_gradients(x, w1, b1, w2, da2)
    da1 = (np.maximum(x @ w1.T + b1, 0) > 0) * (da2 @ w2)
    return da1 @ w1.T, dw1, db1, dw2, db2


def mlp_mean_bias(x: Array, w1: Array, b1: Array, w2: Array, da2: Array) -> tuple[Array, ...]:
    """Average the gradients at the biases over the batch."""
    dx, dw1, db1, dw2, db2 = mlp_gradients(x, w1, b1, w2, da2)
    return dx, dw1, db1 / len(x), dw2, db2 / len(x)


MLP = Task(
    id="mlp-gaps",
    title="Backwards through two layers",
    kind="fade",
    section="Through a layer",
    rows="B07 B08 B12",
    goal=2,
    points=3,
    minutes=10,
    difficulty=2,
    reference=lambda x, w1, b1, w2, da2: mlp_gradients(x, w1, b1, w2, da2),
    draw=mlp_batches,
    wrong=(
        Wrong(
            "no slope",
            lambda x, w1, b1, w2, da2: mlp_gradients(
                x, w1, b1, w2, da2, lambda a1, dh1: np.ones_like(a1)
            ),
            "Your gradient passes through every hidden unit, those that are off included. A unit "
            "whose output does not move has no say in the loss.",
        ),
        Wrong(
            "slope from the gradient",
            lambda x, w1, b1, w2, da2: mlp_gradients(
                x, w1, b1, w2, da2, lambda a1, dh1: (dh1 > 0).astype(float)
            ),
            "You stop gradients that are negative. Whether a unit lets a gradient through depends "
            "on its pre-activation on the way forwards, not on the sign of the gradient.",
        ),
        Wrong(
            "slope 1 at the kink",
            lambda x, w1, b1, w2, da2: mlp_gradients(
                x, w1, b1, w2, da2, lambda a1, dh1: (a1 >= 0).astype(float)
            ),
            "Everything is right but where a pre-activation is exactly 0: you let the gradient "
            "through there, and the slope counts as 0.",
        ),
        Wrong(
            "transposed",
            mlp_transposed,
            "Your gradients at the weights are the wrong way round. Remember the shape rule: a "
            "gradient looks like what it is a gradient of.",
        ),
        Wrong(
            "matrix that does not fit",
            mlp_misfit,
            "Two of your matrices do not fit together. What flows back through a layer has N "
            "rows again, and as many columns as the layer has inputs.",
        ),
        Wrong(
            "mean over the batch",
            mlp_mean_bias,
            "You average the bias gradients over the batch. If the loss is a mean, its 1/N is "
            "already in the gradient at the scores; what flows to a bias adds up.",
        ),
    ),
)


def tied_batches(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples, a square matrix, and the gradient at the output."""
    return [
        (rng.normal(size=(n, d)), rng.normal(size=(d, d)), rng.normal(size=(n, d)))
        for n, d in ((1, 1), (1, 2), (3, 2), (4, 3))
    ]


def tied_gradients(x: Array, w: Array, dy: Array) -> tuple[Array, Array]:
    """Differentiate by an imaginary step, which needs no chain rule."""

    def total(x: Array, w: Array) -> Any:
        return (dy * np.tanh(np.tanh(x @ w.T) @ w.T)).sum()

    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[i] += 1e-30j
        dx[i] = total(moved, w.astype(complex)).imag / 1e-30
    for i in np.ndindex(w.shape):
        moved = w.astype(complex)
        moved[i] += 1e-30j
        dw[i] = total(x.astype(complex), moved).imag / 1e-30
    return dx, dw


def tied_parts(x: Array, w: Array, dy: Array) -> tuple[Array, Array, Array]:
    """Give dx, and what each of the two places says about W, the first place first."""
    h = np.tanh(x @ w.T)
    da2 = dy * (1 - np.tanh(h @ w.T) ** 2)
    da1 = (da2 @ w) * (1 - h**2)
    return da1 @ w, da1.T @ x, da2.T @ h


def tied_with(mix: Callable[[Array, Array], Array]) -> Callable[..., tuple[Array, Array]]:
    """Make an answer which mixes what the two places say."""

    def answer(x: Array, w: Array, dy: Array) -> tuple[Array, Array]:
        dx, first, second = tied_parts(x, w, dy)
        return dx, mix(first, second)

    return answer


TIED = Task(
    id="tied-weights",
    title="One matrix in two places",
    kind="bug",
    section="Why gradients add",
    rows="B06 B07",
    goal=3,
    points=2,
    minutes=8,
    difficulty=2,
    reference=lambda x, w, dy: tied_gradients(x, w, dy),
    draw=tied_batches,
    wrong=(
        Wrong(
            "as it was given",
            tied_with(lambda first, second: first),
            "The gradient at x is right, but the one at W is what it would be if W stood only "
            "at the bottom. Move a weight a little, and the loss changes through two places.",
        ),
        Wrong(
            "the upper place alone",
            tied_with(lambda first, second: second),
            "Now the gradient at W is what it would be if W stood only at the top. Both places "
            "have their say.",
        ),
        Wrong(
            "average",
            tied_with(lambda first, second: (first + second) / 2),
            "Your gradient at W is half as long as it should be. Two paths from W to the loss "
            "both change it, and their effects do not share anything out.",
        ),
        Wrong(
            "twice the lower place",
            tied_with(lambda first, second: 2 * first),
            "You count the lower place twice. The two places see different inputs and different "
            "gradients, so each has its own share.",
        ),
    ),
)


def loss_of(w: Array, x: Array, y: Array) -> Any:
    """Compute the mean squared error of a tanh layer, as in the notebook."""
    return np.mean((np.tanh(x @ w.T) - y) ** 2)


def layers_to_check(rng: np.random.Generator) -> Sequence[Arguments]:
    """Weights, examples, targets and a step that is large enough to show its error."""
    return [
        (rng.normal(size=(m, d)), rng.normal(size=(n, d)), rng.normal(size=(n, m)), step)
        for n, d, m, step in ((1, 1, 1, 0.5), (2, 2, 1, 0.1), (1, 1, 3, 0.2), (4, 3, 2, 0.1))
    ]


def moved(w: Array, i: tuple[int, ...], by: float) -> Array:
    """Copy w with one weight moved."""
    other = w.copy()
    other[i] += by
    return other


def central(w: Array, x: Array, y: Array, step: float) -> Array:
    """Compute central differences, for all weights of one output at a time.

    The loss is a sum over outputs, and each weight changes one term of it.
    """
    _, d = w.shape
    shift = step * np.eye(d)[:, None]  # (D, 1, D): input j of each row
    up, down = ((np.tanh((w + s * shift) @ x.T) - y.T) ** 2 for s in (1, -1))
    return np.asarray((up - down).sum(axis=2).T / y.size / (2 * step))


def forward(w: Array, x: Array, y: Array, step: float) -> Array:
    """Compute forward differences."""
    here = loss_of(w, x, y)
    slopes = [(loss_of(moved(w, i, step), x, y) - here) / step for i in np.ndindex(w.shape)]
    return np.reshape(slopes, w.shape)


def all_at_once(w: Array, x: Array, y: Array, step: float) -> Array:
    """Move all weights together."""
    slope = (loss_of(w + step, x, y) - loss_of(w - step, x, y)) / (2 * step)
    return np.full_like(w, slope)


def never_back(w: Array, x: Array, y: Array, step: float) -> Array:
    """Leave each weight where it was moved to last."""
    w, slopes = w.copy(), np.zeros_like(w)
    for i in np.ndindex(w.shape):
        w[i] += step
        up = loss_of(w, x, y)
        w[i] -= 2 * step
        slopes[i] = (up - loss_of(w, x, y)) / (2 * step)
    return slopes


def exact(w: Array, x: Array, y: Array, step: float) -> Array:
    """Compute the gradient itself."""
    h = np.tanh(x @ w.T)
    return np.asarray((2 * (h - y) / y.size * (1 - h**2)).T @ x)


SLOPES = Task(
    id="estimated-slopes",
    title="Slopes without any calculus",
    kind="by hand",
    section="Trust, but check: finite differences",
    rows="B10",
    goal=4,
    points=2,
    minutes=8,
    difficulty=2,
    reference=lambda w, x, y, step: central(w, x, y, step),
    draw=layers_to_check,
    wrong=(
        Wrong(
            "forward difference",
            forward,
            "You compare with the loss at the point itself. That is the forward form, whose "
            "error falls only with the step; the central form looks to both sides.",
        ),
        Wrong(
            "divided by one step",
            lambda w, x, y, step: 2 * central(w, x, y, step),
            "Your slopes are twice as steep as they are. The two points that you compare lie "
            "further apart than one step.",
        ),
        Wrong(
            "all weights at once",
            all_at_once,
            "You move all weights together, which gives the sum of all slopes. Each weight has "
            "a slope of its own: move one, and leave the others where they are.",
        ),
        Wrong(
            "never put back",
            never_back,
            "Your first slope is right, and the later ones are measured somewhere else: a weight "
            "that you have moved is not back in its place when the next one moves.",
        ),
        Wrong(
            "the gradient itself",
            exact,
            "This is the exact gradient. It is right, and useless as a check: an estimate should "
            "know nothing but values of the loss.",
        ),
    ),
)


def unit(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a weight, a bias and a step of a unit whose kink is far from 0."""
    return {
        "w": int(rng.integers(2, 6)),
        "b": int(rng.choice([-9, -8, -7, 7, 8, 9])),
        "step": float(rng.choice([0.01, 0.02, 0.05])),
    }


def not_fooled(x: Any, w: int, b: int, step: float) -> str:
    """Say why the check is not fooled at x."""
    if not is_finite_number(x):
        return "One finite number is asked for"
    if abs(w * x + b) < 1e-9:
        return "This x is exactly on the kink, where there is no right slope"
    estimate = (max(w * (x + step) + b, 0) - max(w * (x - step) + b, 0)) / (2 * step)
    slope = w if w * x + b > 0 else 0
    if abs(estimate - slope) < 1e-6:
        return f"At this x both say {slope}"
    return ""


FOOLED = Task(
    id="fooled-check",
    title="The check fails, the code is right",
    kind="counter-example",
    section="Kinks",
    rows="B10 B11",
    goal=4,
    points=1,
    minutes=4,
    difficulty=2,
    reference=lambda w, b, step: -b / w + step / 3,
    accept=not_fooled,
    numbers=unit,
    question="A unit computes h = ReLU(w x + b) with w = {w} and b = {b}. Its bprop is right: the "
    "slope of h is 0 or {w}.\nAt which x, not exactly on the kink, does the central "
    "difference with the step {step} give something else than bprop?",
    wrong=(
        Wrong(
            "on the kink",
            lambda w, b, step: -b / w,
            "You stand exactly on the kink, where nobody can say what the right slope is. Move "
            "off it, but not far.",
        ),
        Wrong(
            "near x = 0",
            lambda w, b, step: step / 2,
            "You looked near x = 0. ReLU bends where its pre-activation is 0, and the bias moves "
            "that place.",
        ),
        Wrong(
            "the other side",
            lambda w, b, step: b / w + step / 2,
            "Your x has the wrong sign: put it into the pre-activation, and see whether that "
            "comes out near 0.",
        ),
        Wrong(
            "too far away",
            lambda w, b, step: -b / w + 2 * step,
            "You are two steps away from the kink, so both points that the check looks at lie on "
            "the same side of it.",
        ),
    ),
)


def net_sizes(rng: np.random.Generator) -> dict[str, Any]:
    """Draw the sizes of a net and of a batch."""
    return {
        "n": int(rng.choice([10, 20, 50])),
        "d": int(rng.choice([30, 50, 70])),
        "h": int(rng.choice([20, 40, 60])),
        "c": int(rng.choice([5, 8, 10])),
    }


COST = Task(
    id="backward-cost",
    title="What the way back costs",
    kind="number",
    section="What does it cost?",
    rows="B09",
    goal=5,
    points=1,
    minutes=4,
    difficulty=1,
    reference=lambda n, d, h, c: sum([n * d * h, n * h * c, n * h * c]),
    numbers=net_sizes,
    question="A net has {d} inputs, {h} hidden units and {c} outputs, and a batch has {n} "
    "examples.\nFrom the gradient at the scores, the sweep backwards finds the gradients of all "
    "weights, and computes nothing that nobody needs.\nHow many multiply-adds do its matrix "
    "products take?",
    wrong=(
        Wrong(
            "gradient at the input, too",
            lambda n, d, h, c: 2 * n * (d * h + h * c),
            "You have computed the gradient at the input as well. Nobody below the first layer "
            "waits for it.",
        ),
        Wrong(
            "one product for each layer",
            lambda n, d, h, c: n * (d * h + h * c),
            "This is what the way forwards costs. Backwards, a layer that has another one below "
            "it does two things.",
        ),
        Wrong(
            "one example",
            lambda n, d, h, c: d * h + 2 * h * c,
            "You have counted the work for one example, and a batch has more of them.",
        ),
        Wrong(
            "forwards, too",
            lambda n, d, h, c: n * (2 * d * h + 3 * h * c),
            "You have counted both ways. The question is about the way back alone.",
        ),
    ),
)


def scalar_nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples, and a net with one output."""
    return [
        (rng.normal(size=(n, d)), rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=m))
        for n, d, m in ((1, 1, 1), (2, 1, 2), (3, 2, 4), (5, 3, 2))
    ]


def slopes_at_inputs(x: Array, w1: Array, b1: Array, w2: Array) -> Array:
    """Compute the slope of each output at its own input."""
    a = np.einsum("nd,md->nm", x, w1) + b1
    return np.asarray(np.einsum("nm,m,md->nd", 1 / np.cosh(a) ** 2, w2, w1))


ONE_SWEEP = Task(
    id="slopes-in-one-sweep",
    title="All slopes in one sweep",
    kind="torch",
    section="Without a Jacobian",
    rows="B04 B13",
    goal=5,
    points=3,
    minutes=10,
    difficulty=3,
    reference=lambda x, w1, b1, w2: slopes_at_inputs(x, w1, b1, w2),
    draw=scalar_nets,
    wrong=(
        Wrong(
            "mean of the outputs",
            lambda x, w1, b1, w2: slopes_at_inputs(x, w1, b1, w2) / len(x),
            "Your slopes are too small by the number of examples, as if a mean of the outputs "
            "was sent backwards. Each output should count fully.",
        ),
        Wrong(
            "added up",
            lambda x, w1, b1, w2: slopes_at_inputs(x, w1, b1, w2).sum(axis=0),
            "You have one row, in which the slopes of all examples are added up. Each example "
            "has a row of its own.",
        ),
        Wrong(
            "first example alone",
            lambda x, w1, b1, w2: (
                slopes_at_inputs(x, w1, b1, w2) * (np.arange(len(x)) == 0)[:, None]
            ),
            "Only your first row has slopes. An output does not depend on the other examples, "
            "so whatever is sent backwards has to start from all outputs.",
        ),
        Wrong(
            "the whole Jacobian",
            lambda x, w1, b1, w2: np.eye(len(x))[:, :, None] * slopes_at_inputs(x, w1, b1, w2),
            "You have formed the whole Jacobian, N times as many numbers as asked for. All but "
            "those of an example's own input are 0.",
        ),
        Wrong(
            "no slope of tanh",
            lambda x, w1, b1, w2: np.tile(w2 @ w1, (len(x), 1)),
            "Your slopes are the same for every example, those of a net without tanh. On the "
            "way back each unit multiplies by its own slope.",
        ),
    ),
)

TASKS = (ROUNDS, MLP, TIED, SLOPES, FOOLED, COST, ONE_SWEEP)
