"""Tasks of lecture 02: what nets can represent."""

from collections.abc import Sequence
from itertools import count, pairwise, product
from typing import Any

import numpy as np

from dlcourse.by_hand.activations import Softmax
from dlcourse.by_hand.activations import softmax_jacobian as jacobian_of_scores
from dlcourse.by_hand.box import Array
from dlcourse.by_hand.layers import MLP
from dlcourse.exercises.finite import finite_numbers
from dlcourse.exercises.letters import all_that_hold
from dlcourse.exercises.task import Arguments, Task, Wrong


def sign_word(number: float) -> str:
    """Write +1, -1 or 0."""
    return f"{int(np.sign(number)):+d}" if number else "0"


def not_xor(*given: Any) -> str:
    """Say at which corner an output unit over "both on" and "both off" is not XOR."""
    numbers = finite_numbers(given, 3)
    if not numbers:
        return "Three finite numbers are asked for: the two weights and the bias"
    v1, v2, c = numbers
    for x1, x2 in product((-1, 1), repeat=2):
        y1, y2 = np.sign(x1 + x2 - 1), np.sign(-x1 - x2 - 1)
        z, right = np.sign(v1 * y1 + v2 * y2 + c), 1 if x1 != x2 else -1
        if z != right:
            return (
                f"At x = ({x1:+d}, {x2:+d}), where y = ({sign_word(y1)}, {sign_word(y2)}), your z "
                f"is {sign_word(z)}; it should be {right:+d}"
            )
    return ""


XOR_OUTPUT = Task(
    id="xor-output-unit",
    title="Another net for XOR",
    kind="experiment",
    section="The slides' net for XOR",
    rows="C02 C03",
    goal=1,
    points=2,
    minutes=5,
    difficulty=1,
    reference=lambda: (-1.0, -1.0, -1.0),
    accept=not_xor,
    wrong=(
        Wrong(
            "zeros and ones",
            lambda: (-1.0, -1.0, 0.5),
            "That bias would be right if a unit that is off gave 0. Here it gives -1, and a "
            "weight of -1 then adds 1.",
        ),
        Wrong(
            "weights of the slide",
            lambda: (0.7, -0.4, -1.0),
            "These are the slide's weights, for other hidden units: they say y1 and not y2. Write "
            "a table of y1, y2 and the z you want first.",
        ),
        Wrong(
            "at least one",
            lambda: (1.0, 1.0, 1.0),
            "Your z is +1 where the two inputs agree: it says that at least one of y1 and y2 is "
            "on. XOR is the opposite.",
        ),
        Wrong(
            "no bias",
            lambda: (-1.0, -1.0, 0.0),
            "Where exactly one hidden unit is on, your two terms cancel, and the sign of 0 is "
            "neither class. Something has to tip the balance.",
        ),
    ),
)


def nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw batches, with the weights and biases of nets with 0 to 2 hidden layers."""
    drawn = []
    for n, sizes in ((1, (2, 1)), (2, (2, 2, 2)), (3, (3, 4, 2)), (5, (4, 3, 5, 2))):
        weights = [rng.normal(size=(m, d)) for d, m in pairwise(sizes)]
        biases = [rng.normal(size=m) for m in sizes[1:]]
        drawn.append((rng.normal(size=(n, sizes[0])), weights, biases))
    return drawn


def scores_of_net(x: Array, weights: Sequence[Array], biases: Sequence[Array]) -> Array:
    """Run a batch through the course's own net."""
    net = MLP([x.shape[1], *map(len, biases)], activation="Tanh")
    state = {f"{2 * k}.weight": w for k, w in enumerate(weights)}
    net.load_state_dict(state | {f"{2 * k}.bias": b for k, b in enumerate(biases)})
    return net(x)


def run_net(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array],
    *,
    inside: Any = np.tanh,
    output: bool = False,
    turned: bool = True,
) -> Array:
    """Run a batch through a net, with the mistakes that are asked for."""
    h = x
    for k, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        a = h @ (w.T if turned else w) + b
        h = inside(a) if output or k < len(weights) else a
    return h


