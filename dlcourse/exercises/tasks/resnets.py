"""Tasks of lecture 13: residual networks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.activations import ReLU
from dlcourse.by_hand.architectures import count_layers, outline
from dlcourse.by_hand.arithmetic import Add
from dlcourse.by_hand.box import Array
from dlcourse.by_hand.graph import Graph
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.resnet import BasicBlock, Bottleneck
from dlcourse.exercises.letters import one_for_each
from dlcourse.exercises.task import Arguments, Task, Wrong

VERDICTS = {
    "o": "O is for a net that does better on its training set, and worse on the test set",
    "d": "D is for a net that does worse on what it is trained on",
    "h": "H is for a net that does better on the test set too",
    "u": "U is for a pair whose training errors are not both known",
}

DIAGNOSIS = Task(
    id="deeper-and-worse",
    title="Overfitting or degradation?",
    kind="experiment",
    section="Look first: deeper, and worse",
    rows="RN01 RN02",
    goal=1,
    points=2,
    minutes=4,
    difficulty=1,
    reference=lambda: list("oduhdo"),
    accept=one_for_each("oduhdo", VERDICTS),
    wrong=(
        Wrong(
            "worse on the test is overfitting",
            lambda: list("ooohoo"),
            "You judge by the test error alone. It cannot tell a net that learned its training set "
            "too well from one that did not learn it.",
        ),
        Wrong(
            "worse on the test is degradation",
            lambda: list("dddhdd"),
            "You call every deeper net with a worse test error degraded. Some of them have fewer "
            "errors on their training set than the shallow one: nothing failed there.",
        ),
        Wrong(
            "guessed without the training error",
            lambda: list("odohdo"),
            "All right but one: in one experiment nobody wrote down how the deeper net did on its "
            "training set, and without that number the question stays open.",
        ),
        Wrong(
            "judged by the gap",
            lambda: list("oduhoo"),
            "All right but one: you look at the distance between training and test error. Compare "
            "the two training errors with each other.",
        ),
    ),
)


def widths(rng: np.random.Generator) -> Mapping[str, int]:
    """Draw the channels of a basic block and the pixels along a side."""
    return {"c": 16 * int(rng.integers(3, 9)), "side": int(rng.choice((14, 28, 56)))}


def blocks(c: int, side: int) -> tuple[int, int, int, int]:
    """Count both blocks, and a bottleneck with a projection, by the package."""
    built = (
        (outline(BasicBlock, c, c), c),
        (outline(Bottleneck, 4 * c, c), 4 * c),
        (outline(Bottleneck, 4 * c, c, shortcut="C"), 4 * c),
    )
    counted = [count_layers(net, (channels, side, side)) for net, channels in built]
    basic, thin, projected = (sum(layer.parameters for layer in layers) for layers in counted)
    work = [sum(layer.multiply_adds for layer in layers) for layers in counted]
    return basic, thin, projected - thin, work[1]


def blocks_so(
    c: int, side: int, *, basic: int = 18, thin: int = 17, projection: int = 16, uses: int = 0
) -> tuple[int, int, int, int]:
    """Count in squares of c."""
    return basic * c * c, thin * c * c, projection * c * c, thin * c * c * (uses or side * side)


BLOCKS = Task(
    id="bottleneck-costs",
    title="The price of a wide block",
    kind="number",
    section="Bottlenecks",
    rows="RN09 RN13 RN14",
    goal=4,
    points=2,
    minutes=6,
    difficulty=2,
    reference=blocks,
    numbers=widths,
    question=(
        "Two residual blocks with identity shortcuts, without biases:\n"
        "· basic: two convolutions of 3 × 3, {c} channels everywhere\n"
        "· bottleneck: reads and gives four times {c} channels; 1 × 1 to {c}, 3 × 3, 1 × 1 back\n"
        "Give four numbers, weights of convolutions only: the weights of the basic block; those of "
        "the bottleneck; how many more the bottleneck has with a projection in place of its "
        "identity; and the multiply-adds of the bottleneck (with identity) on {side} × {side} "
        "pixels."
    ),
    wrong=(
        Wrong(
            "3 x 3 on the wide maps",
            lambda c, side: blocks_so(c, side, thin=8 + 9 * 16),
            "Your 3 × 3 works on the wide maps. The first 1 × 1 has made them thin, and that is "
            "why it is affordable.",
        ),
        Wrong(
            "one 1 x 1 forgotten",
            lambda c, side: blocks_so(c, side, thin=13),
            "A bottleneck has a 1 × 1 at either end, and you count one of them. The sum with x "
            "needs the wide maps back.",
        ),
        Wrong(
            "projection to the thin maps",
            lambda c, side: blocks_so(c, side, projection=4),
            "Your projection leads from the wide maps to the thin ones. A shortcut leads past the "
            "whole block, and both ends of it are wide.",
        ),
        Wrong(
            "projection of 3 x 3",
            lambda c, side: blocks_so(c, side, projection=9 * 16),
            "Your projection looks at 3 × 3 pixels. A projection only has to change the "
            "channels, for each pixel by itself.",
        ),
        Wrong(
            "each weight once",
            lambda c, side: blocks_so(c, side, uses=1),
            "The weights are right. In the work you use each of them once; it is used again at "
            "every pixel.",
        ),
    ),
)


def block_and_gradient(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw inputs of either sign, two layers, and a gradient at the output."""
    return [
        (
            rng.normal(size=(n, d)),
            rng.normal(size=(m, d)),
            rng.normal(size=(d, m)),
            rng.normal(size=(n, d)),
        )
        for n, d, m in ((2, 2, 1), (4, 3, 2), (6, 4, 5))
    ]


