"""Cases of finite differences."""

import warnings
from typing import Any

import numpy as np

from dlcourse.cases import arithmetic, layers
from dlcourse.cases.case import BATCH, Case, Twin


def smooth_point(rng: np.random.Generator, *, n: int, d: int) -> Case:
    """A matrix at which `bowl` is differentiated."""
    return Case(inputs=(rng.standard_normal((n, d)),))


def bowl(x: Any) -> Any:
    """A smooth function on both sides: a sum of squares, bent a little."""
    return (x**2).sum() + 0.1 * (x**3).sum()


def bowl_gradient(x: Any) -> Any:
    """The gradient of `bowl`."""
    return 2 * x + 0.3 * x**2


def play_numerical_gradient(side: Any, case: Case) -> dict[str, Any]:
    """All three schemes at one point."""
    x = side.array(case.inputs[0])
    schemes = [case.arguments["scheme"]] if case.arguments else ["central", "forward", "backward"]
    return {
        scheme: side.lib.numerical_gradient(bowl, x, step=1e-3, scheme=scheme) for scheme in schemes
    }


def unknown_scheme(rng: np.random.Generator) -> Case:
    """A scheme of differences that does not exist."""
    return Case({"scheme": "sideways"}, (rng.standard_normal((1, 2)),))


def play_relative_error(side: Any, case: Case) -> dict[str, Any]:
    """Gradients that differ, are equal, and are zero."""
    x, y = map(side.array, case.inputs)
    error = side.lib.relative_error
    return {"unlike": error(x, y), "equal": error(x, x), "zero": error(0 * x, 0 * x)}


def play_finite_difference_errors(side: Any, case: Case) -> dict[str, Any]:
    """Steps so large that rounding does not matter."""
    x = side.array(case.inputs[0])
    steps = [0.5, 0.1, 0.02]
    return {
        scheme: side.lib.finite_difference_errors(bowl, x, bowl_gradient(x), steps, scheme=scheme)
        for scheme in ("central", "forward")
    }


def points_near_zero(rng: np.random.Generator, *, n: int) -> Case:
    """Numbers, some of them exactly at the kink of the absolute value."""
    return Case(inputs=(rng.standard_normal(n) * rng.integers(2, size=n),))


def play_at_kink(side: Any, case: Case) -> dict[str, Any]:
    """Where the sum of absolute values has a kink."""
    return {"kinks": side.lib.at_kink(lambda x: abs(x).sum(), side.array(case.inputs[0]))}


def play_check_gradients(side: Any, case: Case) -> dict[str, Any]:
    """Which gradients of a layer pass: all of them."""
    arguments, (x,) = case.arguments, case.inputs
    errors = side.lib.check_gradients(
        side.double(side.lib.Affine(**arguments)), side.array(x), step=1e-4
    )
    return {name: error < 1e-6 for name, error in errors.items()}


def play_kink_warning(side: Any, case: Case) -> dict[str, Any]:
    """Whether a check of a ReLU warns: only with an input at zero, where it is as far off."""
    x = side.array(case.inputs[0])
    dy = side.array(np.arange(1.0, len(x) + 1))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        errors = side.lib.check_gradients(side.lib.ReLU(), x, dy=dy, step=1e-4)
    warned = any(issubclass(w.category, side.lib.KinkWarning) for w in caught)
    return {"warned": warned, "error": round(errors["input 0"], 6)}  # behind it is rounding


# Finite differences, and counting by comparing slopes, need the 16 digits of float64:
# such rows are not compared in float32.
TWINS = (
    Twin(
        "numerical_gradient",
        smooth_point,
        {"n": (1, 3), "d": (1, 3)},
        "B10 B11",
        play=play_numerical_gradient,
        rejects=(unknown_scheme,),
        single=False,
        tolerance=1e-8,  # dividing by a step of 1e-3 makes rounding a thousand times larger
    ),
    Twin("relative_error", arithmetic.pairs, BATCH, "B10", play=play_relative_error),
    Twin(
        "at_kink",
        points_near_zero,
        {"n": (1, 5)},
        "B11",
        play=play_at_kink,
        single=False,
    ),
    Twin(
        "KinkWarning",
        points_near_zero,
        {"n": (1, 5)},
        "B11",
        play=play_kink_warning,
        single=False,
    ),
    Twin(
        "finite_difference_errors",
        smooth_point,
        {"n": (1, 3), "d": (1, 3)},
        "B10",
        play=play_finite_difference_errors,
        single=False,
        tolerance=1e-8,  # dividing by small steps makes rounding larger
    ),
    Twin(
        "check_gradients",
        layers.affine,
        {"n": (1, 3), "d": (1, 3), "m": (1, 3)},
        "B10 B11 B12 V01",
        play=play_check_gradients,
        single=False,
    ),
)
