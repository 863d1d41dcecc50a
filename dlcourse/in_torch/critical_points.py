"""Critical points: where the gradient is zero, and what the Hessian says about them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dlcourse.in_torch.numbers import check_digits, check_finite


def hessian(f: Callable[[Tensor], Any], x: Tensor, *, step: float = 1e-3) -> Tensor:
    """Compute all second derivatives of f at x by differentiating twice.

    Arguments, shapes and errors: `dlcourse.by_hand.hessian`.
    """
    check_digits(x.dtype, "finite differences")
    second: Tensor = torch.autograd.functional.hessian(f, x)  # type: ignore[no-untyped-call]
    return second


def classify_critical_point(hessian: Tensor, *, tolerance: float = 1e-6) -> str:
    """Tell a minimum from a maximum from a saddle by the signs of v^T H v.

    Arguments, shapes and errors: `dlcourse.by_hand.classify_critical_point`.
    """
    check_digits(hessian.dtype, "linear algebra")
    check_finite("second derivatives", bool(hessian.isfinite().all()))
    curvatures = torch.linalg.eigvalsh(hessian)
    lowest, highest = curvatures.min(), curvatures.max()
    if lowest < -tolerance and highest > tolerance:
        return "saddle"
    if curvatures.abs().min() <= tolerance:
        return "undecided"
    return "minimum" if lowest > 0 else "maximum"