def through_graph(x: Array, w1: Array, w2: Array, dy: Array) -> Graph:
    """Run the block of the lecture forwards and backwards."""
    boxes = {
        "weight1": (Affine(*w1.shape[::-1]), "x"),
        "relu1": (ReLU(), "weight1"),
        "weight2": (Affine(*w2.shape[::-1]), "relu1"),
        "add": (Add(), "weight2", "x"),
        "relu2": (ReLU(), "add"),
    }
    graph = Graph(boxes, inputs=("x",))
    for name, weight in (("weight1", w1), ("weight2", w2)):
        graph.load_state_dict(
            graph.state_dict() | {f"{name}.weight": weight, f"{name}.bias": np.zeros(len(weight))}
        )
    graph.fprop(x)
    graph.bprop(dy)
    return graph


Gradients = tuple[Array, ...]


def block_gradients(x: Array, w1: Array, w2: Array, dy: Array) -> Gradients:
    """Compute the gradients of a block by the package."""
    graph = through_graph(x, w1, w2, dy)
    grads = dict(graph.named("grads"))
    return graph.gradients["x"], grads["weight1.weight"], grads["weight2.weight"]


def gradients_so(
    x: Array,
    w1: Array,
    w2: Array,
    dy: Array,
    *,
    plain: bool = False,
    masked: bool = True,
    inner: bool = True,
    shortcut: str = "da",
) -> Gradients:
    """Compute them by the formulas, with masks and with a shortcut or not."""
    a = x @ w1.T
    h = np.maximum(a, 0)
    outer = h @ w2.T + (0 if plain else x)
    da = dy * (outer > 0) if masked else dy
    dh = da @ w2 * ((a > 0) if inner else 1)
    through = {"da": da, "dy": dy, "none": np.zeros_like(dy)}[shortcut]
    return dh @ w1 + through, dh.T @ x, da.T @ h


