"""Tasks of lecture 08: batch normalization."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.activations import Tanh
from dlcourse.by_hand.box import Array, Sequential
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.normalization import BatchNorm1d, BatchNorm2d, compute_global_statistics
from dlcourse.exercises.letters import all_that_hold
from dlcourse.exercises.parsons import in_order, listing
from dlcourse.exercises.task import Arguments, Task, Wrong


def batches(rng: np.random.Generator) -> Sequence[Arguments]:
    """Batches with gamma, beta and epsilon: two examples of one unit, then more."""
    sizes = ((2, 1, 1e-5), (3, 2, 0.1), (5, 3, 1e-5), (6, 4, 0.01))
    return [
        (
            rng.normal(size=(m, c)) * rng.uniform(0.1, 3, c) + rng.normal(size=c),
            rng.uniform(0.5, 2, c),
            rng.normal(size=c),
            eps,
        )
        for m, c, eps in sizes
    ]


def box_of(gamma: Array, beta: Array, eps: float) -> BatchNorm1d:
    """Make the box of the course."""
    box = BatchNorm1d(len(gamma), eps=eps)
    box.params["weight"][...], box.params["bias"][...] = gamma, beta
    return box


def normalized_with(
    std: Callable[[Array, float], Array],
) -> Callable[[Array, Array, Array, float], Array]:
    """Write batch normalization with another deviation to divide by."""
    return lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / std(x, eps) + beta


def over_features(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """Normalize each example over its features."""
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


FORWARD = Task(
    id="batchnorm-forward",
    title="Algorithm 1",
    kind="by hand",
    section="Algorithm 1",
    rows="BN01 BN02 BN03 BN04 BN05",
    goal=1,
    points=2,
    minutes=5,
    difficulty=1,
    reference=lambda x, gamma, beta, eps: box_of(gamma, beta, eps).fprop(x),
    draw=batches,
    wrong=(
        Wrong(
            "over the features",
            over_features,
            "You normalize each example over its units. Batch normalization treats every unit "
            "alone, and takes its statistics over the examples.",
        ),
        Wrong(
            "over m - 1",
            normalized_with(lambda x, eps: np.sqrt(x.var(axis=0, ddof=1) + eps)),
            "Your values are a little too small, most of all in small batches: you divide by the "
            "unbiased variance. That one is kept for use; in training the sum is over m.",
        ),
        Wrong(
            "epsilon outside the root",
            normalized_with(lambda x, eps: x.std(axis=0) + eps),
            "You add ε to the deviation. It belongs to the variance, inside the root, which "
            "makes a difference for units that hardly vary.",
        ),
        Wrong(
            "divided by the variance",
            normalized_with(lambda x, eps: x.var(axis=0) + eps),
            "You divide by the variance. A unit twice as wide then comes out half as wide; it "
            "should come out the same.",
        ),
    ),
)

HEADER = "def gradients(x, gamma, eps, dy):"
LINES = {
    "A": "dx = dx_hat / std + dvar * 2 * (x - mean) / m + dmean / m",
    "B": "dvar = (dx_hat * (x - mean)).sum(axis=0) * -0.5 / std**3",
    "C": "return dx, dgamma, dbeta",
    "D": "mean, var, m = x.mean(axis=0), x.var(axis=0), len(x)",
    "E": "dx_hat = gamma * dy",
    "F": "dgamma, dbeta = (dy * (x - mean) / std).sum(axis=0), dy.sum(axis=0)",
    "G": "std = np.sqrt(var + eps)",
    "H": "dmean = -(dx_hat / std).sum(axis=0)",
    "I": "dx = dx_hat / std",
}


def gradients(x: Array, gamma: Array, eps: Array, dy: Array) -> tuple[Array, ...]:
    """Compute the gradients by the box of the course."""
    box = box_of(gamma, np.zeros_like(gamma), float(eps))
    box.fprop(x)
    return box.bprop(dy), box.grads["weight"], box.grads["bias"]


BACKWARD = Task(
    id="batchnorm-backward-order",
    title="Backwards, in order",
    kind="parsons",
    section="Backwards",
    rows="BN06",
    goal=1,
    points=2,
    minutes=7,
    difficulty=2,
    reference=lambda: list("DGEFBHAC"),
    accept=in_order(
        HEADER,
        LINES,
        reference=gradients,
        draw=lambda rng: [
            (x, gamma, eps, rng.normal(size=x.shape)) for x, gamma, _, eps in batches(rng)
        ],
        spare="I",
    ),
    question=listing(HEADER, LINES),
    wrong=(
        Wrong(
            "constants",
            lambda: list("DGEFIC"),
            "You take mean and variance for constants on the way back. Every example moves both, "
            "so each of them has a gradient that flows back to every x.",
        ),
        Wrong(
            "shortcut at the end",
            lambda: list("DGEFBHAIC"),
            "Your last line for dx throws away what the one before it has collected. Only the one "
            "with all three ways from x to the loss is needed.",
        ),
        Wrong(
            "dx too early",
            lambda: list("DGEFABHC"),
            "You put the three ways together before two of them are there. The gradients at "
            "variance and mean come first.",
        ),
        Wrong(
            "backward before forward",
            lambda: list("EBHADGFC"),
            "The way back needs the deviation of the way forward. First compute the statistics "
            "again, then start from above.",
        ),
    ),
)


def three_numbers(rng: np.random.Generator) -> Mapping[str, Any]:
    """Draw the middle and the width of a batch, gamma, and a gradient."""
    return {
        "middle": int(rng.integers(5, 20)),
        "width": int(rng.integers(2, 6)),
        "gamma": int(rng.integers(2, 5)),
        "gradient": int(6 * rng.integers(1, 4)),
    }


def three_with(pattern: Sequence[float], spread: float = 2 / 3) -> Callable[..., Array]:
    """Compute a gradient that has this pattern, over the root of this variance."""
    return lambda middle, width, gamma, gradient: (
        np.array(pattern) * gamma * gradient / (width * np.sqrt(spread))
    )


def three_by_the_box(middle: int, width: int, gamma: int, gradient: int) -> Array:
    """Compute the gradient by the box of the course."""
    box = box_of(np.array([gamma]), np.zeros(1), 0.0)
    box.fprop(np.array([[middle - width], [middle], [middle + width]], float))
    return box.bprop(np.array([[gradient], [0], [0]], float))[:, 0]


THREE = Task(
    id="batchnorm-three-examples",
    title="A batch of three",
    kind="number",
    section="Backwards",
    rows="BN06",
    goal=2,
    points=2,
    minutes=7,
    difficulty=2,
    reference=three_by_the_box,
    numbers=three_numbers,
    question=(
        "One unit, a batch of three examples: x = [{middle} - {width}, {middle}, "
        "{middle} + {width}], gamma = {gamma}, eps = 0.\n"
        "From above comes the gradient dy = [{gradient}, 0, 0].\n"
        "Give dx, a list of three numbers."
    ),
    tolerance=1e-3,
    wrong=(
        Wrong(
            "statistics as constants",
            three_with([1, 0, 0]),
            "You take mean and variance for constants. The other two examples get a gradient as "
            "well, because they share in both.",
        ),
        Wrong(
            "only the mean",
            three_with([2 / 3, -1 / 3, -1 / 3]),
            "Your three numbers sum to zero, as they should. But they still have a part along x̂: "
            "multiply by x̂ and sum, and it is not zero.",
        ),
        Wrong(
            "only the stretch",
            three_with([1 / 2, 0, 1 / 2]),
            "You took out the part along x̂, but your three numbers do not sum to zero: moving all "
            "three examples by the same amount would change the loss.",
        ),
        Wrong(
            "over m - 1",
            three_with([1 / 6, -1 / 3, 1 / 6], spread=1),
            "The pattern is right; the size is that of the unbiased variance. In training the "
            "variance of a batch of three is over three.",
        ),
        Wrong(
            "not divided by the deviation",
            lambda middle, width, gamma, gradient: (
                np.array([1 / 6, -1 / 3, 1 / 6]) * gamma * gradient
            ),
            "The pattern is right, the size is not: a wider batch has smaller gradients, since "
            "the way forward divides by its deviation.",
        ),
    ),
)


def images(rng: np.random.Generator) -> Sequence[Arguments]:
    """Images, the running statistics so far, the momentum and epsilon."""
    sizes = ((1, 1, 1, 2, 0.1), (1, 2, 2, 3, 0.5), (3, 2, 3, 2, 0.1), (4, 3, 2, 3, 0.2))
    return [
        (
            rng.normal(size=(n, c, h, w)) * rng.uniform(0.5, 2, (c, 1, 1))
            + rng.normal(size=n)[:, None, None, None],
            rng.normal(size=c),
            rng.uniform(0.5, 2, c),
            momentum,
            1e-5,
        )
        for n, c, h, w, momentum in sizes
    ]


def images_by_the_box(
    x: Array, running_mean: Array, running_var: Array, momentum: float, eps: float
) -> tuple[Array, ...]:
    """Run the box of the course."""
    box = BatchNorm2d(x.shape[1], eps=eps, momentum=momentum)
    box.buffers["running_mean"][...], box.buffers["running_var"][...] = running_mean, running_var
    return box.fprop(x), box.buffers["running_mean"], box.buffers["running_var"]


def images_with(mistake: str) -> Callable[..., tuple[Array, ...]]:
    """Write it with one mistake."""

    def answer(
        x: Array, running_mean: Array, running_var: Array, momentum: float, eps: float
    ) -> tuple[Array, ...]:
        axes = (2, 3) if mistake == "each image alone" else (0, 2, 3)
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        m = len(x) if mistake == "m is N" else x.size // mean.size
        unbiased = var * m / (m - 1)
        used = unbiased if mistake == "unbiased used" else var
        kept = var if mistake == "biased kept" else unbiased
        new = 1 - momentum if mistake == "momentum of the old" else momentum
        return (
            (x - mean) / np.sqrt(used + eps),
            (1 - new) * running_mean + new * mean.mean(axis=(0, 2, 3)),
            (1 - new) * running_var + new * kept.mean(axis=(0, 2, 3)),
        )

    return answer


IMAGES = Task(
    id="batchnorm-images",
    title="Images, and what is kept",
    kind="torch",
    section="Images: one statistic per channel",
    rows="BN02 BN11 BN15",
    goal=1,
    points=3,
    minutes=9,
    difficulty=3,
    reference=images_by_the_box,
    draw=images,
    wrong=(
        Wrong(
            "each image alone",
            images_with("each image alone"),
            "You normalize each image on its own. The statistics of a channel are over all images "
            "of the batch, and all their pixels.",
        ),
        Wrong(
            "biased kept",
            images_with("biased kept"),
            "x̂ and the running mean are right; the running variance moves to a number that is a "
            "little too small. What is kept for use is the unbiased variance.",
        ),
        Wrong(
            "unbiased used",
            images_with("unbiased used"),
            "What you keep is right, but x̂ is a little too small. The batch itself is normalized "
            "with the variance over m.",
        ),
        Wrong(
            "momentum of the old",
            images_with("momentum of the old"),
            "Your running statistics nearly forget what they were. In PyTorch momentum is the "
            "weight of the new value, not of the old.",
        ),
        Wrong(
            "m is N",
            images_with("m is N"),
            "Your running variance grows too much, and to infinity for a single image: you count "
            "the images. The m of a channel counts its values, pixels included.",
        ),
    ),
)


def trained_nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw an example, the training data, the weights of two layers, and epsilon."""
    sizes = ((2, 1, 1, 1), (4, 2, 3, 2), (6, 3, 4, 2), (8, 4, 3, 3))
    return [
        (
            rng.normal(size=d),
            rng.normal(size=(t, d)) + 1,
            rng.normal(size=(m, d)),
            rng.normal(size=(k, m)),
            1e-3,
        )
        for t, d, m, k in sizes
    ]