MLP_FORWARD = Task(
    id="mlp-forward",
    title="Forward through any number of layers",
    kind="by hand",
    section="Forward propagation, layer by layer",
    rows="F07 F08 F09 F10",
    goal=2,
    points=2,
    minutes=6,
    difficulty=2,
    reference=scores_of_net,
    draw=nets,
    wrong=(
        Wrong(
            "tanh at the output",
            lambda x, weights, biases: run_net(x, weights, biases, output=True),
            "All your outputs lie between -1 and 1: the last layer is bent too. Here the output "
            "unit is the identity, so that scores can have any size.",
        ),
        Wrong(
            "no bends",
            lambda x, weights, biases: run_net(x, weights, biases, inside=lambda a: a),
            "Right without hidden layers, and wrong with them: nothing bends between your layers, "
            "so all of them together are one layer.",
        ),
        Wrong(
            "inputs bent",
            lambda x, weights, biases: run_net(np.tanh(x), weights, biases),
            "You apply the activation before each layer, so the inputs are squashed as well. h(0) "
            "is x itself.",
        ),
        Wrong(
            "weights not transposed",
            lambda x, weights, biases: run_net(x, weights, biases, turned=False),
            "Where a layer has as many outputs as inputs, the shapes hide that you use its "
            "weights the wrong way round; elsewhere they do not fit. A row of W belongs to one "
            "unit.",
        ),
        Wrong(
            "one bias only",
            lambda x, weights, biases: run_net(
                x, weights, [biases[0], *(0 * b for b in biases[1:])]
            ),
            "Only your first layer has its bias. Every layer has one of its own.",
        ),
    ),
)


