"""Tasks of lecture 06: optimization."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.initialization import initial_std
from dlcourse.by_hand.normalization import Standardize
from dlcourse.exercises.letters import all_that_hold
from dlcourse.exercises.task import Arguments, Task, Wrong


def walks(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw gradients in the order of time, a start, a step size and a momentum."""
    return [
        (rng.normal(size=(t, d)), rng.normal(size=d), lr, beta)
        for t, d, lr, beta in (
            (1, 1, 0.5, 0.9),
            (2, 1, 0.5, 0.5),
            (3, 2, 0.1, 0.8),
            (6, 3, 0.2, 0.9),
        )
    ]


def walk_by_sums(gradients: Array, theta: Array, lr: float, momentum: float) -> tuple[Array, Array]:
    """Unroll the recursion: v_t is the sum of momentum^(t - s) g_s over s up to t."""
    t = np.arange(len(gradients))
    powers = np.tril(momentum ** np.maximum(t[:, None] - t, 0))
    velocities = powers @ gradients
    return theta - lr * velocities.sum(axis=0), velocities[-1]


def walk_on_average(
    gradients: Array, theta: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    """Take a true exponential average for the direction."""
    return walk_by_sums((1 - momentum) * gradients, theta, lr, momentum)


def walk_without_memory(
    gradients: Array, theta: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    """Forget the directions before the last."""
    before = np.vstack([np.zeros_like(theta), gradients[:-1]])
    return walk_by_sums(gradients + momentum * before, theta, lr, 0.0)


def walk_late(gradients: Array, theta: Array, lr: float, momentum: float) -> tuple[Array, Array]:
    """Step along the last direction before the gradient is added."""
    v = np.zeros_like(theta)
    for g in gradients:
        theta = theta - lr * v
        v = g + momentum * v
    return theta, v


def walk_with_steps(
    gradients: Array, theta: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    """Keep the step size in the velocity."""
    end, v = walk_by_sums(gradients, theta, lr, momentum)
    return end, lr * v


def walk_uphill(gradients: Array, theta: Array, lr: float, momentum: float) -> tuple[Array, Array]:
    """Step along the direction, and not against it."""
    end, v = walk_by_sums(gradients, theta, lr, momentum)
    return 2 * theta - end, v


MOMENTUM = Task(
    id="momentum-walk",
    title="A walk with memory",
    kind="by hand",
    section="Momentum",
    rows="O07 O08",
    goal=1,
    points=2,
    minutes=6,
    difficulty=1,
    reference=lambda gradients, theta, lr, momentum: walk_by_sums(gradients, theta, lr, momentum),
    draw=walks,
    wrong=(
        Wrong(
            "a true average",
            walk_on_average,
            "You take an average of the gradients, so your steps are too small by the factor "
            "1 - β. On the slide nothing stands in front of the new gradient.",
        ),
        Wrong(
            "remembers one gradient",
            walk_without_memory,
            "Your walk remembers the last gradient and nothing before it. What is remembered is "
            "the last direction, which has its own memory.",
        ),
        Wrong(
            "steps too early",
            walk_late,
            "You step before the new gradient has arrived, so your walk is one gradient behind. "
            "The new direction comes first, then the step along it.",
        ),
        Wrong(
            "step size in the velocity",
            walk_with_steps,
            "You walk to the right place, but your velocity is α times that of the slide. There "
            "it is made of gradients, and α comes in with the step.",
        ),
        Wrong(
            "uphill",
            walk_uphill,
            "You walk uphill, as far as you should have gone down. A gradient points to where "
            "the loss rises.",
        ),
    ),
)


def batch_sizes(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a number of examples, and two batch sizes whose ratio is a square."""
    small = int(rng.choice([8, 16, 20]))
    large = small * int(rng.choice([4, 9, 16]))
    return {"total": int(rng.integers(20, 30)) * large + small + 3, "small": small, "large": large}


BATCHES = Task(
    id="bigger-batches",
    title="A bigger batch",
    kind="number",
    section="How often: mini-batches",
    rows="O04",
    goal=2,
    points=1,
    minutes=3,
    difficulty=1,
    reference=lambda total, small, large: (np.sqrt(large) / np.sqrt(small), -(-total // large)),
    numbers=batch_sizes,
    question="You have {total} examples, and go from batches of {small} to batches of {large}, "
    "drawn with replacement.\n"
    "By which factor does the noise of the gradient fall?\n"
    "And in an epoch of batches of {large}, which takes every example once: how many updates?",
    wrong=(
        Wrong(
            "noise over B",
            lambda total, small, large: (large / small, -(-total // large)),
            "Your noise falls as fast as the batch grows. That is so for the variance; how far a "
            "mean is off falls more slowly.",
        ),
        Wrong(
            "noise as it was, a part of it",
            lambda total, small, large: (np.sqrt(small / large), -(-total // large)),
            "You say which part of the noise is left. The question is how many times smaller it "
            "is, a number above 1.",
        ),
        Wrong(
            "the rest is left out",
            lambda total, small, large: (np.sqrt(large / small), total // large),
            "The noise is right, but your epoch leaves the last examples out: they make a batch "
            "of their own, a smaller one.",
        ),
        Wrong(
            "a part of an update",
            lambda total, small, large: (np.sqrt(large / small), total / large),
            "The noise is right. Updates are whole ones: a batch that is not full still makes "
            "the weights move once.",
        ),
    ),
)


def inputs_of_bowls(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw inputs of a linear neuron, and a first learning rate, too large or not."""
    mix = rng.normal(size=(3, 3)) + 2
    return [
        (np.array([[2.0], [1.0]]), 16.0),
        (np.array([[1.0, 0.0], [0.0, 0.1], [0.5, 0.0]]), 0.25),
        (np.array([[1.0, 1.0], [1.0, 0.9], [0.9, 1.0]]), 10.0),
        (rng.normal(size=(6, 2)) @ np.array([[3.0, 0.0], [2.0, 0.3]]), 16.0),
        (rng.normal(size=(5, 3)) * [0.1, 1.0, 8.0], 3.0),
        (rng.normal(size=(20, 3)) @ mix + 1, 10.0),
    ]


def halved(lr: float, curvature: Any) -> Any:
    """Halve a learning rate as often as a bowl of this curvature asks for."""
    halvings = np.floor(np.log2(lr * curvature / 2)) + 1
    return lr / 2.0 ** max(halvings, 0)


STABLE = Task(
    id="stable-step",
    title="Halve until it holds",
    kind="by hand",
    section="How far: find the first step size",
    rows="O11",
    goal=3,
    points=2,
    minutes=8,
    difficulty=3,
    reference=lambda x, lr: halved(lr, np.linalg.norm(x, 2) ** 2 / len(x)),
    draw=inputs_of_bowls,
    wrong=(
        Wrong(
            "summed loss",
            lambda x, lr: halved(lr, np.linalg.norm(x, 2) ** 2),
            "You stop too late when there are many examples: this is the bowl of the summed "
            "loss. That of the mean is flatter, by the number of examples.",
        ),
        Wrong(
            "the flat direction",
            lambda x, lr: halved(lr, np.linalg.norm(x, -2) ** 2 / len(x)),
            "Your step is short enough for the flattest direction. The walk flies off along the "
            "steepest one, which decides.",
        ),
        Wrong(
            "too careful by half",
            lambda x, lr: halved(lr, 2 * np.linalg.norm(x, 2) ** 2 / len(x)),
            "You halve when the step jumps past the bottom. It may: as long as it lands nearer "
            "than it was, on the other side, the walk does not diverge.",
        ),
        Wrong(
            "singular values as curvatures",
            lambda x, lr: halved(lr, np.linalg.norm(x, 2) / len(x)),
            "You take the stretching of the inputs for the curvature of the loss. The loss is "
            "quadratic, and so is its curvature in the inputs.",
        ),
        Wrong(
            "each input by itself",
            lambda x, lr: halved(lr, (x**2).mean(axis=0).max()),
            "You look along the axes, one input by itself. Inputs that move together make a "
            "direction between the axes that is steeper than each of them.",
        ),
    ),
)

REASONS = {
    "a": "the squares are 1/t, and their sum grows without bound, slowly",
    "b": "",
    "c": "",
    "d": "all its steps together have a finite length, so the walk may stop short",
    "e": "its steps stay as long as they are, and so does the noise",
    "f": "",
    "g": "its steps make a geometric series, so the walk may stop short",
}

SCHEDULES = Task(
    id="schedules-that-arrive",
    title="Schedules that arrive",
    kind="quiz",
    section="How far: step sizes in noise",
    rows="O01 O02 O03",
    goal=4,
    points=1,
    minutes=4,
    difficulty=2,
    reference=lambda: "bcf",
    accept=all_that_hold("bcf", REASONS),
    wrong=(
        Wrong(
            "the border counts",
            lambda: "abcf",
            "You have counted the border in. At exponent 1/2 the first sum is fine; look at the "
            "squares once more.",
        ),
        Wrong(
            "shrinks fast enough",
            lambda: "bcdfg",
            "You have asked only whether the noise dies out. A walk also has to be able to get "
            "anywhere, however far it starts.",
        ),
        Wrong(
            "goes far enough",
            lambda: "abcef",
            "You have asked only whether every place can be reached. The noise of all steps has "
            "to add up to something finite as well.",
        ),
        Wrong(
            "powers of t alone",
            lambda: "bf",
            "Both of these are right. One more is not written as a power of t, but behaves like "
            "one in the long run.",
        ),
        Wrong(
            "the plain 1/t alone",
            lambda: "bc",
            "Both of these are right. Between the border and 1/t there is room for exponents "
            "that satisfy both conditions.",
        ),
    ),
)


def decays(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a first learning rate, a factor by which it falls, and a number of epochs."""
    each, epochs = [(0.5, 4), (0.5, 5), (0.1, 3), (0.1, 4), (0.2, 3)][rng.integers(5)]
    return {"lr": float(rng.choice([0.2, 0.4, 0.8])), "each": each, "epochs": epochs}


def rates(lr: float, each: float, epochs: int) -> list[float]:
    """List the learning rate of each epoch."""
    return [lr * each**k for k in range(epochs)]


CONTROL = Task(
    id="decay-control",
    title="What the decay itself does",
    kind="experiment",
    section="How far: the decay",
    rows="O13",
    goal=4,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda lr, each, epochs: lr * (1 - each**epochs) / (1 - each) / epochs,
    numbers=decays,
    question="A run of {epochs} epochs starts with the learning rate {lr}, and multiplies it by "
    "{each} after each epoch.\nIt ends with a lower test error than a constant {lr}. Was it the "
    "decay, or would less walking have done?\nA second run with a constant learning rate "
    "should walk as far in all, and differ in nothing but the decay. Which rate does it get?",
    tolerance=1e-4,
    wrong=(
        Wrong(
            "the first rate",
            lambda lr, each, epochs: lr,
            "This is the run you want to explain. It takes longer steps in all than the one with "
            "the decay, so two things differ.",
        ),
        Wrong(
            "the last rate",
            lambda lr, each, epochs: rates(lr, each, epochs)[-1],
            "A run at the last rate has hardly moved when the other one has made most of its "
            "way. The sum of all steps should be the same.",
        ),
        Wrong(
            "halfway between first and last",
            lambda lr, each, epochs: lr * (1 + each ** (epochs - 1)) / 2,
            "You take the middle of the first and the last rate. The rates in between are not "
            "spread evenly, most of them are small.",
        ),
        Wrong(
            "geometric mean",
            lambda lr, each, epochs: lr * each ** ((epochs - 1) / 2),
            "Yours has the same product of all rates. How far a run walks goes with the sum, to "
            "which the first epochs contribute most.",
        ),
        Wrong(
            "the sum",
            lambda lr, each, epochs: sum(rates(lr, each, epochs)),
            "This is what all epochs of the decay come to together. The constant run has as many "
            "epochs to share it out.",
        ),
    ),
)


def deep_starts(rng: np.random.Generator) -> Sequence[Arguments]:
    """Examples, and standard normal numbers in the shapes of two layers of weights."""
    return [
        (rng.normal(size=(n, d)), rng.normal(size=(m, d)), rng.normal(size=(k, m)))
        for n, d, m, k in ((1, 1, 2, 3), (2, 3, 2, 1), (5, 4, 8, 2), (6, 3, 10, 5))
    ]


def start(
    x: Array,
    z1: Array,
    z2: Array,
    *,
    he: Any = lambda z: np.sqrt(2 / z.shape[1]),
    relu: bool = True,
    deviation: bool = False,
) -> tuple[Array, Array]:
    """Send examples through two layers, and give how large their outputs are."""
    sizes, h = [], x
    for z in (z1, z2):
        h = np.einsum("nd,md->nm", h, he(z) * z)
        h = np.maximum(h, 0) if relu else h
        sizes.append(h.std(ddof=1) if deviation else np.sqrt(np.mean(h**2)))
    return sizes[0], sizes[1]


HE = Task(
    id="he-start",
    title="A start that keeps signals alive",
    kind="torch",
    section="Where to start: similar variance",
    rows="O15",
    goal=5,
    points=2,
    minutes=8,
    difficulty=2,
    reference=lambda x, z1, z2: start(x, z1, z2, he=lambda z: initial_std(z.shape, kind="he")),
    draw=deep_starts,
    wrong=(
        Wrong(
            "variance for deviation",
            lambda x, z1, z2: start(x, z1, z2, he=lambda z: 2 / z.shape[1]),
            "Your weights have the right number as their deviation where it should be their "
            "variance. Signals fade at each wide layer.",
        ),
        Wrong(
            "no 2",
            lambda x, z1, z2: start(x, z1, z2, he=lambda z: np.sqrt(1 / z.shape[1])),
            "Your signals lose half of their mean square at each layer. ReLU silences about "
            "half of what comes in, and the weights have to make up for it.",
        ),
        Wrong(
            "fan out",
            lambda x, z1, z2: start(x, z1, z2, he=lambda z: np.sqrt(2 / z.shape[0])),
            "You count how many outputs an input goes to. What makes a pre-activation large is "
            "how many inputs it sums over.",
        ),
        Wrong(
            "Glorot",
            lambda x, z1, z2: start(x, z1, z2, he=lambda z: np.sqrt(2 / sum(z.shape))),
            "This is Glorot's start, made for tanh. He's counts the inputs alone, because with "
            "ReLU half of them are zero.",
        ),
        Wrong(
            "mean taken away",
            lambda x, z1, z2: start(x, z1, z2, deviation=True),
            "You take the mean away before you square, which gives the deviation. Asked for is "
            "the root of the mean square itself, which He's start keeps.",
        ),
    ),
)


def train_and_test(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw inputs of different scales and means; one of them never changes."""
    cases = []
    for t, n, d in ((2, 1, 1), (4, 2, 2), (6, 3, 4)):
        scale, shift = rng.uniform(1, 9, d), rng.uniform(-9, 9, d)
        cases.append(
            (rng.normal(size=(t, d)) * scale + shift, rng.normal(size=(n, d)) * scale + shift + 1)
        )
    train, test = (a.copy() for a in cases[-1])
    train[:, 1], test[:, 1] = 0.0, [0.0, 0.0, 5.0]
    train[:, 3], test[:, 3] = 7.0, 7.0
    return [*cases, (train, test)]


def standardized(train: Array, test: Array) -> tuple[Array, Array]:
    """Standardize as the package does."""
    box = Standardize(train.shape[1])
    box.fit(train)
    return box(train), box(test)


def scaled(train: Array, test: Array, mean: Any, std: Any) -> tuple[Array, Array]:
    """Subtract and divide."""
    return (train - mean) / std, (test - mean) / std


def spread(x: Array, ddof: int = 0) -> Array:
    """Compute the deviation of each input, 1 where it does not change."""
    std = np.std(x, axis=0, ddof=ddof)
    return np.where(std > 0, std, 1)


STANDARDIZE = Task(
    id="standardize-inputs",
    title="Feed it well",
    kind="fade",
    section="Feed it well: normalized inputs",
    rows="O17",
    goal=6,
    points=2,
    minutes=6,
    difficulty=1,
    reference=lambda train, test: standardized(train, test),
    draw=train_and_test,
    wrong=(
        Wrong(
            "test set by its own numbers",
            lambda train, test: (
                scaled(train, test, train.mean(axis=0), spread(train))[0],
                scaled(train, test, test.mean(axis=0), spread(test))[1],
            ),
            "Your test set is standardized by itself. Then the same picture gets other inputs, "
            "depending on which pictures are tested with it.",
        ),
        Wrong(
            "all data together",
            lambda train, test: scaled(
                train,
                test,
                np.vstack([train, test]).mean(axis=0),
                spread(np.vstack([train, test])),
            ),
            "Your mean and deviation have seen the test set. In training it has to be as unknown "
            "as the future.",
        ),
        Wrong(
            "one mean for all inputs",
            lambda train, test: scaled(train, test, train.mean(), train.std()),
            "You have one mean and one deviation for all inputs. Shifting and rescaling all of "
            "them alike does not make the ravine any rounder.",
        ),
        Wrong(
            "divided by 0",
            lambda train, test: scaled(train, test, train.mean(axis=0), train.std(axis=0)),
            "Everything is right but for inputs that never change in training: you divide by "
            "their deviation, which is 0.",
        ),
        Wrong(
            "over T - 1",
            lambda train, test: scaled(train, test, train.mean(axis=0), spread(train, ddof=1)),
            "Your deviation is the estimate over T - 1. Nothing is estimated here: the mean "
            "square of each training input should come out as 1.",
        ),
    ),
)

TASKS = (MOMENTUM, BATCHES, STABLE, SCHEDULES, CONTROL, HE, STANDARDIZE)
