"""Tasks of lecture 12: architectures, and what they cost."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse.by_hand.architectures import count_layers, outline
from dlcourse.by_hand.box import Array, Sequential
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.googlenet import Inception
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.pooling import GlobalAvgPool2d
from dlcourse.by_hand.reshaping import Flatten
from dlcourse.exercises.letters import one_for_each
from dlcourse.exercises.parsons import in_order, listing
from dlcourse.exercises.task import Arguments, Task, Wrong

Counts = tuple[int, ...]


def two_layers(rng: np.random.Generator) -> Mapping[str, int]:
    """Draw a convolution in groups, and a full layer, of about AlexNet's sizes."""
    g = int(rng.choice((2, 4)))
    return {
        "c": 16 * g * int(rng.integers(2, 5)),
        "o": 16 * g * int(rng.integers(5, 9)),
        "k": int(rng.choice((3, 5))),
        "g": g,
        "side": int(rng.integers(13, 28)),
        "d": 512 * int(rng.integers(3, 9)),
        "m": 256 * int(rng.integers(5, 11)),
    }


def conv_and_full(c: int, o: int, k: int, g: int, side: int, d: int, m: int) -> Counts:
    """Count both layers by the package."""
    (conv,) = count_layers(outline(Conv2d, c, o, k, padding=k // 2, groups=g), (c, side, side))
    (full,) = count_layers(outline(Affine, d, m), (d,))
    return conv.parameters, conv.multiply_adds, full.parameters, full.multiply_adds


def counted_so(
    c: int,
    o: int,
    k: int,
    g: int,
    side: int,
    d: int,
    m: int,
    *,
    seen: int = 1,
    bias: int = 1,
    uses: int = 1,
    both: int = 1,
) -> Counts:
    """Count by the formulas: dividing channels by `seen`, with biases or not, and so on."""
    weights = o // both * (c // seen) * k * k
    return weights + bias * o, weights * uses, m * (d + bias), m * d


STORE_AND_WORK = Task(
    id="store-and-work",
    title="Stored here, worked there",
    kind="number",
    section="Counting without computing",
    rows="A03 A09",
    goal=2,
    points=2,
    minutes=6,
    difficulty=1,
    reference=conv_and_full,
    numbers=two_layers,
    question=(
        "Two layers as in AlexNet, with biases:\n"
        "1. convolution from {c} to {o} channels, kernels of {k} × {k}, in {g} groups; its output "
        "has {side} × {side} pixels\n"
        "2. full layer from {d} to {m} units\n"
        "Give four numbers: parameters and multiply-adds of the first, parameters and "
        "multiply-adds of the second. Then look which layer is larger, and which one is slower."
    ),
    wrong=(
        Wrong(
            "no groups",
            lambda c, o, k, g, side, d, m: counted_so(c, o, k, g, side, d, m, uses=side**2),
            "You let each output channel read all input channels. In groups, as on two graphics "
            "cards, it reads those of its own group only.",
        ),
        Wrong(
            "groups twice",
            lambda c, o, k, g, side, d, m: counted_so(
                c, o, k, g, side, d, m, seen=g, both=g, uses=side**2
            ),
            "You count one group and leave out the others. Each group makes a part of the "
            "outputs, and together they make all of them.",
        ),
        Wrong(
            "no biases",
            lambda c, o, k, g, side, d, m: counted_so(
                c, o, k, g, side, d, m, seen=g, bias=0, uses=side**2
            ),
            "Your multiply-adds are right. Among the parameters the biases are missing, one for "
            "each output channel and one for each unit.",
        ),
        Wrong(
            "each weight once",
            lambda c, o, k, g, side, d, m: counted_so(c, o, k, g, side, d, m, seen=g),
            "You use each weight of the convolution once. It is used again for every pixel of the "
            "output, and that is why small layers can be slow.",
        ),
        Wrong(
            "each bias is work",
            lambda c, o, k, g, side, d, m: (
                o * (c // g * k * k + 1),
                o * (c // g * k * k + 1) * side**2,
                m * (d + 1),
                m * (d + 1),
            ),
            "You count a multiply-add for each bias. A bias is added, and multiplied by nothing.",
        ),
    ),
)


def full_tops(rng: np.random.Generator) -> Mapping[str, int]:
    """Draw maps, two full layers of different width, and classes."""
    return {
        "c": 32 * int(rng.integers(3, 9)),
        "s": int(rng.integers(4, 8)),
        "a": 128 * int(rng.integers(20, 29)),
        "b": 128 * int(rng.integers(8, 18)),
        "k": 100 * int(rng.integers(2, 10)),
    }


def tops(c: int, s: int, widths: Sequence[int]) -> int:
    """Count full layers behind maps by the package."""
    sizes = [c * s * s, *widths]
    layers = [outline(Affine, *pair) for pair in pairwise(sizes)]
    counted = count_layers(Sequential(Flatten(), *layers), (c, s, s))
    return sum(layer.parameters for layer in counted)


def gone(c: int, s: int, a: int, b: int, k: int) -> Counts:
    """Say how many parameters fewer there are without the second, and without two."""
    all_three = tops(c, s, (a, b, k))
    return all_three - tops(c, s, (a, k)), all_three - tops(c, s, (k,))


def gone_so(
    c: int, s: int, a: int, b: int, k: int, *, pixels: int = 0, bias: int = 1, hole: int = 1
) -> Counts:
    """Compute it by the formulas: with `hole` as the sign of what the last layer gains."""
    inputs = c * (pixels or s * s)
    first, second = (inputs + bias) * a, (a + bias) * b
    return second - hole * (a - b) * k, first + second - hole * (inputs - b) * k


REMOVED = Task(
    id="removed-layers",
    title="What a removed layer leaves behind",
    kind="number",
    section="Remove more",
    rows="A05 A07",
    goal=3,
    points=2,
    minutes=6,
    difficulty=2,
    reference=gone,
    numbers=full_tops,
    question=(
        "The last convolution of a net gives {c} maps of {s} × {s} pixels. Behind it stand three "
        "full layers with biases, of {a}, {b} and {k} units.\n"
        "Give two numbers: how many parameters fewer the net has without its layer of {b} units, "
        "and how many fewer without its layers of {a} and of {b} units."
    ),
    wrong=(
        Wrong(
            "the hole forgotten",
            lambda c, s, a, b, k: gone_so(c, s, a, b, k, hole=0),
            "You count what was taken out, and that is not all. The last layer stays, and now it "
            "reads what the removed layers have read.",
        ),
        Wrong(
            "the hole the wrong way",
            lambda c, s, a, b, k: gone_so(c, s, a, b, k, hole=-1),
            "You let the last layer shrink. Count its inputs before and after: it grows, so less "
            "is saved than was taken out.",
        ),
        Wrong(
            "maps counted as numbers",
            lambda c, s, a, b, k: gone_so(c, s, a, b, k, pixels=1),
            "Your first number is right. But a full layer reads every pixel of every map, not one "
            "number for each map.",
        ),
        Wrong(
            "no biases",
            lambda c, s, a, b, k: gone_so(c, s, a, b, k, bias=0),
            "You have seen that the last layer grows. The biases of the removed layers are gone "
            "too, and they are not in your count.",
        ),
    ),
)


def stacks(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw rows of (O, K, stride, padding, groups): one layer, then more, with strides."""
    one = np.array([[2, 3, 1, 1, 1]])
    two = np.array([[4, 3, 2, 0, 1], [6, 3, 1, 1, 2]])
    o = 4 * rng.integers(2, 6, size=3)
    three = np.array([[o[0], 7, 4, 2, 1], [o[1], 5, 2, 2, 2], [o[2], 3, 2, 1, 4]])
    return [(one, 1, 4, 3), (two, 2, 8, 5), (three, 3, int(rng.integers(60, 90)), 10)]


def by_layers(rows: Array, channels: int, side: int, units: int) -> Counts:
    """Build the net as an outline, and count it by the package."""
    boxes: list[Any] = []
    seen = channels
    for o, k, stride, padding, groups in rows.tolist():
        boxes.append(outline(Conv2d, seen, o, k, stride=stride, padding=padding, groups=groups))
        seen = o
    shape = count_layers(Sequential(*boxes), (channels, side, side))[-1].shape
    boxes += [Flatten(), outline(Affine, int(np.prod(shape)), units)]
    counted = count_layers(Sequential(*boxes), (channels, side, side))
    return sum(c.parameters for c in counted), sum(c.multiply_adds for c in counted)


def stack_so(
    rows: Array,
    channels: int,
    side: int,
    units: int,
    *,
    before: bool = False,
    groups_count: bool = True,
    hand_on: bool = True,
    flat: bool = True,
    bias: int = 1,
) -> Counts:
    """Count by the formulas: with the size before a layer, without groups, and so on."""
    parameters = work = 0
    picture = channels
    for o, k, stride, padding, groups in rows.tolist():
        after = (side + 2 * padding - k) // stride + 1
        weights = o * (channels // groups if groups_count else channels) * k * k
        parameters += weights + bias * o
        work += weights * (side if before else after) ** 2
        side = after
        channels = o if hand_on else picture
    if len(rows):
        channels = int(rows[-1, 0])
    inputs = channels * (side**2 if flat else 1)
    return parameters + units * (inputs + bias), work + units * inputs


COUNT_STACK = Task(
    id="count-stack",
    title="A counter of your own",
    kind="fade",
    section="Counting without computing",
    rows="A03 A09",
    goal=1,
    points=3,
    minutes=10,
    difficulty=2,
    reference=by_layers,
    draw=stacks,
    wrong=(
        Wrong(
            "pixels before the layer",
            lambda rows, channels, side, units: stack_so(rows, channels, side, units, before=True),
            "Your parameters are right. For the work you count the pixels that a layer reads, but "
            "a kernel is used once for each pixel that it makes.",
        ),
        Wrong(
            "no groups",
            lambda rows, channels, side, units: stack_so(
                rows, channels, side, units, groups_count=False
            ),
            "Where there is one group you are right. With more, a kernel does not see all the "
            "channels of its input.",
        ),
        Wrong(
            "channels of the picture",
            lambda rows, channels, side, units: stack_so(
                rows, channels, side, units, groups_count=False, hand_on=False
            ),
            "Every layer of yours reads the picture. The next layer reads what the layer before "
            "has made.",
        ),
        Wrong(
            "a full layer that reads channels",
            lambda rows, channels, side, units: stack_so(rows, channels, side, units, flat=False),
            "The convolutions are right. Your full layer reads one number for each channel, but "
            "there is no average in front of it: it reads all pixels.",
        ),
        Wrong(
            "no biases",
            lambda rows, channels, side, units: stack_so(rows, channels, side, units, bias=0),
            "Your multiply-adds are right. Each output channel and each unit also has a bias, and "
            "that is a parameter.",
        ),
    ),
)


def modules(rng: np.random.Generator) -> Mapping[str, int]:
    """Draw the widths of an Inception module."""
    return {
        "c": 32 * int(rng.integers(5, 17)),
        "ones": 32 * int(rng.integers(2, 7)),
        "r3": 16 * int(rng.integers(5, 9)),
        "n3": 16 * int(rng.integers(9, 20)),
        "r5": 8 * int(rng.integers(2, 5)),
        "n5": 16 * int(rng.integers(3, 8)),
        "p": 16 * int(rng.integers(2, 8)),
    }


def inception(c: int, ones: int, r3: int, n3: int, r5: int, n5: int, p: int) -> Counts:
    """Count the module by the package; the naive one has three convolutions of its own."""
    layers = count_layers(outline(Inception, c, ones, (r3, n3), (r5, n5), p), (c, 8, 8))
    thin = sum(layer.parameters - layer.shape[0] for layer in layers if layer.parameters)
    naive = [outline(Conv2d, c, o, k, bias=False) for o, k in ((ones, 1), (n3, 3), (n5, 5))]
    counted = [count_layers(conv, (c, 8, 8))[0].parameters for conv in naive]
    return thin, sum(counted), ones + n3 + n5 + p


def inception_so(
    c: int, ones: int, r3: int, n3: int, r5: int, n5: int, p: int, *, thin: int = 0, naive: int = 0
) -> Counts:
    """Count by the formulas, with something added to each."""
    counted = c * (ones + r3 + r5 + p) + 9 * r3 * n3 + 25 * r5 * n5
    return counted + thin, c * (ones + 9 * n3 + 25 * n5) + naive, ones + n3 + n5 + p


INCEPTION = Task(
    id="inception-weights",
    title="Thinner first",
    kind="number",
    section="What 1 × 1 convolutions are for",
    rows="A12 A16",
    goal=5,
    points=2,
    minutes=7,
    difficulty=2,
    reference=inception,
    numbers=modules,
    question=(
        "An Inception module reads {c} channels. Its four branches:\n"
        "· 1 × 1 to {ones}\n"
        "· 1 × 1 to {r3}, then 3 × 3 to {n3}\n"
        "· 1 × 1 to {r5}, then 5 × 5 to {n5}\n"
        "· 3 × 3 max pooling, then 1 × 1 to {p}\n"
        "Give three numbers, without biases: its weights; the weights of the naive form, which has "
        "no 1 × 1 before 3 × 3 and 5 × 5 and none behind the pooling; and the channels behind the "
        "join of the module itself."
    ),
    wrong=(
        Wrong(
            "pooling branch forgotten",
            lambda **n: inception_so(**n, thin=-n["c"] * n["p"]),
            "The weights of the module are too few: pooling has none, but the 1 × 1 behind it has.",
        ),
        Wrong(
            "the large kernels still read everything",
            lambda **n: inception_so(
                **n, thin=9 * (n["c"] - n["r3"]) * n["n3"] + 25 * (n["c"] - n["r5"]) * n["n5"]
            ),
            "Your module has more weights than the naive one. Behind a 1 × 1, the large kernel no "
            "longer reads all the channels of the input.",
        ),
        Wrong(
            "naive with the pooling branch",
            lambda **n: inception_so(**n, naive=n["c"] * n["p"]),
            "The module is right. In the naive form the pooled channels go straight to the join, "
            "so that branch has no weights.",
        ),
        Wrong(
            "reductions in the join",
            lambda **n: (*inception_so(**n)[:2], n["ones"] + n["r3"] + n["r5"] + n["p"]),
            "Both counts of weights are right. At the join arrives what each branch has at its "
            "end, not what it has in its middle.",
        ),
        Wrong(
            "naive join",
            lambda **n: (*inception_so(**n)[:2], n["ones"] + n["n3"] + n["n5"] + n["c"]),
            "Both counts of weights are right. Your channels are those behind the naive form, "
            "where pooling passes all channels of the input on.",
        ),
    ),
)

JOIN_HEADER = "def backward(x, w1, v, w2, dy):"
JOIN_LINES = {
    "A": "return dx",
    "B": "dx = dx + dh @ v",
    "C": "da, db = dy[:, :len(w1)], dy[:, len(w1):]",
    "D": "dx = da @ w1",
    "E": "dx = dh @ v",
    "F": "dh = (db @ w2) * (h > 0)",
    "G": "h = np.maximum(x @ v.T, 0)",
    "H": "da, db = dy, dy",
}


def join_gradient(x: Array, w1: Array, v: Array, w2: Array, dy: Array) -> Array:
    """Compute the gradient at the input of two branches, whose ends are joined."""
    on = np.einsum("nc,mc->nm", x, v) > 0
    one = np.einsum("nk,kc->nc", dy[:, : len(w1)], w1)
    gradient: Array = one + np.einsum("nj,jm,nm,mc->nc", dy[:, len(w1) :], w2, on, v)
    return gradient


def joined(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw the channels of some pixels, the weights of two branches, and a gradient."""
    return [
        (
            rng.normal(size=(n, c)),
            rng.normal(size=(k, c)),
            rng.normal(size=(m, c)),
            rng.normal(size=(j, m)),
            rng.normal(size=(n, k + j)),
        )
        for n, c, k, m, j in ((1, 2, 1, 1, 1), (2, 3, 2, 2, 2), (4, 5, 3, 2, 4))
    ]


JOIN = Task(
    id="join-backward-order",
    title="Back through a join, in order",
    kind="parsons",
    section="The Inception module",
    rows="A11",
    goal=4,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: list("CGFDBA"),
    accept=in_order(JOIN_HEADER, JOIN_LINES, reference=join_gradient, draw=joined, spare="EH"),
    question=listing(JOIN_HEADER, JOIN_LINES),
    wrong=(
        Wrong(
            "the last branch overwrites",
            lambda: list("CGFDEA"),
            "Line E forgets what the other branch has sent. The input is read twice, so two "
            "gradients arrive there and add up.",
        ),
        Wrong(
            "all of dy to both",
            lambda: list("HGFDBA"),
            "Line H sends the whole gradient into both branches. The join put channels behind "
            "each other; going back, each branch gets its own.",
        ),
        Wrong(
            "the gradient before its mask",
            lambda: list("CFGDBA"),
            "The second branch has a ReLU in its middle. Whether a unit was on has to be computed "
            "before its gradient can be stopped.",
        ),
        Wrong(
            "added before there is anything",
            lambda: list("CGFBDA"),
            "One branch adds to dx, the other one starts it. The start comes first, or there is "
            "nothing to add to.",
        ),
    ),
)


def maps_and_head(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw maps that are not square, a last layer, and a class."""
    return [
        (
            rng.normal(size=(n, c, high, wide)),
            rng.normal(size=(m, c)),
            rng.normal(size=m),
            k,
        )
        for n, c, high, wide, m, k in ((1, 1, 1, 2, 2, 0), (1, 2, 2, 3, 2, 1), (3, 4, 3, 5, 3, 2))
    ]


Two = tuple[Array, Array]


def averaged(x: Array, weight: Array, bias: Array, k: int) -> Two:
    """Go forwards and back through the boxes of the package."""
    average, head = GlobalAvgPool2d(), Affine(*weight.shape[::-1])
    head.load_state_dict({"weight": weight, "bias": bias})
    scores = head.fprop(average.fprop(x))
    dscores = np.zeros_like(scores)
    dscores[:, k] = 1
    dmeans = head.bprop(dscores)
    assert dmeans is not None
    return scores, average.bprop(dmeans)


def head_so(
    x: Array, weight: Array, bias: Array, k: int, *, scale: float = 1, every: bool = False
) -> Two:
    """Average and weigh; scaled, or with the gradient of every score."""
    means = x.mean(axis=(2, 3)) * scale
    row = weight.sum(axis=0) if every else weight[k]
    dx = np.zeros_like(x) + row[:, None, None] * scale / (x.shape[2] * x.shape[3])
    return means @ weight.T + bias, dx


def summed(x: Array, weight: Array, bias: Array, k: int) -> Two:
    """Add the pixels up and do not divide."""
    return head_so(x, weight, bias, k, scale=x.shape[2] * x.shape[3])


def batch_mean(x: Array, weight: Array, bias: Array, k: int) -> Two:
    """Take the mean of the score over the pictures."""
    scores, dx = head_so(x, weight, bias, k)
    return scores, dx / len(x)


def largest(x: Array, weight: Array, bias: Array, k: int) -> Two:
    """Take the largest number of each map."""
    tops = x.max(axis=(2, 3), keepdims=True)
    return tops[:, :, 0, 0] @ weight.T + bias, (x == tops) * weight[k][:, None, None]


AVERAGE_HEAD = Task(
    id="average-head",
    title="A head without a where",
    kind="torch",
    section="No full layers on top",
    rows="A13",
    goal=5,
    points=3,
    minutes=8,
    difficulty=2,
    reference=averaged,
    draw=maps_and_head,
    wrong=(
        Wrong(
            "sum in place of mean",
            summed,
            "You add up the pixels of a map, so scores and gradients grow with the picture. The "
            "head averages, which makes pictures of any size comparable.",
        ),
        Wrong(
            "largest in place of mean",
            largest,
            "You take the largest number of each map. That is the global head of lecture 10; here "
            "every pixel counts, and gets a gradient.",
        ),
        Wrong(
            "gradient of all scores",
            lambda x, weight, bias, k: head_so(x, weight, bias, k, every=True),
            "The scores are right. Your gradient is that of all classes together; asked for is "
            "what the one class k wants from the maps.",
        ),
        Wrong(
            "mean over the pictures",
            batch_mean,
            "With one picture you are right. With more you divide by their number, as a loss would "
            "do it; here each picture answers for itself.",
        ),
    ),
)

SIGNS = {
    "c": "C needs nothing but the sizes of the layers",
    "m": "M needs a net that we have trained ourselves, here, on our digits",
    "q": "Q is what we have only read, of training that we cannot repeat",
    "e": "E is quoted, and a count of the layers gives something else",
}

COUNTED = Task(
    id="counted-or-quoted",
    title="Counted, measured, quoted or wrong?",
    kind="quiz",
    section="What the slides say, and what we found",
    rows="A05 A06 A09 A10 A13 A14 A15",
    goal=6,
    points=2,
    minutes=4,
    difficulty=1,
    reference=lambda: list("cqecmqem"),
    accept=one_for_each("cqecmqem", SIGNS),
    wrong=(
        Wrong(
            "costs measured",
            lambda: list("cmecmqem"),
            "One thing you call measured is not: what a removed layer costs on ImageNet. We tried "
            "to see such an effect on digits, and failed.",
        ),
        Wrong(
            "the twelve believed",
            lambda: list("cqecmqqm"),
            "One of the quoted numbers can be counted here. Divide 60,965,224 by 6,998,552.",
        ),
        Wrong(
            "the depth believed",
            lambda: list("cqccmqem"),
            "GoogLeNet has been counted along its longest way, and the slide's number did not come "
            "out, with poolings or without.",
        ),
        Wrong(
            "errors on digits quoted",
            lambda: list("cqecqqeq"),
            "You call two numbers quoted that are errors on digits. Those were trained in the "
            "notebook, with three seeds.",
        ),
    ),
)

TASKS = (
    STORE_AND_WORK,
    COUNTED,
    REMOVED,
    COUNT_STACK,
    INCEPTION,
    JOIN,
    AVERAGE_HEAD,
)
