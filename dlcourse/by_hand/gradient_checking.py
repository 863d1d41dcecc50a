"""Checking gradients by finite differences: move an input a little, see what changes."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array, Box, on_floats
from dlcourse.by_hand.graph import as_tuple
from dlcourse.by_hand.numbers import check_digits


class KinkWarning(UserWarning):
    """Slopes to the left and to the right differ: finite differences mean nothing there."""


@on_floats
def numerical_gradient(
    f: Callable[[Array], Any], x: Array, *, step: float = 1e-5, scheme: str = "central"
) -> Array:
    """Estimate the gradient of f at x, one coordinate at a time.

    Parameters
    ----------
    f : callable
        Maps an array like x to one number.
    x : array of any shape
        Where to differentiate.  It is not changed.
    step : float
        The epsilon of the slides, in units of x.
    scheme : str
        "central" for (f(x+e) - f(x-e)) / 2e, "forward" for (f(x+e) - f(x)) / e, "backward"
        for (f(x) - f(x-e)) / e.

    Returns
    -------
    array of the shape of x

    Raises
    ------
    ValueError
        When the scheme is not one of the three, or x is float16.

    Notes
    -----
    The error of the central form shrinks with the square of the step, that of the others
    only with the step, until rounding takes over.  Slide rows B10, B11.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> by_hand.numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, 3.0])).round(6)
    array([2., 6.])
    """
    if scheme not in STENCILS:
        raise ValueError(f"scheme {scheme!r} is none of {', '.join(STENCILS)}")
    check_digits(x.dtype, "finite differences")
    ahead, behind = STENCILS[scheme]
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[i] += ahead * step
        left[i] -= behind * step
        gradient[i] = (float(f(right)) - float(f(left))) / ((ahead + behind) * step)
    return gradient


ROUNDING = 1e-13  # of a value in float64, after many operations
STENCILS = {"central": (1, 1), "forward": (1, 0), "backward": (0, 1)}  # steps ahead and behind


@on_floats
def relative_error(estimate: Array, gradient: Array) -> float:
    """Compare two gradients: the length of their difference, over the longer of the two.

    Parameters
    ----------
    estimate, gradient : arrays of one shape

    Returns
    -------
    float
        0 for equal gradients, about 1 for unrelated ones, 2 for opposite ones; NaN where one of
        them has a NaN.

    Notes
    -----
    Slide row B10.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> by_hand.relative_error(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    0.5
    """
    longer = np.maximum(np.linalg.norm(estimate), np.linalg.norm(gradient))
    return float(np.linalg.norm(estimate - gradient) / longer) if longer != 0 else 0.0


@on_floats
def at_kink(f: Callable[[Array], Any], x: Array, *, step: float = 1e-5) -> Array:
    """Find the coordinates of x within a step of a kink of f.

    Parameters
    ----------
    f : callable
        Maps an array like x to one number.
    x : array of any shape
    step : float
        How far to look to either side, in units of x.

    Returns
    -------
    array of bool of the shape of x
        True where the slopes to the left and to the right differ by more than 1 % of the
        steepest slope, and by more than rounding makes them.  A NaN is no kink.

    Raises
    ------
    ValueError
        When x is float16.

    Notes
    -----
    Slide row B11.
    """
    right = numerical_gradient(f, x, step=step, scheme="forward")
    left = numerical_gradient(f, x, step=step, scheme="backward")
    steepest = max(np.abs(right).max(initial=0), np.abs(left).max(initial=0))
    # What is left of two equal values.  A small one may be a sum of parts of the order of one.
    rounding = ROUNDING * max(1.0, abs(float(f(x)))) / step
    return np.abs(right - left) > max(0.01 * steepest, rounding)


@on_floats
def finite_difference_errors(
    f: Callable[[Array], Any],
    x: Array,
    gradient: Array,
    steps: Sequence[float],
    *,
    scheme: str = "central",
) -> Array:
    """Measure how wrong finite differences are for each step size: the V-curve.

    Parameters
    ----------
    f : callable
        Maps an array like x to one number.
    x : array of any shape
    gradient : array of the shape of x
        The true gradient of f at x.
    steps : sequence of float
        The step sizes to try.
    scheme : str
        "central", "forward" or "backward".

    Returns
    -------
    array of shape (len(steps),)
        Relative errors.

    Raises
    ------
    ValueError
        When the scheme is not one of the three, or x is float16.

    Notes
    -----
    Slide row B10.
    """
    estimates = (numerical_gradient(f, x, step=step, scheme=scheme) for step in steps)
    return np.array([relative_error(estimate, gradient) for estimate in estimates])


def check_gradients(
    box: Box, *inputs: Array, dy: Array | None = None, step: float = 1e-5
) -> dict[str, float]:
    """Compare every gradient of a box with central differences.

    Parameters
    ----------
    box : Box
        What is checked, in float64.
    *inputs : arrays
        What the box is called with.  Integer inputs are labels and have no gradient.
    dy : array of the shape of the output, optional
        The gradient at the output; drawn at random when not given, since ones can hide
        mistakes.
    step : float
        The step of the differences.

    Returns
    -------
    dict of str to float
        Relative errors, for "input 0", "input 1" and each parameter.  Below 1e-6 the
        gradient is right; from 1e-2 up it is wrong.

    Raises
    ------
    ValueError
        When an input or a parameter is float16.

    Warns
    -----
    KinkWarning
        When a coordinate is within a step of a kink, where the comparison means nothing.

    Notes
    -----
    Slide rows B10, B11, B12, V01.
    """
    inputs = tuple(np.array(x) for x in inputs)  # copies: they are moved to and fro
    y = box(*inputs)
    if dy is None:
        dy = np.asarray(np.random.default_rng(0).standard_normal(y.shape))
    box.zero_grad()
    dxs = as_tuple(box.bprop(dy))
    checked: dict[str, tuple[Array, Array]] = {
        f"input {i}": (x, dx)
        for i, (x, dx) in enumerate(zip(inputs, dxs, strict=True))
        if dx is not None and x.dtype.kind == "f"
    }
    grads = {name: grad.copy() for name, grad in box.named("grads")}
    checked |= {name: (param, grads[name]) for name, param in box.named("params")}

    errors, kinks = {}, []
    for name, (x, gradient) in checked.items():

        def f(moved: Array, x: Array = x) -> float:
            kept = x.copy()
            x[...] = moved  # in place, so that the box sees it wherever x stands
            value = float((dy * box(*inputs)).sum())
            x[...] = kept
            return value

        errors[name] = relative_error(numerical_gradient(f, x.copy(), step=step), gradient)
        if at_kink(f, x.copy(), step=step).any():
            kinks.append(name)
    box(*inputs)  # leaves the box as it was found
    if kinks:
        warnings.warn(f"a kink within {step:g} of {', '.join(kinks)}", KinkWarning, stacklevel=2)
    return errors