def one_by_boxes(x: Array, train: Array, w1: Array, w2: Array, eps: float) -> Array:
    """Run the final phase of the course, and one example after it."""
    boxes = []
    for w in (w1, w2):
        affine = Affine(w.shape[1], w.shape[0])
        affine.params["weight"][...], affine.params["bias"][...] = w, 0
        boxes += [affine, BatchNorm1d(len(w), eps=eps), Tanh()]
    net = Sequential(*boxes)
    compute_global_statistics(net, train)
    return net.train(False)(x[None])[0]


def one_with(mistake: str) -> Callable[..., Array]:
    """Write it with one mistake."""

    def answer(x: Array, train: Array, w1: Array, w2: Array, eps: float) -> Array:
        h, t = x, train
        for w in (w1, w2):
            a, s = h @ w.T, t @ w.T
            seen = np.vstack([s, a]) if mistake == "the example counts" else s
            mean = seen.mean(axis=0)
            std = np.sqrt(seen.var(axis=0, ddof=0 if mistake == "over T" else 1) + eps)
            h = np.tanh((a - mean) / std)
            passed_on = s if mistake == "before any" else (s - mean) / std
            t = passed_on if mistake == "no activation" else np.tanh(passed_on)
        return h

    return answer


ONE_EXAMPLE = Task(
    id="batchnorm-one-example",
    title="One example, after the final phase",
    kind="fade",
    section="The final phase",
    rows="BN10",
    goal=3,
    points=3,
    minutes=8,
    difficulty=2,
    reference=one_by_boxes,
    draw=trained_nets,
    wrong=(
        Wrong(
            "statistics of the example",
            lambda x, train, w1, w2, eps: np.zeros(len(w2), x.dtype),
            "Your answer is 0 for every example. With statistics of its own a single example is "
            "its own mean; take those of the training data.",
        ),
        Wrong(
            "before any",
            one_with("before any"),
            "The statistics of your second layer are those of another net: one in which nothing is "
            "normalized. The training data reach layer 2 through a layer 1 that is already in use.",
        ),
        Wrong(
            "no activation",
            one_with("no activation"),
            "Your training data skip an activation that the example goes through. Both have to "
            "take the same way to the second layer.",
        ),
        Wrong(
            "over T",
            one_with("over T"),
            "Everything is in its place, and all values are a little too large: for use the "
            "variance is over T - 1.",
        ),
        Wrong(
            "the example counts",
            one_with("the example counts"),
            "You count the example among the training data. Its answer then depends on "
            "statistics that it moves itself; after training they stand still.",
        ),
    ),
)