BLOCK_BACKWARD = Task(
    id="residual-block-backward",
    title="The way back through a block",
    kind="bug",
    section="Backwards: plus dy",
    rows="RN03 RN07",
    goal=2,
    points=2,
    minutes=8,
    difficulty=2,
    reference=block_gradients,
    draw=block_and_gradient,
    wrong=(
        Wrong(
            "the shortcut past the last ReLU",
            lambda x, w1, w2, dy: gradients_so(x, w1, w2, dy, shortcut="dy"),
            "The gradients at both weights are right. Take an output that is 0: moving x a little "
            "leaves it 0, yet your dx says otherwise.",
        ),
        Wrong(
            "no shortcut",
            lambda x, w1, w2, dy: gradients_so(x, w1, w2, dy, shortcut="none"),
            "The gradients at both weights are right. x is read twice, by the first layer and by "
            "the sum, and your dx is only what came back through the layers.",
        ),
        Wrong(
            "no last ReLU",
            lambda x, w1, w2, dy: gradients_so(x, w1, w2, dy, masked=False, shortcut="dy"),
            "You go back as if the block ended with the sum. There is a ReLU behind it, and where "
            "it gives 0, nothing comes back on any way.",
        ),
        Wrong(
            "a mask without x",
            lambda x, w1, w2, dy: gradients_so(x, w1, w2, dy, plain=True),
            "You ask whether the branch is positive. The last ReLU stands behind the sum, so the "
            "sum decides who was on.",
        ),
        Wrong(
            "no ReLU in the branch",
            lambda x, w1, w2, dy: gradients_so(x, w1, w2, dy, inner=False),
            "The gradient at the second weights is right. On its way to the first ones it has to "
            "pass the ReLU inside the branch, which stops some of it.",
        ),
    ),
)


def two_ways(x: Array, w1: Array, w2: Array, dy: Array) -> Gradients:
    """Take the two terms from the boxes of the package."""
    graph = through_graph(x, w1, w2, dy)
    da = graph.gradients["add"]
    return da, graph.gradients["x"] - da


def parts(
    x: Array, w1: Array, w2: Array, dy: Array, *, masked: bool = True, with_branch: bool = True
) -> Gradients:
    """Take them apart by the formulas: with the last mask on the branch, and made of all or not."""
    on = np.maximum(x @ w1.T, 0) @ w2.T * with_branch + x > 0
    return dy * on, gradients_so(x, w1, w2, dy, masked=masked, shortcut="none")[0]


TWO_WAYS = Task(
    id="two-ways-back",
    title="Two ways back",
    kind="torch",
    section="Backwards: plus dy",
    rows="RN03 RN06",
    goal=2,
    points=3,
    minutes=8,
    difficulty=3,
    reference=two_ways,
    draw=block_and_gradient,
    wrong=(
        Wrong(
            "dy itself",
            lambda x, w1, w2, dy: (dy, parts(x, w1, w2, dy)[1]),
            "Your second part is right. The first is dy as it came; the last ReLU stands behind "
            "the sum, so it stops both ways where the block is off.",
        ),
        Wrong(
            "everything in the second part",
            lambda x, w1, w2, dy: (parts(x, w1, w2, dy)[0], gradients_so(x, w1, w2, dy)[0]),
            "Your second part is the whole gradient, so the shortcut counts twice when both are "
            "added up. Ask for the branch alone.",
        ),
        Wrong(
            "dy through the branch",
            lambda x, w1, w2, dy: parts(x, w1, w2, dy, masked=False),
            "Your first part is right. Into the branch, too, goes only what has passed the last "
            "ReLU.",
        ),
        Wrong(
            "a mask of x alone",
            lambda x, w1, w2, dy: parts(x, w1, w2, dy, with_branch=False),
            "Your first part stops where x is negative. What the last ReLU sees is the sum of x "
            "and the branch.",
        ),
    ),
)


def does_nothing(*given: Any) -> str:
    """Say what is wrong with two matrices that should make a plain block the identity."""
    if len(given) != 2:
        return f"Asked for are two matrices; this is {len(given)}"
    for name, matrix in zip(("W1", "W2"), given, strict=True):
        if np.shape(matrix) != (3, 3):
            return f"{name} should have shape (3, 3); it has {np.shape(matrix)}"
        if np.asarray(matrix).dtype.kind not in "iuf" or not np.isfinite(matrix).all():
            return f"{name} should hold finite numbers"
    w1, w2 = (np.asarray(matrix, float) for matrix in given)
    if (w1 == 0).any():
        return f"W1 has {int((w1 == 0).sum())} zeros; asked for is one without"
    x = np.concatenate([np.eye(3), np.random.default_rng(0).uniform(0, 9, size=(50, 3))])
    h = np.maximum(x @ w1.T, 0)
    y = np.maximum(h @ w2.T, 0)
    worst = int(np.abs(y - x).max(axis=1).argmax())
    if np.allclose(y, x, atol=1e-5):
        return ""
    show = (np.array2string(v[worst], precision=2, suppress_small=True) for v in (x, y))
    return "For x = {} the block gives {}".format(*show)


