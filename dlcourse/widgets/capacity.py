"""Moving pictures of lecture 02: what a net can draw."""

from collections.abc import Callable

import numpy as np

from dlcourse import by_hand, data
from dlcourse.by_hand.box import Array
from dlcourse.data import Split
from dlcourse.widgets.marks import Mark, dots, evenly, heat, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

SIDE = 28  # fields of the plane along each side
SPAN = 3.0  # how far the plane goes
NOISES = (0.0, 0.7)
WIDTHS = (1, 2, 3, 4, 8, 16)
RUNS = (1, 2, 3)
POINTS, FRESH = 60, 600  # noisy examples: to train on, and to see what was learned
STEPS = 200

UNITS = (1, 2, 4, 8, 16, 32, 64)
CURVES: dict[str, tuple[Callable[[Array], Array], float]] = {
    "sin(2πx)": (lambda x: np.sin(2 * np.pi * x), 2 * np.pi),
    "a bump": (lambda x: np.exp(-(((x - 0.5) / 0.12) ** 2)), np.sqrt(2) * np.exp(-0.5) / 0.12),
    "√x": (np.sqrt, np.inf),
    "a jump": (lambda x: np.where(x < 0.37, -0.5, 0.5), np.inf),
}
"""Functions on [0, 1], each with its steepest slope."""


def regions() -> MovingPicture:
    """Add hidden units, and watch the decision regions of XOR become more complicated.

    Returns
    -------
    MovingPicture
        With `noise` around the corners, `net` ("slide", or a number of hidden units) and `run`
        of training.

    Notes
    -----
    Slide rows C03, C04, C05, C07.
    """
    rng = np.random.default_rng(7)
    examples = {0.0: data.xor(4, rng=rng), 0.7: data.xor(POINTS, noise=0.7, rng=rng)}
    fresh = data.xor(FRESH, noise=0.7, rng=rng)
    nets: dict[tuple[float, str | int, int], by_hand.MLP] = {
        (noise, width, run): trained(examples[noise], width, run)
        for noise in NOISES
        for width in WIDTHS
        for run in RUNS
    }
    errors = {key: 100 * mistakes(net, examples[key[0]]).mean() for key, net in nets.items()}
    errors_fresh = {key: 100 * mistakes(net, fresh).mean() for key, net in nets.items()}
    sides = np.linspace(-SPAN, SPAN, SIDE + 1)
    centres = (sides[1:] + sides[:-1]) / 2
    plane = np.array([(x, y) for y in centres[::-1] for x in centres])

    def draw(*, noise: float, net: str | int, run: int) -> Frame:
        chosen = by_hand.xor_network() if net == "slide" else nets[noise, net, run]
        known = examples[noise]
        z = chosen(plane).reshape(SIDE, SIDE)
        z = z if net == "slide" else 2 * by_hand.Sigmoid()(z) - 1
        wrong = mistakes(chosen, known)
        says = (
            "The slide's net, 2 hidden units"
            if net == "slide"
            else f"Run {run} with {counted(int(net), 'hidden unit')}"
        )
        says += f": {wrong.sum()} of {len(known.x)} points {'is' if wrong.sum() == 1 else 'are'} "
        says += "on the wrong side"
        if noise:
            says += f", and {100 * mistakes(chosen, fresh).mean():.0f} % of {FRESH} fresh ones"
        marks = [
            heat(-z, x=(-SPAN, SPAN), y=(-SPAN, SPAN), low=-3, high=3, smooth=True),
            unit_lines(chosen),
            *(
                dots(*known.x[known.y == c].round(2).T, style=c, name=f"class {c}", radius=4)
                for c in (1, 0)
            ),
            line(WIDTHS, [errors[noise, w, run] for w in WIDTHS], panel=1, name="these points"),
        ]
        if noise:
            by_width = [errors_fresh[noise, w, run] for w in WIDTHS]
            marks.append(line(WIDTHS, by_width, style=1, panel=1, name="fresh points"))
        here = 2 if net == "slide" else net
        marks.append(
            dots([here], [100 * wrong.mean()], style=2, panel=1, radius=6, name="this net")
        )
        return Frame(f"{says}.", marks)

    words = ["the slide's, 2 units", *(counted(width, "unit") for width in WIDTHS)]
    controls = (
        Control("noise", "noise around the corners", NOISES, ["none", "0.7"]),
        Control("net", "net", ("slide", *WIDTHS), words),
        Control("run", "run of training", RUNS),
    )
    panels = (
        Panel((-SPAN, SPAN), (-SPAN, SPAN), "regions", "x₁", "x₂", equal=True),
        Panel((0, 17), (-2, 50), "wrong, %", "hidden units", xticks=WIDTHS),
    )
    return MovingPicture("Decision regions of exclusive or", controls, panels, draw)


