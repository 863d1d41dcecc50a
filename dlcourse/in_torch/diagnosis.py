"""Diagnosis: what hidden units and a curve of errors tell about what is wrong."""

import torch
from torch import Tensor, nn

from dlcourse.by_hand.diagnosis import check_range, findings
from dlcourse.by_hand.schedules import check_trajectory
from dlcourse.in_torch import activations
from dlcourse.in_torch.schedules import diverges

__all__ = [
    "active_fraction",
    "bounce",
    "dead_units",
    "diagnose",
    "duplicate_units",
    "feature_correlation",
    "hidden_activations",
    "saturated_fraction",
]


@torch.no_grad()
def hidden_activations(net: nn.Sequential, x: Tensor) -> dict[str, Tensor]:
    """Run a net and collect what its hidden activations give.

    Arguments, shapes and errors: `dlcourse.by_hand.hidden_activations`.
    """
    found: dict[str, Tensor] = {}
    hooks = [
        box.register_forward_hook(lambda _box, _x, h, name=name: found.update({name: h}))
        for name, box in list(net.named_children())[:-1]
        if isinstance(box, activations.Sigmoid | activations.Tanh | activations.ReLU)
    ]
    net(x)
    for hook in hooks:
        hook.remove()
    return found


def saturated_fraction(h: Tensor, *, low: float = -0.95, high: float = 0.95) -> Tensor:
    """Count how often each unit is at an end of its range.

    Arguments, shapes and errors: `dlcourse.by_hand.saturated_fraction`.
    """
    check_range(low, high)
    return ((h < low) | (h > high)).double().mean(dim=0)


def active_fraction(h: Tensor) -> Tensor:
    """Count how often each unit is not zero: how sparse it is across samples.

    Arguments, shapes and errors: `dlcourse.by_hand.active_fraction`.
    """
    return h.count_nonzero(dim=0).double() / len(h)


def dead_units(h: Tensor, *, tolerance: float = 1e-6) -> Tensor:
    """Find the units that ignore the input: they give the same whatever the example.

    Arguments, shapes and errors: `dlcourse.by_hand.dead_units`.
    """
    return h.std(dim=0, correction=0) <= tolerance


def feature_correlation(h: Tensor) -> Tensor:
    """Correlate every unit with every other.

    Arguments, shapes and errors: `dlcourse.by_hand.feature_correlation`.
    """
    alive = ~dead_units(h)
    std, mean = torch.std_mean(h, dim=0, correction=0)
    unit = torch.where(alive, (h - mean) / std, 0)
    return unit.T @ unit / len(h)


def duplicate_units(h: Tensor, *, threshold: float = 0.99) -> Tensor:
    """Find the units that say the same as an earlier one, or its opposite.

    Arguments, shapes and errors: `dlcourse.by_hand.duplicate_units`.
    """
    return feature_correlation(h).abs().triu(1).amax(dim=0) >= threshold


def bounce(trajectory: Tensor) -> float:
    """Measure how much of its way a curve of errors goes upwards.

    Arguments, shapes and errors: `dlcourse.by_hand.bounce`.
    """
    check_trajectory(len(trajectory))
    change = trajectory.diff()
    way = change.abs().sum()
    return (change.clamp(min=0).sum() / way).item() if way != 0 else 0.0


def diagnose(net: nn.Sequential, x: Tensor, *, trajectory: Tensor | None = None) -> dict[str, str]:
    """Name what keeps a net from overfitting a small set, and what to do about it.

    Arguments, shapes and errors: `dlcourse.by_hand.diagnose`.
    """
    layers = [(net.get_submodule(name), h) for name, h in hidden_activations(net, x).items()]
    saturated = [
        saturated_fraction(h, low=0.05 if isinstance(box, activations.Sigmoid) else -0.95)
        for box, h in layers
        if not isinstance(box, activations.ReLU)
    ]
    facts = {
        "size": x.square().mean().sqrt().item(),
        "broken": max(((~h.isfinite()).double().mean().item() for _, h in layers), default=0.0),
        "saturated": max((part.mean().item() for part in saturated), default=0.0),
        "dead": max((dead_units(h).double().mean().item() for _, h in layers), default=0.0),
        "copies": max((duplicate_units(h).double().mean().item() for _, h in layers), default=0.0),
    }
    if trajectory is not None:
        start, end = trajectory[0].item(), trajectory[-1].item()
        facts["diverging"] = float(diverges(trajectory))
        facts["bouncing"] = bounce(trajectory) if trajectory.isfinite().all() else 0.0
        facts["fallen"] = (start - end) / start if start > 0 else 1.0
    return findings(**facts)
