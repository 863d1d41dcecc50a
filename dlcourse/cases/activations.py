"""Cases of activation functions."""

import numpy as np

from dlcourse.cases.case import BATCH, SCORES, Case, Twin, call


def numbers(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """A batch of pre-activations, some of them large."""
    return Case(inputs=(3 * rng.standard_normal((n, d)),))


def scores(rng: np.random.Generator, *, n: int, c: int) -> Case:
    """A batch of scores, so large that exp of them would overflow."""
    return Case(inputs=(rng.choice([1.0, 400.0]) * rng.standard_normal((n, c)),))


def one_example(rng: np.random.Generator, *, c: int) -> Case:
    """The scores of one example."""
    return Case(inputs=(3 * rng.standard_normal(c),))


def no_classes(rng: np.random.Generator) -> Case:
    """Examples without a score."""
    return Case(inputs=(np.zeros((3, 0)),))


TWINS = (
    Twin("Identity", numbers, BATCH, "N07"),
    Twin("Sign", numbers, BATCH, "C03 C04"),
    Twin("Sigmoid", numbers, BATCH, "N04 N08 N09 N15 B08"),
    Twin("Tanh", numbers, BATCH, "N04 N10 N16 B08"),
    Twin("ReLU", numbers, BATCH, "N04 N11 N12 N13 N14 N17 B08"),
    Twin("Softmax", scores, SCORES, "E10 F05 F06", rejects=(no_classes,)),
    Twin("LogSoftmax", scores, SCORES, "T05", rejects=(no_classes,)),
    Twin("logsumexp", scores, SCORES, "T05", play=call("logsumexp"), rejects=(no_classes,)),
    Twin(
        "softmax_jacobian",
        one_example,
        {"c": (1, 5)},
        "F06",
        play=call("softmax_jacobian"),
        rejects=(no_classes,),
    ),
)
