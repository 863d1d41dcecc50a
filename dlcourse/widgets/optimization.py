"""Moving pictures of lecture 06: momentum in a ravine, and step sizes in noise."""

from typing import Any

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand.box import Array
from dlcourse.widgets.marks import area, dots, evenly, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

CURVATURE = np.array([1.0, 100.0])
START = (-1.8, 0.6)
RATES = (0.003, 0.01, 0.018, 0.022, 0.033, 0.045)
MOMENTA = (0.0, 0.5, 0.67, 0.8, 0.9, 0.97)
STEPS = (1, 2, 5, 10, 20, 40, 60)

KINDS = ("constant", "power", "inverse", "step")
DECAYS = (0.25, 0.5, 0.75, 1.0)
FIRST = (0.05, 0.5)
UPDATES = 1000
WALKS = 100


def ravine() -> MovingPicture:
    """Walk down a ravine: learning rate, momentum and steps.

    Returns
    -------
    MovingPicture
        With `lr`, `momentum` and `steps`.

    Notes
    -----
    Slide rows O07, O10.
    """
    paths = {
        (lr, momentum): walk(START, STEPS[-1], lambda theta: CURVATURE * theta, lr, momentum)
        for lr in RATES
        for momentum in MOMENTA
    }
    still = []
    for height in (18, 2, 0.05):
        along, up = np.sqrt(2 * height / CURVATURE)
        x = along * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 41))
        edge = up * np.sqrt(np.maximum(1 - (x / along) ** 2, 0))
        still.append(area(x, -edge, edge, style=5))

    def draw(*, lr: float, momentum: float, steps: int) -> Frame:
        path = paths[lr, momentum][: steps + 1]
        heights = 0.5 * path**2 @ CURVATURE
        rate = by_hand.momentum_rate(CURVATURE, lr=lr, momentum=momentum).max()
        seen = np.abs(path).max(axis=1) < 20  # what has left the panel needs no numbers
        shown = path[: int(np.argmin(seen)) + 1] if not seen.all() else path
        verdict = "comes to the bottom" if rate < 1 else "leaves the ravine"
        says = (
            f"Height {heights[0]:.1f} at the start, {written(heights[-1])} after {steps} "
            f"step{'s' * (steps > 1)}. In the long run each step multiplies the distance by "
            f"{rate:.3f}, so the walk {verdict}."
        )
        power = np.log10(np.maximum(heights, 1e-30)).round(2)
        marks = [
            line(*shown.round(3).T, name="path"),
            dots(*shown[-1:].T, style=3, radius=5, name="now"),
            line(evenly(0, steps, steps + 1), power, panel=1),
        ]
        return Frame(says, marks)

    controls = (
        Control("lr", "learning rate α", RATES, start=2),
        Control("momentum", "momentum β", MOMENTA),
        Control("steps", "steps", STEPS, start=4),
    )
    panels = [
        Panel((-2, 2), (-1.6, 1.6), "the ravine, shaded by height", "θ₁", "θ₂", equal=True),
        Panel(
            (0, STEPS[-1]),
            (-8, 4),
            "the way down",
            "steps",
            "height",
            ylog=True,
            yticks=(-6, -3, 0, 3),
        ),
    ]
    return MovingPicture("SGD in a ravine", controls, panels, draw, still=still)


def written(height: float) -> str:
    """Write a height in words of few digits."""
    return f"{height:.2f}" if 0.01 <= height < 1000 else f"{height:.0e}"


def walk(
    start: Any, steps: int, gradient: Any, lr: float, momentum: float = 0.0, **schedule: Any
) -> Array:
    """Let SGD move a point; give every place on the way (steps + 1, ...)."""
    point = by_hand.Box()
    point.set_params(theta=np.array(start, float))
    theta, sgd = point.params["theta"], by_hand.SGD(point, lr=lr, momentum=momentum)
    plan = by_hand.Schedule(sgd, **({"kind": "constant"} | schedule))
    path = [theta.copy()]
    for _ in range(steps):
        point.grads["theta"][...] = gradient(theta)
        sgd.step()
        plan.step()
        path.append(theta.copy())
    return np.array(path)


def step_sizes() -> MovingPicture:
    """Choose a schedule: the step sizes, their sums, and where they lead in noise.

    Returns
    -------
    MovingPicture
        With `kind`, `decay` and `lr`.

    Notes
    -----
    Slide rows O01, O02, O03.
    """
    t = np.arange(1.0, UPDATES + 1)
    kept = np.unique(np.round(np.logspace(0, 3, 31)).astype(int)) - 1
    powers = np.log10(kept + 1)

    def draw(*, kind: str, decay: float, lr: float) -> Frame:
        options: dict[str, Any] = {"kind": kind, "decay": decay, "period": 100}
        sizes = by_hand.step_size(t, lr=lr, **options)
        sums = by_hand.robbins_monro_sums(sizes)
        noise = np.random.default_rng(7)
        path = walk(
            np.full(WALKS, 5.0),
            UPDATES,
            lambda theta: theta + noise.standard_normal(WALKS),
            lr,
            **options,
        )
        distance = np.sqrt((path[1:] ** 2).mean(axis=1))
        names = ("sum of α", "sum of α²", "step size α")
        marks = [
            line(powers, np.log10(np.maximum(y[kept], 1e-9)), style=k, name=names[k])
            for k, y in enumerate((*sums, sizes))
        ]
        marks.append(line(powers, np.log10(distance[kept]), style=3, panel=1))
        says = (
            f"After {UPDATES} updates the step size is {sizes[-1]:.2g}; all steps add up to "
            f"{sums[0][-1]:.3g}, their squares to {sums[1][-1]:.3g}; the walks, from 5, are "
            f"{distance[-1]:.2g} from the bottom."
        )
        return Frame(says, marks)

    words = ("constant: α", "power: α / t^δ", "inverse: α / (1 + δ t)", "step: α times δ each 100")
    controls = (
        Control("kind", "schedule", KINDS, words, start=1),
        Control("decay", "decay δ", DECAYS, start=2),
        Control("lr", "first α", FIRST, start=1),
    )
    panels = [
        Panel((0, 3), (-4, 3), "steps and their sums", "updates", "size", xlog=True, ylog=True),
        Panel(
            (0, 3),
            (-2, 1),
            f"{WALKS} walks in noise",
            "updates",
            "distance from the bottom",
            xlog=True,
            ylog=True,
        ),
    ]
    return MovingPicture("Step sizes, and where they lead", controls, panels, draw)
