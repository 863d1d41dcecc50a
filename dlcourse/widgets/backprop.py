"""Moving pictures of lecture 04: the two sweeps through a flow graph, and how to check them."""

from typing import Any

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand.box import Array
from dlcourse.by_hand.graph import as_tuple
from dlcourse.widgets.marks import Mark, arrow, box, dots, line, text
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

X, W, BIAS = (-2.0, -1.0, 0.0, 1.0, 2.0), (-1.0, 0.5, 1.0), 0.5
FORMULAS = {"p": "p = w·x", "a": "a = p + b", "h": "h = tanh a", "y": "y = h·x"}
WIDE, HIGH = 42, 24  # of a box
PLACES = {
    "x": (30, 176),
    "w": (30, 100),
    "b": (30, 24),
    "p": (95, 138),
    "a": (155, 81),
    "h": (222, 81),
    "y": (246, 176),
}
"""The middle of each box."""
EDGES: dict[tuple[str, str], tuple[tuple[int, int, int, int], tuple[int, int, str]]] = {
    ("w", "p"): ((51, 100, 74, 133), (66, 108, "start")),
    ("x", "p"): ((51, 171, 74, 143), (57, 150, "end")),
    ("p", "a"): ((100, 126, 134, 86), (120, 108, "start")),
    ("b", "a"): ((51, 24, 134, 76), (86, 54, "end")),
    ("a", "h"): ((176, 81, 201, 81), (189, 97, "middle")),
    ("h", "y"): ((225, 93, 243, 164), (230, 126, "end")),
    ("x", "y"): ((51, 180, 225, 180), (138, 185, "middle")),
}
"""For each arrow where it begins and ends, and where its number stands."""

