"""Critical points: where the gradient is zero, and what the Hessian says about them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.numbers import check_digits, check_finite


@on_floats
def hessian(f: Callable[[Array], Any], x: Array, *, step: float = 1e-3) -> Array:
    """Estimate all second derivatives of f at x by central differences.

    Parameters
    ----------
    f : callable
        Maps an array of shape (D,) to one number.
    x : array of shape (D,)
    step : float
        Step of the differences, in units of x.  The twin in PyTorch differentiates exactly
        and has no use for it.

    Returns
    -------
    array of shape (D, D)

    Raises
    ------
    ValueError
        When x is float16.

    Notes
    -----
    Slide row T10.
    """
    check_digits(x.dtype, "finite differences")
    e = step * np.eye(len(x))
    h = np.zeros((len(x), len(x)), x.dtype)
    for i, j in np.ndindex(h.shape):
        h[i, j] = f(x + e[i] + e[j]) - f(x + e[i] - e[j]) - f(x - e[i] + e[j]) + f(x - e[i] - e[j])
    return h / (4 * step**2)


@on_floats
def classify_critical_point(hessian: Array, *, tolerance: float = 1e-6) -> str:
    """Tell a minimum from a maximum from a saddle by the signs of v^T H v.

    Parameters
    ----------
    hessian : array of shape (D, D)
        Second derivatives where the gradient is zero, symmetric.
    tolerance : float
        Curvatures no larger than this count as zero.

    Returns
    -------
    str
        "minimum" when v^T H v > 0 for every direction v, "maximum" when < 0 for every v,
        "saddle" when both signs occur, "undecided" when some direction is flat and the others
        agree: then second derivatives cannot tell.

    Raises
    ------
    ValueError
        When a second derivative is not finite, or float16.

    Notes
    -----
    v^T H v is positive for all v exactly when all eigenvalues are.  Slide row T10.
    """
    check_digits(hessian.dtype, "linear algebra")
    check_finite("second derivatives", bool(np.isfinite(hessian).all()))
    curvatures = np.linalg.eigvalsh(hessian)
    up, down = bool((curvatures > tolerance).any()), bool((curvatures < -tolerance).any())
    flat = bool((np.abs(curvatures) <= tolerance).any())
    if up and down:
        return "saddle"
    if flat:
        return "undecided"
    return "minimum" if up else "maximum"