def batches_of_scores(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw scores of one example and of several; in some batches one example has large ones."""
    return [
        (rng.normal(size=(1, 2)),),
        (rng.normal(size=(3, 4)),),
        (np.array([[1000.0, 999.0], [0.0, -3.0]]),),
        (rng.normal(size=(3, 3)) + np.array([[0.0], [-2000.0], [1000.0]]),),
        (rng.normal(scale=3, size=(4, 3)),),
    ]


def exps_over_sums(a: Array, top: Any, axis: int | None = 1) -> Array:
    """Divide exponentials by their sums, along whatever axis."""
    e = np.exp(a - top)
    return e / e.sum(axis=axis, keepdims=True)


SOFTMAX = Task(
    id="softmax-rows",
    title="A softmax that some examples break",
    kind="bug",
    section="Output units",
    rows="F05 F06",
    goal=3,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda a: Softmax().fprop(a),
    draw=batches_of_scores,
    wrong=(
        Wrong(
            "as it was",
            lambda a: exps_over_sums(a, a.max()),
            "Nothing overflows, and still a row of your result is 0 divided by 0: its scores are "
            "far below those of another example. Examples have nothing to do with each other.",
        ),
        Wrong(
            "nothing subtracted",
            lambda a: exps_over_sums(a, 0),
            "Now each row is on its own, and large scores overflow: infinity divided by infinity. "
            "The probabilities do not change when all scores of a row fall by the same number.",
        ),
        Wrong(
            "largest of each class",
            lambda a: exps_over_sums(a, a.max(axis=0)),
            "You subtract a different number from each class, and that changes the probabilities. "
            "What is subtracted must be the same for all classes of an example.",
        ),
        Wrong(
            "sum over examples",
            lambda a: exps_over_sums(a, a.max(axis=1, keepdims=True), axis=0),
            "Your columns sum to 1. It is each row, one example over its classes, that should.",
        ),
        Wrong(
            "axis lost",
            lambda a: exps_over_sums(a, a.max(axis=1)),
            "The largest scores of the rows stand along the columns: for some shapes that fails, "
            "and for square ones it is silently wrong. Keep the axis that you reduce.",
        ),
    ),
)


def tempered_scores(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw the scores of one example, and temperatures."""
    return [
        (rng.normal(size=2), 1.0),
        (rng.normal(size=3), 0.5),
        (rng.normal(size=4), 2.0),
        (np.array([1000.0, 999.0]), 4.0),
    ]


def shares(a: Array, temperature: float) -> Array:
    """Compute the softmax of scores divided by a temperature."""
    e = np.exp((a - a.max()) / temperature)
    return e / e.sum()


def spread(p: Array) -> Array:
    """Compute diag(p) - p p^T."""
    return np.diag(p) - np.outer(p, p)


SOFTMAX_JACOBIAN = Task(
    id="softmax-jacobian",
    title="Every probability by every score",
    kind="torch",
    section="Output units",
    rows="F06",
    goal=3,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda a, temperature: jacobian_of_scores(a / temperature) / temperature,
    draw=tempered_scores,
    wrong=(
        Wrong(
            "temperature forgotten inside",
            lambda a, temperature: spread(shares(a, temperature)),
            "Right at temperature 1. You differentiate by the scores after they were divided; "
            "asked for are the derivatives by a, before it.",
        ),
        Wrong(
            "no temperature",
            lambda a, temperature: spread(shares(a, 1.0)),
            "Right at temperature 1 alone: the temperature does not enter your result.",
        ),
        Wrong(
            "diagonal only",
            lambda a, temperature: np.diag(np.diag(spread(shares(a, temperature)))) / temperature,
            "Off the diagonal your derivatives are 0. When one score rises, every other "
            "probability falls.",
        ),
        Wrong(
            "only a vector",
            lambda a, temperature: np.diag(spread(shares(a, temperature))) / temperature,
            "You give each probability's derivative by its own score. There are C times C of "
            "them: each probability by each score.",
        ),
        Wrong(
            "derivative of the sum",
            lambda a, temperature: np.zeros_like(a),
            "You went back from the sum of the probabilities. That is 1 whatever the scores are, "
            "so nothing comes back. Start from one probability at a time.",
        ),
    ),
)


def flights(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw cuts, a level for each piece between them, and points away from the cuts."""
    drawn = []
    for n, points in ((1, 2), (2, 3), (3, 4), (6, 9)):
        cuts = np.cumsum(rng.uniform(0.5, 1.5, size=n)) - 2
        edges = np.concatenate([[cuts[0] - 1], cuts, [cuts[-1] + 1]])
        piece = np.concatenate([[n, 0], rng.integers(n + 1, size=points - 2)])
        x = edges[piece] + rng.uniform(0.1, 0.9, size=points) * (edges[piece + 1] - edges[piece])
        drawn.append((x, cuts, rng.normal(scale=2, size=n + 1)))
    return drawn


def stairs(x: Array, cuts: Array, v: Array, c: Any) -> Array:
    """Run points through a net of sign units."""
    return np.sign(x[:, None] - cuts) @ v + c


STAIRCASE = Task(
    id="staircase-weights",
    title="Weights of a staircase",
    kind="fade",
    section="Enough units approximate anything",
    rows="C06",
    goal=4,
    points=2,
    minutes=7,
    difficulty=2,
    reference=lambda x, cuts, levels: levels[np.searchsorted(cuts, x)],
    draw=flights,
    wrong=(
        Wrong(
            "heights for jumps",
            lambda x, cuts, levels: stairs(
                x, cuts, levels[1:] / 2, levels[0] + levels[1:].sum() / 2
            ),
            "Your weights are the heights of the steps. Units that are on stay on, so each should "
            "add only what is new: how far the next step is above the one before it.",
        ),
        Wrong(
            "jump not halved",
            lambda x, cuts, levels: stairs(x, cuts, np.diff(levels), levels[-1]),
            "Your steps are twice as high as they should be. A sign unit goes from -1 to +1, not "
            "from 0 to 1.",
        ),
        Wrong(
            "bias is the first level",
            lambda x, cuts, levels: stairs(x, cuts, np.diff(levels) / 2, levels[0]),
            "The jumps are right, the whole staircase is shifted. On the first piece every unit "
            "gives -1, not 0, and the bias has to make up for that.",
        ),
        Wrong(
            "bias is the mean level",
            lambda x, cuts, levels: stairs(x, cuts, np.diff(levels) / 2, levels.mean()),
            "The jumps are right, the whole staircase is shifted. The mean of all levels is right "
            "only by chance; look at the first piece, where all units are off.",
        ),
        Wrong(
            "no bias",
            lambda x, cuts, levels: stairs(x, cuts, np.diff(levels) / 2, 0.0),
            "The jumps are right, but without a bias the first and the last step lie opposite "
            "each other around 0.",
        ),
    ),
)


def an_interval(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a steepest slope, an interval and an error, which need a broken number of pieces."""
    while True:
        slope, low, length = int(rng.integers(3, 10)), int(rng.integers(-3, 3)), rng.integers(2, 6)
        error = float(rng.choice([0.12, 0.15, 0.18, 0.3, 0.35]))
        pieces = slope * length / (2 * error)
        if pieces > 20 and 0.1 < pieces % 1 < 0.9:
            return {"slope": slope, "low": low, "high": low + int(length), "error": error}


def enough_units(slope: int, low: int, high: int, error: float) -> int:
    """Try one number of units after another."""
    return next(n for n in count(1) if slope * (high - low) / (n + 1) / 2 <= error)


UNITS = Task(
    id="units-for-error",
    title="How many units are surely enough",
    kind="number",
    section="Enough units approximate anything",
    rows="C06",
    goal=4,
    points=2,
    minutes=5,
    difficulty=2,
    reference=enough_units,
    numbers=an_interval,
    question="A function on the interval from {low} to {high} is nowhere steeper than {slope}.\n"
    "A staircase of sign units is to follow it with an error of at most {error} everywhere.\n"
    "What is the smallest number of hidden units for which the lecture's guarantee is that good?",
    wrong=(
        Wrong(
            "pieces",
            lambda **q: enough_units(**q) + 1,
            "This is the number of pieces. One cut makes two pieces, so there is one unit less.",
        ),
        Wrong(
            "rounded down",
            lambda **q: enough_units(**q) - 1,
            "With that many the guarantee is just above the error that is allowed. Pieces cannot "
            "be counted in fractions: which way is safe?",
        ),
        Wrong(
            "whole piece",
            lambda slope, low, high, error: enough_units(2 * slope, low, high, error),
            "You let the function run away over a whole piece. A step has the height of the "
            "middle of its piece, and no point is further from it than half a piece.",
        ),
        Wrong(
            "length forgotten",
            lambda slope, low, high, error: enough_units(slope, 0, 1, error),
            "That would do for an interval of length 1. A longer one needs more pieces of the "
            "same size.",
        ),
    ),
)

REASONS = {
    "a": "",
    "b": "of five nets with three units only some found the triangle that all could draw",
    "c": "nets that learned random labels without error were no better than chance on new digits",
    "d": "",
    "e": "",
    "f": "with 64 units the training error was none, and the test error was lower than with 8",
    "g": "units may bend outside of the interval; random nets rarely reached the limit",
}

STATEMENTS = Task(
    id="capacity-statements",
    title="What capacity is good for",
    kind="quiz",
    section="What the slides say, and what we found",
    rows="C05 C06 C07 C08 C09",
    goal=5,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: "ade",
    accept=all_that_hold("ade", REASONS),
    wrong=(
        Wrong(
            "finding",
            lambda: "abde",
            "That weights exist and that training finds them are two statements. Only one of "
            "them is about capacity.",
        ),
        Wrong(
            "understanding",
            lambda: "acde",
            "A training error of zero says that the net could store its examples. What did the "
            "lecture's nets do on labels from a hat?",
        ),
        Wrong(
            "too wide",
            lambda: "adef",
            "That picture is often drawn, and it is not a law: look again at the table of the "
            "300 digits.",
        ),
        Wrong(
            "theorem only",
            lambda: "a",
            "The theorem is one of them. The lecture also measured what a wide net does with "
            "noise, and counted what a deep one does with few units.",
        ),
    ),
)

TASKS = (XOR_OUTPUT, MLP_FORWARD, SOFTMAX, SOFTMAX_JACOBIAN, STAIRCASE, UNITS, STATEMENTS)
