"""Cases of normalization."""

from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import BATCH, Case, Twin


def columns(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Training examples with an input that never changes, others like them, and a gradient."""
    x = rng.standard_normal((n + 2, d)) * rng.uniform(0.1, 9, d) + rng.standard_normal(d)
    x[:, 0] = 3.0
    before = {"weight": rng.standard_normal((d, 3)), "bias": rng.standard_normal(d)}
    inputs = (x, rng.standard_normal((n, 3)), rng.standard_normal((n, d)))
    return Case({"before": before}, inputs)


def play_standardize(side: Any, case: Case) -> dict[str, Any]:
    """What it learns from its training set, and how it passes values and gradients on."""
    examples, x, dy = case.inputs
    box = side.double(side.lib.Standardize(examples.shape[1]))
    box.fit(side.array(examples))
    layer = side.load(side.lib.Affine(3, examples.shape[1]), case.arguments["before"])
    net = side.lib.Sequential(layer, box)
    value = net(side.array(x))
    side.backward(net, value, dy)
    return {"value": value, **side.gradients(net), **side.state(box)}


def other_columns(rng: np.random.Generator) -> Case:
    """Examples with another number of inputs."""
    return Case({"num_features": 3}, (rng.standard_normal((2, 4)),), build=build_standardize)


def build_standardize(side: Any, *, num_features: int) -> Any:
    """A box that has seen nothing yet."""
    return side.lib.Standardize(num_features)


def batch(rng: np.random.Generator, *, n: int, c: int, eps: int) -> Case:
    """A batch of vectors away from mean 0 and variance 1."""
    x = 3 * rng.standard_normal((n, c)) + rng.standard_normal(c)
    arguments = {"num_features": c, "eps": 10.0**-eps, "momentum": 0.3}
    return Case({"arguments": arguments, "drawn": norm_state(rng, c)}, (x,), build=build_1d)


def images(rng: np.random.Generator, *, n: int, c: int, h: int, w: int) -> Case:
    """A batch of images, wider than high."""
    x = 3 * rng.standard_normal((n, c, h, h + w)) + rng.standard_normal((c, 1, 1))
    arguments = {"num_features": c}
    return Case({"arguments": arguments, "drawn": norm_state(rng, c)}, (x,), build=build_2d)


def norm_state(rng: np.random.Generator, c: int) -> dict[str, Array]:
    """Draw gamma, beta and running statistics."""
    return {
        "weight": rng.standard_normal(c),
        "bias": rng.standard_normal(c),
        "running_mean": rng.standard_normal(c),
        "running_var": rng.uniform(0.5, 2, c),
        "num_batches_tracked": np.array(rng.integers(9)),
    }


def build_1d(side: Any, *, arguments: dict[str, Any], drawn: dict[str, Array]) -> Any:
    """A batch normalization of vectors in the middle of training."""
    return side.load(side.lib.BatchNorm1d(**arguments), drawn)


def build_2d(side: Any, *, arguments: dict[str, Any], drawn: dict[str, Array]) -> Any:
    """A batch normalization of images in the middle of training."""
    return side.load(side.lib.BatchNorm2d(**arguments), drawn)


def single_example(rng: np.random.Generator) -> Case:
    """A batch of one while training."""
    return Case({"num_features": 3}, (rng.standard_normal((1, 3)),))


def other_units(rng: np.random.Generator) -> Case:
    """A batch with another number of units."""
    return Case({"num_features": 3}, (rng.standard_normal((4, 2)),))


def single_pixel(rng: np.random.Generator) -> Case:
    """One image of one pixel while training."""
    return Case({"num_features": 3}, (rng.standard_normal((1, 3, 1, 1)),))


def no_images(rng: np.random.Generator) -> Case:
    """Vectors where images are due."""
    return Case({"num_features": 3}, (rng.standard_normal((4, 3)),))


def normalized_state(rng: np.random.Generator) -> dict[str, Array]:
    """Draw parameters and buffers for an MLP of 3, 4, 5 and 2 units with batch normalization."""
    state = {}
    for position, d, m in ((0, 3, 4), (3, 4, 5), (6, 5, 2)):
        state[f"{position}.weight"] = rng.standard_normal((m, d))
        state[f"{position}.bias"] = rng.standard_normal(m)
    for position, c in ((1, 4), (4, 5)):
        state |= {f"{position}.{name}": a for name, a in norm_state(rng, c).items()}
    return state


def normalized_net(rng: np.random.Generator, *, n: int, training: int) -> Case:
    """A net with two batch normalizations, and all its training data."""
    state = normalized_state(rng)
    arguments = {"state": state, "training": bool(training)}
    return Case(arguments, (rng.standard_normal((n, 3)),))


def play_global_statistics(side: Any, case: Case) -> dict[str, Any]:
    """The state after the final phase, what the net gives then, and how it is left."""
    arguments = case.arguments
    net = side.load(side.lib.MLP([3, 4, 5, 2], batch_norm=True), arguments["state"])
    net.train(arguments["training"])
    x = side.array(case.inputs[0])
    side.lib.compute_global_statistics(net, x)
    left = {"training": net.training, "training inside": net[1].training}
    left["momentum"] = net[1].momentum
    return {**side.state(net), **left, "value": net.train(False)(x[:1])}


def no_units(rng: np.random.Generator) -> Case:
    """A layer without units."""
    return Case({"num_features": 0})


def no_inputs(rng: np.random.Generator) -> Case:
    """Examples of no inputs."""
    return Case({"num_features": 0}, build=build_standardize)


TWINS = (
    Twin(
        "Standardize",
        columns,
        BATCH,
        "O17 V07",
        play=play_standardize,
        rejects=(other_columns, no_inputs),
    ),
    Twin(
        "BatchNorm1d",
        batch,
        {"n": (2, 6), "c": (1, 5), "eps": (1, 5)},
        "BN01 BN02 BN03 BN04 BN05 BN06 BN07 BN08 BN10 BN11 BN13 BN14",
        rejects=(single_example, other_units, no_units),
    ),
    Twin(
        "BatchNorm2d",
        images,
        {"n": (1, 3), "c": (1, 4), "h": (1, 3), "w": (1, 2)},
        "BN15",
        rejects=(single_pixel, no_images, no_units),
    ),
    Twin(
        "compute_global_statistics",
        normalized_net,
        {"n": (2, 6), "training": (0, 1)},
        "BN10",
        play=play_global_statistics,
    ),
)