def factors(c: int) -> list[float]:
    """Measure the factors on a unit with random weights and examples."""
    rng = np.random.default_rng(0)
    x, dy, w = rng.normal(size=(16, 3)), rng.normal(size=(16, 1)), rng.normal(size=(1, 3))
    found = []
    for scale in (1, c):
        box = box_of(np.ones(1), np.zeros(1), 0.0)
        y = box.fprop(x @ (scale * w).T)
        dw = box.bprop(dy).T @ x
        found.append([float(np.linalg.norm(v)) for v in (y, dw, scale * w)])
    (y1, dw1, w1), (y2, dw2, w2) = found
    return [y2 / y1, dw2 / dw1, (dw2 / w2) / (dw1 / w1), (w2 / w1) ** 2, 0.0]


FACTORS = Task(
    id="batchnorm-factors",
    title="The weights in front",
    kind="number",
    section="What it cannot see",
    rows="BN13 BN14",
    goal=5,
    points=2,
    minutes=5,
    difficulty=2,
    reference=factors,
    numbers=lambda rng: {"c": int(rng.choice([2, 4, 5, 8, 10, 16, 20, 25]))},
    question=(
        "A layer with weights W and bias b stands right in front of a batch normalization, "
        "which is training; eps is negligible. Somebody multiplies W by {c}.\n"
        "By which factors do these change?\n"
        "1. what comes out behind the batch normalization\n"
        "2. the gradient at W\n"
        "3. the (small) angle by which one step of plain gradient descent turns W\n"
        "4. the L2 penalty of W\n"
        "And no factor: 5. what is the gradient at b?\n"
        "Give a list of five numbers."
    ),
    wrong=(
        Wrong(
            "gradient as before",
            lambda c: [1, 1, 1 / c, c**2, 0],
            "Your gradient at W stays as long as it was. The same small change of W is now a "
            "smaller part of it, so it changes the loss less.",
        ),
        Wrong(
            "gradient grows",
            lambda c: [1, c, 1, c**2, 0],
            "Your gradient at W grows with W. It would without the normalization behind it if the "
            "scores grew; here a longer W makes the loss flatter.",
        ),
        Wrong(
            "angle once",
            lambda c: [1, 1 / c, 1 / c, c**2, 0],
            "You count the factor once in the angle. The step is shorter, and what it turns is "
            "longer.",
        ),
        Wrong(
            "penalty grows once",
            lambda c: [1, 1 / c, 1 / c**2, c, 0],
            "Your penalty grows like W itself. L2 sums the squares of the weights.",
        ),
        Wrong(
            "output grows",
            lambda c: [c, 1, 1 / c, c**2, 0],
            "Your output grows with W. The mean and the deviation of the pre-activations grow as "
            "much, and take the factor out again.",
        ),
    ),
)

