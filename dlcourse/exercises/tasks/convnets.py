"""Tasks of lecture 10: convolutional nets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlcourse.by_hand.architectures import count_layers, receptive_field
from dlcourse.by_hand.box import Array
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.correlation import correlate_loops
from dlcourse.by_hand.pooling import MaxPool2d
from dlcourse.by_hand.windows import output_size
from dlcourse.exercises.letters import one_for_each
from dlcourse.exercises.task import Arguments, Task, Wrong

Three = tuple[int, int, int]


def three_layers(rng: np.random.Generator) -> Mapping[str, int]:
    """Draw a convolution whose stride does not divide, and whose map has an odd side."""
    kernel, stride, padding = (int(rng.choice(of)) for of in ((5, 7, 9), (3, 4), (2, 3)))
    places = 2 * int(rng.integers(12, 25)) + 1
    size = (places - 1) * stride + 1 + kernel - 2 * padding
    return {"size": size, "kernel": kernel, "stride": stride, "padding": padding}


def sizes_and_field(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Compute the sides of both maps and the field by the package."""
    side = output_size(size, kernel=kernel, stride=stride, padding=padding)
    pooled = output_size(side, kernel=2, stride=2)
    return side, pooled, receptive_field([kernel, 2, 3], [stride, 2, 1])