STEPS = (1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
SCHEMES = {"central": "central", "one-sided": "forward"}
AT = {"x³ + x at 1.25": 1.25, "relu(x) + x at −1/1024": -1 / 1024}
"""Functions of one number, and where their slope is asked for."""


def flow_graph_steps() -> MovingPicture:
    """Step through a small flow graph, box by box: `fprop` forwards, then `bprop` backwards.

    Returns
    -------
    MovingPicture
        With `step`, and the inputs `x` and `w`.

    Notes
    -----
    Slide rows B01, B02, B03, B04, B05, B06.
    """

    def draw(*, step: int, x: float, w: float) -> Frame:
        graph = by_hand.Graph(
            {
                "p": (by_hand.Multiply(), "w", "x"),
                "a": (by_hand.Add(), "p", "b"),
                "h": (by_hand.Tanh(), "a"),
                "y": (by_hand.Multiply(), "h", "x"),
            },
            inputs=("x", "w", "b"),
        )
        graph(*(np.array([v]) for v in (x, w, BIAS)))
        graph.bprop(np.ones(1))
        now = graph.order[step - 1] if 0 < step <= len(graph.order) else ""
        marks = [
            text(PLACES[name][0], PLACES[name][1] - 4, shown(graph.values[name]))
            for name in (*graph.inputs, *graph.order[:step])
            if name != now
        ]
        says = f"Step {step} of 8"
        if step == 0:
            says += f": x = {x:g}, w = {w:g} and b = {BIAS:g} are given; no box has run."
        elif now:
            marks += [active(now, graph.values[now], 0)]
            marks += [arrow_between(child, now, 1, 0) for child in graph.reads[now]]
            says += f", fprop of {now}: {FORMULAS[now]} = {shown(graph.values[now])}."
        else:
            says += backwards(graph, step - len(graph.order), marks)
        return Frame(says, marks)

    steps = [
        "the inputs",
        *(f"fprop of {name}" for name in "pahy"),
        *(f"bprop of {name}" for name in "yhap"),
    ]
    controls = (
        Control("step", "step", range(9), steps),
        Control("x", "input x", X, start=3),
        Control("w", "input w", W, start=1),
    )
    panels = (
        Panel((0, 276), (0, 210), title="fprop: values", bare=True),
        Panel((0, 276), (0, 210), title="bprop: gradients", bare=True),
    )
    return MovingPicture("Forwards, then backwards", controls, panels, draw, still=graph_drawing())


def gradient_check_curve() -> MovingPicture:
    """Move the step of a finite difference: the formula errs on one side, rounding on the other.

    Returns
    -------
    MovingPicture
        With `step`, `precision` and `function`: a smooth one, or one with a kink nearby.

    Notes
    -----
    Slide rows B10, B11.
    """

    def draw(*, step: float, precision: str, function: str) -> Frame:
        graph = checked_function(function)
        x = np.array([AT[function]], precision)
        graph(x)
        slope = graph.bprop(np.ones(1, x.dtype))

        def f(x: Array) -> float:
            return float(graph(x)[0])

        right, left = x.copy(), x.copy()
        right += step
        left -= step
        digits = 15 if precision == "float64" else 7
        rows = {
            "f(x + ε)": f"{f(right):.{digits}f}",
            "f(x − ε)": f"{f(left):.{digits}f}",
            "slope by bprop": f"{slope[0]:g}",
        }
        marks: list[Mark] = []
        errors = {}
        for style, (name, scheme) in enumerate(SCHEMES.items()):
            found = by_hand.finite_difference_errors(f, x, slope, STEPS, scheme=scheme)
            errors[name] = found[STEPS.index(step)]
            heights = np.log10(np.maximum(found, 1e-17))
            marks += [
                line(np.log10(STEPS), heights, style=style, name=name),
                dots([np.log10(step)], [heights[STEPS.index(step)]], style=style, radius=5),
            ]
            estimate = by_hand.numerical_gradient(f, x, step=step, scheme=scheme)[0]
            rows[f"slope, {name}"] = f"{estimate:.{digits - 3}f}"
        for k, (name, number) in enumerate(rows.items()):
            marks += [
                text(100, 170 - 34 * k, name, panel=1, anchor="end"),
                text(112, 170 - 34 * k, number.replace("-", "−"), panel=1, anchor="start"),
            ]
        says = (
            f"ε = {tenth(step)} in {precision}: the central difference is off by "
            f"{tenth(errors['central'])} of the slope, the one-sided one by "
            f"{tenth(errors['one-sided'])}."
        )
        return Frame(says, marks)

    controls = (
        Control("step", "step ε", STEPS, [tenth(step) for step in STEPS], 7),
        Control("precision", "precision", ("float64", "float32")),
        Control("function", "f", list(AT)),
    )
    panels = (
        Panel((-12.5, -0.5), (-17, 1), "relative error", "step ε", xlog=True, ylog=True),
        Panel((0, 276), (0, 210), "what the computer sees", bare=True),
    )
    return MovingPicture("Finite differences", controls, panels, draw)


def checked_function(name: str) -> by_hand.Graph:
    """Build a function of one number of which every machine computes the same digits."""
    boxes: dict[str, tuple[Any, ...]]
    if name.startswith("relu"):
        boxes = {"r": (by_hand.ReLU(), "x"), "f": (by_hand.Add(), "r", "x")}
    else:
        boxes = {
            "square": (by_hand.Multiply(), "x", "x"),
            "cube": (by_hand.Multiply(), "square", "x"),
            "f": (by_hand.Add(), "cube", "x"),
        }
    return by_hand.Graph(boxes, inputs=("x",))


def tenth(error: float) -> str:
    """Write an error with one digit."""
    return f"{error:.0e}".replace("e-0", "e-") if 0 < error < 0.001 else f"{error:.2g}"


def backwards(graph: by_hand.Graph, count: int, marks: list[Mark]) -> str:
    """Draw what the last boxes of the graph have passed back, and say what the newest one did."""
    arrived = {graph.output: np.ones(1)}
    says = ""
    order = graph.order[::-1][:count]
    for name in order:
        newest = name == order[-1]
        passed = as_tuple(graph.boxes[name].bprop(graph.gradients[name]))
        parts = []
        for child, dx in zip(graph.reads[name], passed, strict=True):
            x, y, anchor = EDGES[child, name][1]
            marks.append(text(x, y, shown(dx), panel=1, anchor=anchor))
            if newest:
                marks.append(arrow_between(name, child, 1, 1))
            before = arrived.get(child)
            arrived[child] = dx if before is None else before + dx
            parts.append(f"{shown(dx)} to {child}")
            if before is not None:
                parts[-1] += f", where {shown(before)} is already: together {shown(arrived[child])}"
        says = f", bprop of {name}: {shown(graph.gradients[name])} arrives, and it passes "
        says += " and ".join(parts) + "."
    for name, gradient in arrived.items():
        if name != order[-1]:
            marks.append(text(PLACES[name][0], PLACES[name][1] - 4, shown(gradient), panel=1))
    marks.append(active(order[-1], graph.gradients[order[-1]], 1))
    return says


def graph_drawing() -> list[Mark]:
    """Draw the boxes and arrows of both panels, without numbers."""
    marks = []
    for panel in (0, 1):
        for child, parent in EDGES:
            ends = (child, parent) if panel == 0 else (parent, child)
            marks.append(arrow_between(*ends, 5, panel))
        for name, (x, y) in PLACES.items():
            marks.append(box(x - WIDE / 2, y - HIGH / 2, WIDE, HIGH, style=5, panel=panel))
            words = f"d{name}" if panel else FORMULAS.get(name, name)
            below = name in "ah"
            marks.append(text(x, y - 26 if below else y + 17, words, panel=panel))
    return marks


def arrow_between(start: str, end: str, style: int, panel: int) -> Mark:
    """Draw the arrow of an edge, in one direction or the other."""
    if (start, end) in EDGES:
        x0, y0, x1, y1 = EDGES[start, end][0]
    else:
        x1, y1, x0, y0 = EDGES[end, start][0]
    return arrow((x0, x1), (y0, y1), style=style, panel=panel)


def active(name: str, value: Any, panel: int) -> Mark:
    """Draw the box that has just run, with its number."""
    x, y = PLACES[name]
    return box(x - WIDE / 2, y - HIGH / 2, WIDE, HIGH, shown(value), style=1, panel=panel)


def shown(value: Any) -> str:
    """Write the only number of an array, with two decimals."""
    return f"{round(float(value[0]), 2) + 0.0:.2f}".replace("-", "−")
