"""The table of twins: one row for each concept, and how to draw a case of it.

A row says which sizes a case has and how to build one from them.  The tests draw sizes with
Hypothesis; `dlcourse compare` and the lectures draw them from a seed.  Nothing here imports
PyTorch: a row works on either side through a `Side` of `dlcourse.parity`.

To add a concept, write a class or function of one name in both `by_hand` and `in_torch`,
export it, draw a case in
`dlcourse/cases`, add a row here, and assert a number that you know in `tests/test_known_values.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import numpy as np

from dlcourse.cases import (
    activations,
    arithmetic,
    capacity,
    critical_points,
    gradient_checking,
    graph,
    layers,
    losses,
    regularization,
    training,
)
from dlcourse.cases.case import Case, call


@dataclass(frozen=True)
class Twin:
    """One concept that exists by hand and in PyTorch under the same name.

    A box is called, and its value and every gradient are compared.  A function's value is
    compared.  A procedure is played on both sides from the same state, data and noise, and
    all that it leaves is compared.

    Attributes
    ----------
    name : str
        The name both sides export.
    case : callable
        Maps a generator and sizes to a `Case`.
    sizes : mapping of str to (int, int)
        Smallest and largest value of each size.
    slides : str
        The rows of the slides that the concept implements.
    play : callable, optional
        Maps a `Side` and a `Case` to named results.  A row with it is no box.
    rejects : tuple of callables
        Each maps a generator to a `Case` that both sides refuse with the same ValueError.
    tolerance : float
        Largest relative difference in float64.
    single : bool
        Whether the concept is compared in float32 too.
    """

    name: str
    case: Callable[..., Case]
    sizes: Mapping[str, tuple[int, int]]
    slides: str
    play: Callable[[Any, Case], dict[str, Any]] | None = None
    rejects: tuple[Callable[[np.random.Generator], Case], ...] = ()
    tolerance: float = 1e-10
    single: bool = True

    def by_hand(self) -> Any:
        """Load the NumPy side."""
        return getattr(import_module("dlcourse.by_hand"), self.name)

    def in_torch(self) -> Any:
        """Load the PyTorch side, and PyTorch with it."""
        return getattr(import_module("dlcourse.in_torch"), self.name)

    def draw_sizes(self, rng: np.random.Generator) -> dict[str, int]:
        """Draw every size of a case."""
        return {size: int(rng.integers(low, high + 1)) for size, (low, high) in self.sizes.items()}

    def check_sizes(self, sizes: Mapping[str, int]) -> None:
        """Refuse sizes that the cases of this concept do not have.

        Raises
        ------
        ValueError
            When a size is unknown or out of its range.
        """
        for size, value in sizes.items():
            if size not in self.sizes:
                known = ", ".join(self.sizes)
                raise ValueError(f"{self.name} has no size {size!r}; it has {known}")
            low, high = self.sizes[size]
            if not low <= value <= high:
                raise ValueError(f"{size} = {value} is not within {low} to {high}")


def find(name: str) -> Twin:
    """Find the row of a concept by its name.

    Parameters
    ----------
    name : str
        As exported by `by_hand` and `in_torch`; upper and lower case count alike.

    Raises
    ------
    ValueError
        When there is no such row; the message names those that are spelled alike.
    """
    names = {twin.name.lower(): twin for twin in TWINS}
    if name.lower() in names:
        return names[name.lower()]
    close = get_close_matches(name.lower(), names, cutoff=0.5)
    hint = " or ".join(names[match].name for match in close) or "a name of dlcourse.by_hand"
    raise ValueError(f"no concept is called {name!r}; try {hint}")


BATCH = {"n": (1, 4), "d": (1, 5)}
SCORES = {"n": (1, 4), "c": (1, 5)}
RUN = {"n": (1, 6), "batch": (0, 4), "epochs": (1, 3)}
LABEL_ERRORS = (losses.label_too_large, losses.too_few_labels)

# Finite differences, and counting by comparing slopes, need the 16 digits of float64:
# such rows are not compared in float32.
TWINS = (
    Twin("Identity", activations.numbers, BATCH, "N07"),
    Twin("Sign", activations.numbers, BATCH, "C03 C04"),
    Twin("Sigmoid", activations.numbers, BATCH, "N04 N08 N09 N15 B08"),
    Twin("Tanh", activations.numbers, BATCH, "N04 N10 N16 B08"),
    Twin("ReLU", activations.numbers, BATCH, "N04 N11 N12 N13 N14 N17 B08"),
    Twin("Softmax", activations.scores, SCORES, "E10 F05 F06"),
    Twin("LogSoftmax", activations.scores, SCORES, "T05"),
    Twin("logsumexp", activations.scores, SCORES, "T05", play=call("logsumexp")),
    Twin(
        "softmax_jacobian",
        activations.one_example,
        {"c": (1, 5)},
        "F06",
        play=call("softmax_jacobian"),
    ),
    Twin("Add", arithmetic.pairs, BATCH, "B01 B06", rejects=(arithmetic.unlike_shapes,)),
    Twin("Multiply", arithmetic.pairs, BATCH, "B01 B06", rejects=(arithmetic.unlike_shapes,)),
    Twin(
        "Neuron",
        layers.neuron,
        BATCH | {"g": (0, 4)},
        "N01 N02 N03 N05 N06 N19 C01",
        rejects=(layers.neuron_too_wide,),
    ),
    Twin(
        "Affine",
        layers.affine,
        BATCH | {"m": (1, 5)},
        "F01 F07 B07",
        rejects=(layers.affine_too_wide,),
    ),
    Twin(
        "MLP",
        layers.mlp,
        {"n": (1, 4), "depth": (0, 3), "width": (1, 4), "c": (1, 4), "g": (0, 2)},
        "F02 F03 F07 F08 F09 B12 C05 C07",
        rejects=(layers.mlp_too_short,),
    ),
    Twin("Sequential", layers.chain, BATCH | {"m": (1, 5)}, "F07 F08 B03 B05"),
    Twin(
        "Graph",
        graph.graph,
        BATCH | {"m": (1, 5)},
        "B01 B02 B03 B04 B05 B06",
        rejects=(graph.a_cycle, graph.unknown_name, graph.taken_name),
    ),
    Twin(
        "topological_order",
        graph.random_wiring,
        {"n": (1, 8)},
        "B01 B03",
        play=graph.play_topological_order,
    ),
    Twin(
        "NegativeLogLikelihood",
        losses.probabilities,
        SCORES,
        "E04 T02 T03",
        rejects=(losses.no_probabilities, *LABEL_ERRORS),
    ),
    Twin(
        "CrossEntropyLoss", losses.labelled_scores, SCORES, "E10 T02 T04 T05", rejects=LABEL_ERRORS
    ),
    Twin(
        "BCEWithLogitsLoss",
        losses.yes_or_no,
        {"n": (1, 5)},
        "F04",
        rejects=(losses.impossible_target, arithmetic.unlike_shapes),
    ),
    Twin("MSELoss", losses.regression, BATCH, "E04", rejects=(arithmetic.unlike_shapes,)),
    Twin(
        "HingeLoss",
        losses.margins,
        {"n": (1, 5)},
        "E04",
        rejects=(losses.label_zero, arithmetic.unlike_shapes),
    ),
    Twin(
        "zero_one_error",
        losses.labelled_scores,
        SCORES,
        "E04 E07",
        play=call("zero_one_error"),
        rejects=LABEL_ERRORS,
    ),
    Twin(
        "top_k_error",
        losses.tied_scores,
        SCORES | {"k": (1, 5)},
        "E12 E13",
        play=call("top_k_error"),
        rejects=(losses.too_many_guesses,),
    ),
    Twin(
        "L2",
        regularization.penalized_net,
        {"d": (1, 4), "m": (1, 4)},
        "E05 R01 R02 R04",
        play=regularization.play_penalty("L2"),
    ),
    Twin(
        "L1",
        regularization.penalized_net,
        {"d": (1, 4), "m": (1, 4)},
        "E05 R05 R06",
        play=regularization.play_penalty("L1"),
    ),
    Twin(
        "EmpiricalRisk",
        training.risk,
        BATCH | {"c": (2, 4)},
        "E02 E03 E06 O05 T01",
    ),
    Twin(
        "SGD",
        training.training_run,
        RUN,
        "E06 T07 T09",
        play=training.play_sgd,
        rejects=(training.negative_rate,),
    ),
    Twin(
        "minibatches",
        training.batches,
        {"n": (1, 7), "size": (0, 4)},
        "T08 O04",
        play=training.play_minibatches,
        rejects=(training.empty_batch,),
    ),
    Twin("fit", training.training_run, RUN, "T06 T07 T08 T09 T12 T13 E11", play=training.play_fit),
    Twin(
        "numerical_gradient",
        gradient_checking.smooth_point,
        {"n": (1, 3), "d": (1, 3)},
        "B10 B11",
        play=gradient_checking.play_numerical_gradient,
        rejects=(gradient_checking.unknown_scheme,),
        single=False,
        tolerance=1e-8,  # dividing by a step of 1e-3 makes rounding a thousand times larger
    ),
    Twin(
        "relative_error", arithmetic.pairs, BATCH, "B10", play=gradient_checking.play_relative_error
    ),
    Twin(
        "at_kink",
        gradient_checking.points_near_zero,
        {"n": (1, 5)},
        "B11",
        play=gradient_checking.play_at_kink,
        single=False,
    ),
    Twin(
        "KinkWarning",
        gradient_checking.points_near_zero,
        {"n": (1, 5)},
        "B11",
        play=gradient_checking.play_kink_warning,
        single=False,
    ),
    Twin(
        "finite_difference_errors",
        gradient_checking.smooth_point,
        {"n": (1, 3), "d": (1, 3)},
        "B10",
        play=gradient_checking.play_finite_difference_errors,
        single=False,
        tolerance=1e-8,  # dividing by small steps makes rounding larger
    ),
    Twin(
        "check_gradients",
        layers.affine,
        {"n": (1, 3), "d": (1, 3), "m": (1, 3)},
        "B10 B11 B12 V01",
        play=gradient_checking.play_check_gradients,
        single=False,
    ),
    Twin(
        "hessian",
        critical_points.quadratic,
        {"d": (1, 4)},
        "T10",
        play=critical_points.play_hessian,
        single=False,
        tolerance=1e-6,  # by hand it is a difference of differences, over a step squared
    ),
    Twin(
        "classify_critical_point",
        critical_points.quadratic,
        {"d": (1, 4)},
        "T10",
        play=critical_points.play_classify,
    ),
    Twin(
        "xor_network",
        capacity.xor_case,
        {"n": (1, 5), "tanh": (0, 1)},
        "C03 C04 C10",
        play=capacity.play_model("xor_network"),
    ),
    Twin(
        "staircase_network",
        capacity.staircase_case,
        {"units": (1, 9)},
        "C06",
        play=capacity.play_model("staircase_network", capacity.cubic),
        rejects=(capacity.no_units,),
    ),
    Twin(
        "sawtooth_network",
        capacity.sawtooth_case,
        {"folds": (1, 6)},
        "C09",
        play=capacity.play_model("sawtooth_network"),
        rejects=(capacity.no_folds,),
    ),
    Twin(
        "linear_pieces",
        capacity.random_relu_net,
        {"depth": (1, 3), "width": (1, 6)},
        "C07 C09",
        play=capacity.play_linear_pieces,
        single=False,
    ),
)