IDENTITY = Task(
    id="another-nothing",
    title="Another way to do nothing",
    kind="counter-example",
    section="It could have copied",
    rows="RN05",
    goal=3,
    points=2,
    minutes=8,
    difficulty=3,
    reference=lambda: (np.ones((3, 3)) + np.eye(3), np.eye(3) - np.ones((3, 3)) / 4),
    accept=does_nothing,
    wrong=(
        Wrong(
            "identity matrices",
            lambda: (np.eye(3), np.eye(3)),
            "Two identity matrices are the way of the lecture, and they work. Here someone says "
            "that it is the only one; look for a pair whose first layer mixes all inputs.",
        ),
        Wrong(
            "the transpose for the inverse",
            lambda: (np.ones((3, 3)) + np.eye(3), np.ones((3, 3)) + np.eye(3)),
            "Your second matrix is the transpose of the first. That undoes a rotation or a new "
            "order, and nothing else.",
        ),
        Wrong(
            "the ReLU cuts",
            lambda: (
                np.eye(3) - 2 * np.ones((3, 3)) / 3,
                np.eye(3) - 2 * np.ones((3, 3)) / 3,
            ),
            "Without the ReLU between them your matrices would undo each other. But the first one "
            "gives negative numbers, and those are cut off.",
        ),
        Wrong(
            "not to be undone",
            lambda: (np.ones((3, 3)), np.ones((3, 3)) / 9),
            "After your first matrix all three numbers are the same. Three inputs have become one, "
            "and no second matrix can tell them apart again.",
        ),
        Wrong(
            "the way of a residual block",
            lambda: (np.ones((3, 3)), np.zeros((3, 3))),
            "With a last weight of 0 a residual block does nothing, since x is added. A plain "
            "block then gives 0.",
        ),
    ),
)


def two_errors(rng: np.random.Generator) -> Mapping[str, Any]:
    """Draw two error rates in percent, not far apart, and a number of images."""
    a = round(float(rng.uniform(15, 35)), 2)
    return {
        "a": a,
        "b": round(a - float(rng.uniform(0.2, 0.4)), 2),
        "n": 10_000 * int(rng.integers(1, 6)),
    }


def margin_and_images(a: float, b: float, n: int) -> tuple[float, float]:
    """Compute them from the variances of two shares."""
    p, q = a / 100, b / 100
    spread = p * (1 - p) + q * (1 - q)
    return float(196 * np.sqrt(spread / n)), float(spread * (196 / (a - b)) ** 2)


def margin_so(
    a: float, b: float, n: int, *, z: float = 1.96, power: int = 2, one: bool = False
) -> tuple[float, float]:
    """Compute them with other factors."""
    spread = a * (100 - a) + (0 if one else b * (100 - b))
    margin = z * np.sqrt(spread / n)
    return float(margin), float(n * (margin / (a - b)) ** power)


def margins_added(a: float, b: float, n: int) -> tuple[float, float]:
    """Add the margins of both rates."""
    margin = 1.96 * (np.sqrt(a * (100 - a) / n) + np.sqrt(b * (100 - b) / n))
    return float(margin), float(n * (margin / (a - b)) ** 2)