FAIR_TRIAL = Task(
    id="batchnorm-fair-trial",
    title="What the table says",
    kind="experiment",
    section="Does it speed training up?",
    rows="BN12",
    goal=4,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: "ace",
    accept=all_that_hold(
        "ace",
        {
            "a": "",
            "b": "the table counts epochs, and an epoch takes longer with it",
            "c": "",
            "d": "no step size above 1 was tried",
            "e": "",
            "f": "they were given 8 epochs, which is not for ever",
        },
    ),
    wrong=(
        Wrong(
            "epochs are seconds",
            lambda: "abce",
            "You read epochs as seconds. A layer with batch normalization has more to compute, and "
            "how much that costs has to be measured.",
        ),
        Wrong(
            "any step size",
            lambda: "acde",
            "You go beyond the last column. A wider range is not every step size; the lecture "
            "tried 10, and it was too large.",
        ),
        Wrong(
            "never",
            lambda: "acef",
            "You take “not in 8 epochs” for “never”. A trial that was stopped says nothing about "
            "what would have come later.",
        ),
        Wrong(
            "only the range",
            lambda: "ce",
            "The best step size of each row may be compared as well: look along the rows for their "
            "smallest numbers.",
        ),
    ),
)

TASKS = (FORWARD, BACKWARD, THREE, IMAGES, ONE_EXAMPLE, FACTORS, FAIR_TRIAL)
