"""Cases of losses and errors."""

import numpy as np

from dlcourse.cases import arithmetic
from dlcourse.cases.case import BATCH, SCORES, Case, Twin, call


def probabilities(rng: np.random.Generator, *, n: int, c: int) -> Case:
    """Probabilities, none of them 0, and labels."""
    f = rng.dirichlet(np.ones(c), size=n).clip(1e-3, 1)
    return Case(inputs=(f, rng.integers(c, size=n)), fixed=frozenset({1}))


def no_probabilities(rng: np.random.Generator) -> Case:
    """Scores where probabilities belong."""
    return Case(inputs=(np.array([[1.5, -0.5]]), np.array([0])))


def labelled_scores(rng: np.random.Generator, *, n: int, c: int) -> Case:
    """Scores of any size and one label for each."""
    a = rng.choice([1.0, 400.0]) * rng.standard_normal((n, c))
    return Case(inputs=(a, rng.integers(c, size=n)), fixed=frozenset({1}))


def label_too_large(rng: np.random.Generator) -> Case:
    """A label that no class has."""
    return Case(inputs=(rng.random((2, 3)), np.array([0, 3])))


def too_few_labels(rng: np.random.Generator) -> Case:
    """Fewer labels than rows of scores."""
    return Case(inputs=(rng.random((3, 3)), np.array([0, 1])))


def yes_or_no(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Scores and targets between 0 and 1, one for each example or several."""
    shape = (n, d) if d else (n,)
    a = rng.choice([1.0, 400.0]) * rng.standard_normal(shape)
    return Case(inputs=(a, rng.choice([0.0, 0.25, 1.0], size=shape)), fixed=frozenset({1}))


def impossible_target(rng: np.random.Generator) -> Case:
    """A target of -1, as the hinge loss would take."""
    return Case(inputs=(rng.standard_normal(2), np.array([1.0, -1.0])))


def regression(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Predictions and targets."""
    f, y = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    return Case(inputs=(f, y), fixed=frozenset({1}))


def margins(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """Scores on both sides of the margin, and labels of -1 or 1."""
    shape = (n, d) if d else (n,)
    a, y = 2 * rng.standard_normal(shape), rng.choice([-1, 1], size=shape)
    return Case(inputs=(a, y), fixed=frozenset({1}))


def label_zero(rng: np.random.Generator) -> Case:
    """A label of 0, as the cross-entropy would take."""
    return Case(inputs=(rng.standard_normal(2), np.array([0, 1])))


def tied_scores(rng: np.random.Generator, *, n: int, c: int, k: int) -> Case:
    """Small whole numbers as scores, so that many are equal, and a number of guesses."""
    a = rng.integers(3, size=(n, c)).astype(float)
    return Case({"k": min(k, c)}, (a, rng.integers(c, size=n)))


def too_many_guesses(rng: np.random.Generator) -> Case:
    """More guesses than classes."""
    return Case({"k": 4}, (rng.random((2, 3)), np.array([0, 1])))


def labels_of_bools(rng: np.random.Generator) -> Case:
    """Answers of yes and no, as many as classes, where numbers of classes belong."""
    return Case(inputs=(rng.random((2, 2)), np.array([True, False])))


def labels_with_fractions(rng: np.random.Generator) -> Case:
    """Numbers of classes that could have a fraction."""
    return Case(inputs=(rng.random((3, 2)), np.array([0.0, 1.0, 1.0])))


def half_a_guess(rng: np.random.Generator) -> Case:
    """One guess and a half."""
    return Case({"k": 1.5}, tied_scores(rng, n=3, c=4, k=1).inputs)


def guesses_of_bools(rng: np.random.Generator) -> Case:
    """One guess, and answers of yes and no."""
    return Case({"k": 1}, labels_of_bools(rng).inputs)


LABEL_ERRORS = (label_too_large, too_few_labels, labels_of_bools, labels_with_fractions)
TWINS = (
    Twin(
        "NegativeLogLikelihood",
        probabilities,
        SCORES,
        "E04 T02 T03",
        rejects=(no_probabilities, *LABEL_ERRORS),
    ),
    Twin("CrossEntropyLoss", labelled_scores, SCORES, "E10 T02 T04 T05", rejects=LABEL_ERRORS),
    Twin(
        "BCEWithLogitsLoss",
        yes_or_no,
        {"n": (1, 5), "d": (0, 3)},
        "F04",
        rejects=(impossible_target, arithmetic.unlike_shapes),
    ),
    Twin("MSELoss", regression, BATCH, "E04", rejects=(arithmetic.unlike_shapes,)),
    Twin(
        "HingeLoss",
        margins,
        {"n": (1, 5), "d": (0, 3)},
        "E04",
        rejects=(label_zero, arithmetic.unlike_shapes),
    ),
    Twin(
        "zero_one_error",
        labelled_scores,
        SCORES,
        "E04 E07",
        play=call("zero_one_error"),
        rejects=LABEL_ERRORS,
    ),
    Twin(
        "top_k_error",
        tied_scores,
        SCORES | {"k": (1, 5)},
        "E12 E13",
        play=call("top_k_error"),
        rejects=(too_many_guesses, half_a_guess, guesses_of_bools),
    ),
)