def staircase() -> MovingPicture:
    """Follow a curve with one hidden layer: the more units, the finer the steps.

    Returns
    -------
    MovingPicture
        With `units` and `curve`.

    Notes
    -----
    Slide row C06.
    """
    fine = np.linspace(0, 1, 2001)
    drawn = fine[::20]

    def draw(*, units: int, curve: str) -> Frame:
        f, slope = CURVES[curve]
        net = by_hand.staircase_network(f, units, low=0.0, high=1.0)
        pieces = np.linspace(0, 1, units + 2)
        corners = np.stack([pieces[:-1] + 1e-9, pieces[1:] - 1e-9], axis=1).ravel()
        everywhere = np.concatenate([fine, corners])
        differences = net(everywhere[:, None])[:, 0] - f(everywhere)
        guarantee = slope / (2 * (units + 1))
        says = (
            f"{counted(units, 'unit')} on {curve}: the largest error is "
            f"{np.abs(differences).max():.3f}; "
        )
        says += (
            f"the steepest slope is {slope:.2f}, which guarantees {guarantee:.3f}."
            if np.isfinite(guarantee)
            else "the curve has no steepest slope, so nothing is guaranteed."
        )
        marks = [
            line(evenly(0, 1, len(drawn)), f(drawn), name=curve),
            line(corners, net(corners[:, None])[:, 0], style=1, name="the net"),
            line(evenly(0, 1, 401), differences[: len(fine) : 5], panel=1, name="the net − f"),
        ]
        if np.isfinite(guarantee):
            for bound in (guarantee, -guarantee):
                name = "guarantee" if bound > 0 else ""
                marks.append(line([0, 1], [bound, bound], style=5, panel=1, name=name))
        return Frame(says, marks)

    controls = (
        Control("units", "hidden units n", UNITS, start=2),
        Control("curve", "f", list(CURVES)),
    )
    panels = (
        Panel((0, 1), (-1.2, 1.2), title="f and the net", xlabel="x"),
        Panel((0, 1), (-1.2, 1.2), title="error", xlabel="x"),
    )
    return MovingPicture("A staircase of sign units", controls, panels, draw)


def trained(examples: Split, width: int, run: int) -> by_hand.MLP:
    """Train a net of one hidden layer of tanh units on two classes."""
    net = by_hand.MLP([2, width, 1], activation="Tanh", rng=np.random.default_rng(run))
    risk = by_hand.EmpiricalRisk(net, by_hand.BCEWithLogitsLoss())
    sgd = by_hand.SGD(net, lr=1.0, momentum=0.9)
    rng = np.random.default_rng(7)
    by_hand.fit(
        risk, examples.x, examples.y[:, None].astype(float), optimizer=sgd, epochs=STEPS, rng=rng
    )
    return net


def mistakes(net: by_hand.MLP, examples: Split) -> Array:
    """Say for each example whether it lies on the wrong side."""
    return (net(examples.x)[:, 0] > 0) != (examples.y == 1)


def unit_lines(net: by_hand.MLP) -> Mark:
    """Draw where each hidden unit changes its sign: w x + b = 0."""
    weight, bias = net.boxes[0].params["weight"], net.boxes[0].params["bias"]
    length = np.linalg.norm(weight, axis=1, keepdims=True)
    foot = -bias[:, None] * weight / length**2
    along = 10 * np.stack([-weight[:, 1], weight[:, 0]], axis=1) / length
    gap = np.full_like(foot, np.nan)
    x, y = np.stack([foot - along, foot + along, gap], axis=1).reshape(-1, 2).T
    return line(np.nan_to_num(x), y, style=5, name="where a hidden unit is 0")


def counted(n: int, word: str) -> str:
    """Write a number of things."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