def by_rule(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Compute the same by the formulas, for the wrong answers."""
    side = (size + 2 * padding - kernel) // stride + 1
    return side, side // 2, kernel + stride + 4 * stride


def rounded_up(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Count a last window that hangs over the edge."""
    side = -(-(size + 2 * padding - kernel) // stride) + 1
    return side, -(-side // 2), by_rule(size, kernel, stride, padding)[2]


def no_first_place(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Count the moves of the window, not its places."""
    side = by_rule(size, kernel, stride, padding)[0] - 1
    return side, side // 2 - 1, by_rule(size, kernel, stride, padding)[2]


def padded_once(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Add zeros on one side only."""
    side = (size + padding - kernel) // stride + 1
    return side, side // 2, by_rule(size, kernel, stride, padding)[2]


def field_without_strides(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Let every layer add its kernel less one, whatever came before."""
    side, pooled, _ = by_rule(size, kernel, stride, padding)
    return side, pooled, kernel + 1 + 2


def field_with_own_stride(size: int, kernel: int, stride: int, padding: int) -> Three:
    """Multiply by the stride of the layer itself too."""
    side, pooled, _ = by_rule(size, kernel, stride, padding)
    return side, pooled, 1 + (kernel - 1) * stride + 2 * stride + 4 * stride


CONV_SIZES = Task(
    id="conv-sizes",
    title="Three layers in your head",
    kind="number",
    section="How large is the output?",
    rows="K06 K09",
    goal=3,
    points=2,
    minutes=5,
    difficulty=1,
    reference=sizes_and_field,
    numbers=three_layers,
    question=(
        "Pictures of {size} × {size} pixels, and three layers:\n"
        "1. convolution, kernels of {kernel} × {kernel}, stride {stride}, padding {padding}\n"
        "2. max pooling, windows of 2 × 2 side by side\n"
        "3. convolution, kernels of 3 × 3, stride 1, padding 1\n"
        "Give three numbers: the side of the map behind layer 1, the side behind layer 2, and how "
        "many pixels of the picture, along a side, one output of layer 3 can see."
    ),
    wrong=(
        Wrong(
            "rounded up",
            rounded_up,
            "You count a window that hangs over the right edge. Where the stride does not divide, "
            "what is left over is not looked at, in the convolution and in the pooling.",
        ),
        Wrong(
            "moves, not places",
            no_first_place,
            "You count how often the window moves. It stands at one place more than it moves, as "
            "a fence has one post more than gaps.",
        ),
        Wrong(
            "padding on one side",
            padded_once,
            "You add the padding once. It lies at both ends of every row.",
        ),
        Wrong(
            "field without strides",
            field_without_strides,
            "Both sides are right, the field is too small: you let each layer add its kernel less "
            "one. Behind a stride, neighbours stand several pixels of the picture apart.",
        ),
        Wrong(
            "field with the own stride",
            field_with_own_stride,
            "Both sides are right, the field is too large: you count a layer's own stride. How far "
            "apart the windows of a layer stand does not make one window wider.",
        ),
    ),
)


def layer_sizes(rng: np.random.Generator) -> Mapping[str, int]:
    """Draw channels in and out, a kernel, and a map that is wider than high."""
    c, o = int(rng.integers(2, 9)), int(rng.integers(10, 25))
    high, wide = int(rng.integers(5, 9)), int(rng.integers(10, 20))
    return {"c": c, "o": o, "k": int(rng.choice((3, 5))), "high": high, "wide": wide}


def shared_and_local(c: int, o: int, k: int, high: int, wide: int) -> Three:
    """Count the box by the package; a local layer has each unit's window and bias for itself."""
    (layer,) = count_layers(Conv2d(c, o, k, padding=k // 2), (c, high, wide))
    return layer.parameters, (c * k * k + 1) * o * high * wide, layer.multiply_adds


CONV_COUNTS = Task(
    id="conv-counts",
    title="What sharing saves, and what it does not",
    kind="number",
    section="What sharing saves",
    rows="K07",
    goal=2,
    points=2,
    minutes=4,
    difficulty=1,
    reference=shared_and_local,
    numbers=layer_sizes,
    question=(
        "From {c} channels to {o} maps of {high} × {wide} pixels, kernels of {k} × {k}, stride 1, "
        "padded so that the maps are as large as the pictures. Give three numbers:\n"
        "1. the parameters of the convolution, biases included\n"
        "2. the parameters of a layer in which every unit of every map has a window of the same "
        "size with weights and a bias of its own\n"
        "3. the multiply-adds of the convolution for one picture"
    ),
    wrong=(
        Wrong(
            "a bias for every kernel",
            lambda c, o, k, high, wide: (
                o * c * (k * k + 1),
                o * high * wide * c * (k * k + 1),
                o * c * k * k * high * wide,
            ),
            "You give each pair of channels a bias. All input channels are added up first, and "
            "then there is one bias.",
        ),
        Wrong(
            "one input channel",
            lambda c, o, k, high, wide: (
                o * (k * k + 1),
                o * high * wide * (k * k + 1),
                o * k * k * high * wide,
            ),
            "You count as for a grey picture. A window goes through all input channels, with "
            "weights of their own for each.",
        ),
        Wrong(
            "sharing saves work",
            lambda c, o, k, high, wide: (
                o * (c * k * k + 1),
                o * high * wide * (c * k * k + 1),
                o * c * k * k,
            ),
            "Both counts of parameters are right. But you use each weight once: one set of "
            "weights is stored, and still every window has to be weighed with it.",
        ),
        Wrong(
            "one bias for each map in the local layer",
            lambda c, o, k, high, wide: (
                o * (c * k * k + 1),
                o * (c * k * k * high * wide + 1),
                o * c * k * k * high * wide,
            ),
            "In your second layer the weights are not shared, but the biases are. There every "
            "unit has a bias of its own.",
        ),
        Wrong(
            "a product and a sum are two",
            lambda c, o, k, high, wide: (
                o * (c * k * k + 1),
                o * high * wide * (c * k * k + 1),
                2 * o * c * k * k * high * wide,
            ),
            "Your third number is twice as large: you count a product and its sum as two. A "
            "multiply-add is one.",
        ),
    ),
)


def pictures_and_kernels(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw one channel of 3 x 3, then more, not square, with strides that do not divide."""
    return [
        (
            rng.normal(size=(n, c, high, wide)),
            rng.normal(size=(o, c, k, k)),
            rng.normal(size=o),
            stride,
        )
        for n, c, o, k, high, wide, stride in (
            (1, 1, 1, 2, 3, 3, 1),
            (1, 2, 2, 3, 4, 6, 1),
            (3, 1, 2, 2, 5, 8, 2),
            (2, 3, 4, 3, 7, 9, 3),
        )
    ]


def convolved(x: Array, weight: Array, bias: Array, stride: int) -> Array:
    """Convolve by the loops of the package."""
    return correlate_loops(x, weight, stride=stride) + bias[:, None, None]


def weighed(x: Array, weight: Array, bias: Array, stride: int) -> Array:
    """Weigh every window, for the wrong answers, which may not use the package."""
    seen = sliding_window_view(x, weight.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    weighted: Array = np.einsum("nchwuv,ocuv->nohw", seen, weight)
    return weighted + bias[:, None, None]


def not_strided(x: Array, weight: Array, bias: Array, stride: int) -> Array:
    """Give as many outputs as asked for, but move the window by one pixel."""
    _, _, high, wide = weighed(x, weight, bias, stride).shape
    return weighed(x, weight, bias, 1)[:, :, :high, :wide]


CONV_FORWARD = Task(
    id="conv2d-forward",
    title="One kernel at every window",
    kind="by hand",
    section="One kernel at every window",
    rows="K03",
    goal=1,
    points=3,
    minutes=10,
    difficulty=2,
    reference=convolved,
    draw=pictures_and_kernels,
    wrong=(
        Wrong(
            "the kernel turned",
            lambda x, weight, bias, stride: weighed(x, weight[:, :, ::-1, ::-1], bias, stride),
            "You turn the kernel by 180 degrees. That is the convolution of the mathematicians; "
            "the layer of a net weighs the window as it lies there.",
        ),
        Wrong(
            "the kernel mirrored",
            lambda x, weight, bias, stride: weighed(x, weight.transpose(0, 1, 3, 2), bias, stride),
            "Rows and columns of your kernel are swapped: what should lie to the right weighs what "
            "lies below. Look at the order of the last two axes.",
        ),
        Wrong(
            "bias once for each channel",
            lambda x, weight, bias, stride: weighed(x, weight, weight.shape[1] * bias, stride),
            "With one input channel you are right. With more, the bias comes in once for each; it "
            "is added once, when all channels are summed.",
        ),
        Wrong(
            "no stride",
            not_strided,
            "With stride 1 you are right, and the shape is always right. But your window moves by "
            "one pixel, so it only sees the upper left part of the picture.",
        ),
        Wrong(
            "no bias",
            lambda x, weight, bias, stride: weighed(x, weight, 0 * bias, stride),
            "Each of your maps is off by the same number everywhere. That number is its bias.",
        ),
    ),
)


def pooled_pictures(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw windows without ties, with ties, and pixels at the edge that are in no window."""
    ties = np.array([[4.0, 4, 0, 0, 1], [4, 4, 0, 7, 9], [2, 5, 3, 3, 3], [5, 1, 3, 1, 8]])
    return [
        (rng.normal(size=(1, 1, 2, 2)), rng.normal(size=(1, 1, 1, 1)), 2),
        (ties[None, None], rng.normal(size=(1, 1, 2, 2)), 2),
        (np.maximum(rng.normal(size=(2, 3, 6, 10)), 0), rng.normal(size=(2, 3, 2, 3)), 3),
    ]


def pooling_gradient(x: Array, dy: Array, size: int) -> Array:
    """Go back through the box of the package."""
    box = MaxPool2d(size)
    box.fprop(x)
    return box.bprop(dy)


def by_window(x: Array, dy: Array, size: int, share: str) -> Array:
    """Give a window's gradient to its pixels in one of the wrong ways."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dy.shape[2:]):
        part = (..., slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size))
        tops = x[part] == x[part].max(axis=(2, 3), keepdims=True)
        arriving = dy[:, :, i : i + 1, j : j + 1]
        if share == "all":
            dx[part] = tops * arriving
        elif share == "split":
            dx[part] = tops / tops.sum(axis=(2, 3), keepdims=True) * arriving
        else:
            dx[part] = arriving / size**2
    return dx


def one_winner(x: Array, dy: Array, size: int, first: bool) -> Array:
    """Let the first or the last of equal numbers win."""
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dy.shape):
        numbers = x[n, c, i * size : (i + 1) * size, j * size : (j + 1) * size].ravel()
        best = int(numbers.argmax() if first else len(numbers) - 1 - numbers[::-1].argmax())
        dx[n, c, i * size + best // size, j * size + best % size] = dy[n, c, i, j]
    return dx


POOL_BACKWARD = Task(
    id="maxpool-backward",
    title="Who gets the gradient?",
    kind="bug",
    section="Pooling",
    rows="K05",
    goal=1,
    points=2,
    minutes=8,
    difficulty=2,
    reference=pooling_gradient,
    draw=pooled_pictures,
    wrong=(
        Wrong(
            "all ties win",
            lambda x, dy, size: by_window(x, dy, size, "all"),
            "In a window of four equal numbers the gradient arrives four times. Compare the sum of "
            "your dx with the sum of dy.",
        ),
        Wrong(
            "ties share",
            lambda x, dy, size: by_window(x, dy, size, "split"),
            "You split the gradient between equal numbers. The sum is right, and the choice is "
            "defensible; the course and PyTorch have one winner, the first in reading order.",
        ),
        Wrong(
            "the last wins",
            lambda x, dy, size: one_winner(x, dy, size, first=False),
            "One winner for each window, but of equal numbers you take the last. It is the first "
            "in reading order: row by row, from left to right.",
        ),
        Wrong(
            "average",
            lambda x, dy, size: by_window(x, dy, size, "average"),
            "You give each pixel of a window an equal share. That is the gradient of average "
            "pooling; a number that is not the largest had no influence.",
        ),
        Wrong(
            "one in place of dy",
            lambda x, dy, size: one_winner(x, np.ones_like(dy), size, first=True),
            "You mark the right winners, with a 1. What arrives there is the gradient of their "
            "window.",
        ),
    ),
)

Gradients = tuple[Array, Array, Array]


def pictures_and_gradients(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw windows that overlap, that stand side by side, and that leave a rest."""
    cases = []
    for n, c, o, k, high, wide, stride in (
        (1, 1, 1, 2, 3, 3, 1),
        (1, 2, 1, 2, 4, 5, 2),
        (2, 1, 2, 3, 5, 6, 2),
        (3, 2, 4, 3, 6, 8, 1),
    ):
        x, weight = rng.normal(size=(n, c, high, wide)), rng.normal(size=(o, c, k, k))
        sides = ((side - k) // stride + 1 for side in (high, wide))
        cases.append((x, weight, rng.normal(size=(n, o, *sides)), stride))
    return cases


def conv_gradients(x: Array, weight: Array, dy: Array, stride: int) -> Gradients:
    """Go back through the box of the package."""
    o, c, k, _ = weight.shape
    box = Conv2d(c, o, k, stride=stride)
    box.load_state_dict({"weight": weight, "bias": np.zeros(o)})
    box.fprop(x)
    dx = box.bprop(dy)
    assert dx is not None
    return dx, box.grads["weight"], box.grads["bias"]


def added_up(x: Array, weight: Array, dy: Array, stride: int) -> Gradients:
    """Add up over the windows, for the wrong answers, which may not use the package."""
    dx, dw, k = np.zeros_like(x), np.zeros_like(weight), weight.shape[2]
    for i, j in np.ndindex(dy.shape[2:]):
        part = (..., slice(stride * i, stride * i + k), slice(stride * j, stride * j + k))
        dw += np.einsum("no,ncuv->ocuv", dy[:, :, i, j], x[part])
        dx[part] += np.einsum("no,ocuv->ncuv", dy[:, :, i, j], weight)
    return dx, dw, dy.sum(axis=(0, 2, 3))


def overwritten(x: Array, weight: Array, dy: Array, stride: int) -> Gradients:
    """Let a window overwrite what its neighbour left."""
    _, dw, db = added_up(x, weight, dy, stride)
    dx, k = np.zeros_like(x), weight.shape[2]
    for i, j in np.ndindex(dy.shape[2:]):
        part = (..., slice(stride * i, stride * i + k), slice(stride * j, stride * j + k))
        dx[part] = np.einsum("no,ocuv->ncuv", dy[:, :, i, j], weight)
    return dx, dw, db


def last_window(x: Array, weight: Array, dy: Array, stride: int) -> Gradients:
    """Keep at the weights only what the last window says."""
    dx, _, db = added_up(x, weight, dy, stride)
    last = np.zeros_like(dy)
    last[:, :, -1, -1] = dy[:, :, -1, -1]
    return dx, added_up(x, weight, last, stride)[1], db


def mean_over_batch(x: Array, weight: Array, dy: Array, stride: int) -> Gradients:
    """Divide by the batch size once more."""
    dx, dw, db = added_up(x, weight, dy, stride)
    return dx, dw / len(x), db / len(x)


CONV_BACKWARD = Task(
    id="conv2d-backward",
    title="Back through a convolution",
    kind="fade",
    section="Backwards",
    rows="K04",
    goal=1,
    points=3,
    minutes=12,
    difficulty=3,
    reference=conv_gradients,
    draw=pictures_and_gradients,
    wrong=(
        Wrong(
            "dx overwritten",
            overwritten,
            "The gradients at weights and biases are right. Where windows overlap, a pixel keeps "
            "only what the last of them sends; it goes into all of them.",
        ),
        Wrong(
            "dw of one window",
            last_window,
            "Your gradient at the weights comes from the last window alone. The weights are "
            "shared: every window has a say.",
        ),
        Wrong(
            "the kernel turned",
            lambda x, weight, dy, stride: (
                added_up(x, weight[:, :, ::-1, ::-1], dy, stride)[0],
                *added_up(x, weight, dy, stride)[1:],
            ),
            "Your dx uses the kernel turned by 180 degrees. Writing into windows does that by "
            "itself: the turn is only needed when dx is computed by looking at windows of dy.",
        ),
        Wrong(
            "divided by the batch",
            mean_over_batch,
            "With one picture you are right. With more you divide by their number; that has been "
            "done by the loss, so here it is a sum.",
        ),
        Wrong(
            "mean over the pixels",
            lambda x, weight, dy, stride: (
                *added_up(x, weight, dy, stride)[:2],
                dy.mean(axis=(2, 3)).sum(axis=0),
            ),
            "dx and dw are right. At the biases you average over the pixels, but a bias is added "
            "at every pixel, so everything that arrives adds up.",
        ),
    ),
)


def moved_pictures(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw pictures, kernels of 3 x 3 or 5 x 5, and moves to either side."""
    return [
        (rng.normal(size=(n, c, high, wide)), rng.normal(size=(o, c, k, k)), shift)
        for n, c, o, k, high, wide, shift in (
            (1, 1, 1, 3, 4, 6, 1),
            (2, 1, 2, 3, 5, 8, -1),
            (2, 2, 3, 5, 7, 12, 2),
        )
    ]


Pair = tuple[Array, Array]


def gap(one: Array, other: Array) -> Array:
    """Give the largest difference in each column."""
    largest: Array = np.abs(one - other).max(axis=(0, 1, 2))
    return largest


def gaps(x: Array, weight: Array, shift: int) -> Pair:
    """Compute both gaps by the loops of the package."""
    y, moved = (
        correlate_loops(pictures, weight, padding=weight.shape[2] // 2)
        for pictures in (x, np.roll(x, shift, axis=3))
    )
    return gap(moved, np.roll(y, shift, axis=3)), gap(moved, y)


def maps(x: Array, weight: Array, shift: int, mode: Any = "constant", axis: int = 3) -> Pair:
    """Convolve pictures and moved pictures, for the wrong answers."""
    half = weight.shape[2] // 2
    around = [(0, 0), (0, 0), (half, half), (half, half)]
    none = np.zeros(len(weight), x.dtype)
    y, moved = (
        weighed(np.pad(pictures, around, mode=mode), weight, none, 1)
        for pictures in (x, np.roll(x, shift, axis=axis))
    )
    return y, moved


def swapped(x: Array, weight: Array, shift: int) -> Pair:
    """Give the gap to invariance first."""
    y, moved = maps(x, weight, shift)
    return gap(moved, y), gap(moved, np.roll(y, shift, axis=3))


def moved_back(x: Array, weight: Array, shift: int) -> Pair:
    """Move the map in the opposite direction."""
    y, moved = maps(x, weight, shift)
    return gap(moved, np.roll(y, -shift, axis=3)), gap(moved, y)


def moved_down(x: Array, weight: Array, shift: int) -> Pair:
    """Move pictures and maps along the rows."""
    y, moved = maps(x, weight, shift, axis=2)
    return gap(moved, np.roll(y, shift, axis=2)), gap(moved, y)


def on_a_ring(x: Array, weight: Array, shift: int) -> Pair:
    """Surround the pictures by themselves in place of zeros."""
    y, moved = maps(x, weight, shift, mode="wrap")
    return gap(moved, np.roll(y, shift, axis=3)), gap(moved, y)


def mean_gaps(x: Array, weight: Array, shift: int) -> Pair:
    """Average each column in place of its largest difference."""
    y, moved = maps(x, weight, shift)
    one, other = np.abs(moved - np.roll(y, shift, axis=3)), np.abs(moved - y)
    return one.mean(axis=(0, 1, 2)), other.mean(axis=(0, 1, 2))


SHIFT_GAPS = Task(
    id="shift-gaps",
    title="Equivariant, invariant, and where it breaks",
    kind="torch",
    section="Move the picture, and the map moves",
    rows="K08",
    goal=4,
    points=3,
    minutes=10,
    difficulty=3,
    reference=gaps,
    draw=moved_pictures,
    wrong=(
        Wrong(
            "the two swapped",
            swapped,
            "Your two results are in the wrong order. Equivariant: the map moves along. Invariant: "
            "nothing changes at all.",
        ),
        Wrong(
            "the map moves the other way",
            moved_back,
            "You move the map in the opposite direction, so it differs in every column. It moves "
            "to the same side as the picture.",
        ),
        Wrong(
            "moved up and down",
            moved_down,
            "You move the pictures up and down. Asked for is a move to the right, and columns "
            "are what the last axis counts.",
        ),
        Wrong(
            "a ring in place of zeros",
            on_a_ring,
            "On your pictures the right edge touches the left one, and there convolution is "
            "equivariant exactly. Here zeros lie around, and at the edges that shows.",
        ),
        Wrong(
            "mean in place of largest",
            mean_gaps,
            "You average the differences of a column. A mean hides a single pixel that breaks it; "
            "asked for is the largest.",
        ),
    ),
)

NETS = {
    "p": "P reads moved digits as well as those in the middle, and needs its pixels in order",
    "q": "Q is lost when digits move, and does not notice shuffled pixels",
    "r": "R is lost when digits move, but learns more from digits at random places than Q",
    "a": "with an order of its own for each picture, no net can learn anything",
    "b": "no net can read test pictures of another kind than it has learned from",
    "c": "C takes away only what is near what, and no information",
}

WHICH_NET = Task(
    id="which-net",
    title="Three nets without names",
    kind="experiment",
    section="Experiment: anywhere on the paper, and shuffled paper",
    rows="K07 K08",
    goal=5,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: list("qrppc"),
    accept=one_for_each("qrppc", NETS),
    wrong=(
        Wrong(
            "full and global swapped",
            lambda: list("qprrc"),
            "You take the net that stays good when digits move for the one with the full head. A "
            "full layer has weights for each place; only a head that forgets the place does not "
            "mind.",
        ),
        Wrong(
            "multilayer and full swapped",
            lambda: list("rqppc"),
            "Look at the last row: one net does not notice that its pixels are shuffled. To whom "
            "does the order of pixels mean nothing?",
        ),
        Wrong(
            "best in the middle",
            lambda: list("qrprc"),
            "The nets are named rightly. For the scratch you look at the first row, where all "
            "stands in the middle; a scratch may be anywhere.",
        ),
        Wrong(
            "shuffle only the test",
            lambda: list("qrppb"),
            "The nets are named rightly. But shuffle the test pictures only, and every net breaks "
            "down, so it shows nothing about convolution.",
        ),
        Wrong(
            "a new order for each picture",
            lambda: list("qrppa"),
            "The nets are named rightly. But with a new order for each picture the information is "
            "lost for every net, so none of them can learn.",
        ),
    ),
)

TASKS = (
    CONV_SIZES,
    CONV_COUNTS,
    CONV_FORWARD,
    WHICH_NET,
    POOL_BACKWARD,
    CONV_BACKWARD,
    SHIFT_GAPS,
)
