"""Checking gradients by finite differences: move an input a little, see what changes."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse.by_hand.gradient_checking import ROUNDING, STENCILS, KinkWarning
from dlcourse.in_torch.numbers import check_digits

__all__ = [
    "KinkWarning",
    "at_kink",
    "check_gradients",
    "finite_difference_errors",
    "numerical_gradient",
    "relative_error",
]


def numerical_gradient(
    f: Callable[[Tensor], Any], x: Tensor, *, step: float = 1e-5, scheme: str = "central"
) -> Tensor:
    """Estimate the gradient of f at x, one coordinate at a time.

    Arguments, shapes and errors: `dlcourse.by_hand.numerical_gradient`.
    """
    if scheme not in STENCILS:
        raise ValueError(f"scheme {scheme!r} is none of {', '.join(STENCILS)}")
    check_digits(x.dtype, "finite differences")
    ahead, behind = STENCILS[scheme]
    directions = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
    right = torch.stack([torch.as_tensor(f(x + ahead * step * e)) for e in directions])
    left = torch.stack([torch.as_tensor(f(x - behind * step * e)) for e in directions])
    return ((right - left) / ((ahead + behind) * step)).reshape(x.shape).to(x.dtype)


def relative_error(estimate: Tensor, gradient: Tensor) -> float:
    """Compare two gradients: the length of their difference, over the longer of the two.

    Arguments, shapes and errors: `dlcourse.by_hand.relative_error`.
    """
    longer = torch.maximum(estimate.norm(), gradient.norm())
    return ((estimate - gradient).norm() / longer).item() if longer != 0 else 0.0


def at_kink(f: Callable[[Tensor], Any], x: Tensor, *, step: float = 1e-5) -> Tensor:
    """Find the coordinates of x within a step of a kink of f.

    Arguments, shapes and errors: `dlcourse.by_hand.at_kink`.
    """
    right = numerical_gradient(f, x, step=step, scheme="forward")
    left = numerical_gradient(f, x, step=step, scheme="backward")
    steepest = torch.maximum(right.abs().max(), left.abs().max())
    rounding = ROUNDING * torch.as_tensor(f(x)).abs().clamp(min=1) / step
    return (right - left).abs() > torch.maximum(0.01 * steepest, rounding)


def finite_difference_errors(
    f: Callable[[Tensor], Any],
    x: Tensor,
    gradient: Tensor,
    steps: Sequence[float],
    *,
    scheme: str = "central",
) -> Tensor:
    """Measure how wrong finite differences are for each step size: the V-curve.

    Arguments, shapes and errors: `dlcourse.by_hand.finite_difference_errors`.
    """
    estimates = (numerical_gradient(f, x, step=step, scheme=scheme) for step in steps)
    errors = [relative_error(estimate, gradient) for estimate in estimates]
    return torch.tensor(errors, dtype=torch.float64)


def check_gradients(
    box: nn.Module, *inputs: Tensor, dy: Tensor | None = None, step: float = 1e-5
) -> dict[str, float]:
    """Compare every gradient that autograd finds with central differences.

    Arguments, shapes and errors: `dlcourse.by_hand.check_gradients`.
    """
    inputs = tuple(x.detach().clone() for x in inputs)
    for x in inputs:
        x.requires_grad_(x.is_floating_point())
    y = box(*inputs)
    if dy is None:
        dy = torch.randn(y.shape, generator=torch.Generator().manual_seed(0), dtype=y.dtype)
    checked = {f"input {i}": x for i, x in enumerate(inputs) if x.requires_grad}
    checked |= dict(box.named_parameters())
    gradients = torch.autograd.grad(y, list(checked.values()), dy, materialize_grads=True)

    errors, kinks = {}, []
    for (name, x), gradient in zip(checked.items(), gradients, strict=True):

        @torch.no_grad()
        def f(moved: Tensor, x: Tensor = x) -> Tensor:
            kept = x.clone()
            x.copy_(moved)  # in place, so that the module sees it wherever x stands
            value = (dy * box(*inputs)).sum()
            x.copy_(kept)
            return value

        at = x.detach().clone()
        errors[name] = relative_error(numerical_gradient(f, at, step=step), gradient)
        if at_kink(f, at, step=step).any():
            kinks.append(name)
    if kinks:
        warnings.warn(f"a kink within {step:g} of {', '.join(kinks)}", KinkWarning, stacklevel=2)
    return errors