MARGIN = Task(
    id="difference-margin",
    title="Can the test set see it?",
    kind="number",
    section="The errors on ImageNet, quoted",
    rows="RN15 RN21",
    goal=5,
    points=2,
    minutes=7,
    difficulty=2,
    tolerance=1e-3,
    reference=margin_and_images,
    numbers=two_errors,
    question=(
        "Two nets make {a} % and {b} % errors, each on {n} test images of its own, "
        "drawn independently.\n"
        "Give two numbers: the 95 % margin of the difference, in points (1.96 standard errors); "
        "and how many images each net would need so that this margin is as small as the "
        "difference."
    ),
    wrong=(
        Wrong(
            "margins added",
            margins_added,
            "You add the margins of both rates. Independent errors sometimes cancel: it is their "
            "variances that add up.",
        ),
        Wrong(
            "one standard error",
            lambda a, b, n: margin_so(a, b, n, z=1),
            "You give one standard error. That covers about 68 %, and 95 % need almost twice as "
            "much.",
        ),
        Wrong(
            "one net only",
            lambda a, b, n: margin_so(a, b, n, one=True),
            "Your margin is that of one error rate. In a difference both nets are uncertain.",
        ),
        Wrong(
            "images in proportion",
            lambda a, b, n: margin_so(a, b, n, power=1),
            "The margin is right. But twice as many images do not halve it: it falls with the "
            "root of their number.",
        ),
        Wrong(
            "shares in place of points",
            lambda a, b, n: (margin_so(a, b, n)[0] / 100, margin_so(a, b, n)[1]),
            "Your number of images is right. The margin is a share; in points, as the errors are "
            "given, it is a hundred times as large.",
        ),
    ),
)


def worse_than_each(*given: Any) -> str:
    """Say what is wrong with probabilities whose average should be worse than each net."""
    if len(given) != 1 or np.shape(given[0]) != (3, 2):
        return "Asked for is one table of 3 nets (rows) by 2 examples (columns)"
    if np.asarray(given[0]).dtype.kind not in "iuf":
        return "These are not numbers"
    f = np.asarray(given[0], float)
    if not ((f >= 0) & (f <= 1)).all():
        return "A probability is below 0 or above 1"
    if (f == 0.5).any() or np.isclose(f.mean(axis=0), 0.5).any():
        return "Somewhere both classes are equally likely, so that there is no answer"
    right = (f > 0.5).sum(axis=1)
    for m, count in enumerate(right, start=1):
        if count != 1:
            return f"Net {m} answers {count} of the two examples rightly, and not 1"
    together = int((f.mean(axis=0) > 0.5).sum())
    if together:
        return f"The average still answers {together} of the two examples rightly"
    return ""


ENSEMBLE = Task(
    id="worse-than-each",
    title="An ensemble that is worse than each of its nets",
    kind="counter-example",
    section="Ensembles",
    rows="RN18",
    goal=6,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: np.array([[0.6, 0.1], [0.1, 0.6], [0.6, 0.1]]),
    accept=worse_than_each,
    wrong=(
        Wrong(
            "the example of the lecture, twice",
            lambda: np.array([[0.51, 0.51], [0.51, 0.51], [0.01, 0.01]]),
            "That is the lecture's example for both pictures. The average fails, but the third net "
            "fails as often, and the first two never do.",
        ),
        Wrong(
            "sure and right",
            lambda: np.array([[0.9, 0.4], [0.4, 0.9], [0.9, 0.4]]),
            "Each net is right once, as asked, but it is surer where it is right than where it is "
            "wrong, so the average follows it. Turn that round.",
        ),
        Wrong(
            "all right on the same example",
            lambda: np.array([[0.6, 0.1], [0.6, 0.1], [0.6, 0.1]]),
            "All your nets are right on the same example, and then their average is right there "
            "too. They have to disagree.",
        ),
        Wrong(
            "examples in the rows",
            lambda: np.array([[0.6, 0.1, 0.6], [0.1, 0.6, 0.1]]),
            "Your table has a row for each example. It takes a row for each net.",
        ),
    ),
)

TASKS = (
    DIAGNOSIS,
    BLOCKS,
    BLOCK_BACKWARD,
    ENSEMBLE,
    MARGIN,
    TWO_WAYS,
    IDENTITY,
)
