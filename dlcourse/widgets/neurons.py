"""Moving pictures of lecture 01: one neuron, and its activation."""

import numpy as np

from dlcourse import by_hand
from dlcourse.widgets.marks import dots, evenly, heat, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

SIDE = 16  # fields of the plane along each side
ANGLES = (0, 30, 60, 90, 120, 150)
LENGTHS = (0.5, 1.0, 3.0)
BIASES = (-4, -2, 0, 2, 4)
PRE_ACTIVATIONS = (-4.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0)


def ridge() -> MovingPicture:
    """Move the ridge of a neuron: bias, angle and length of the weights, activation.

    Returns
    -------
    MovingPicture
        With `bias`, `angle` in degrees, `length` and `activation`.

    Notes
    -----
    Slide rows N04, N05, N06.
    """
    sides = np.linspace(-4, 4, SIDE + 1)
    centres = (sides[1:] + sides[:-1]) / 2
    plane = np.array([(x, y) for y in centres[::-1] for x in centres])

    def draw(*, bias: float, angle: int, length: float, activation: str) -> Frame:
        neuron = by_hand.Neuron(2, activation=activation)
        turn = np.deg2rad(angle)
        w = length * np.array([np.cos(turn), np.sin(turn)])
        neuron.params["weight"][...], neuron.params["bias"][...] = w, bias
        h = neuron(plane).reshape(SIDE, SIDE)
        away = -bias / length
        foot, along = away * w / length, 8 * np.array([-w[1], w[0]]) / length
        border = np.array([foot - along, foot + along])
        field = heat(h, x=(-4, 4), y=(-4, 4), low=-1, high=1, smooth=True)
        says = (
            f"The line where a(x) = 0 is {abs(away):.1f} from the origin; "
            f"h goes from {h.min():.2f} to {h.max():.2f} here."
        )
        return Frame(says, [field, line(border[:, 0], border[:, 1], style=5, name="a(x) = 0")])

    controls = (
        Control("bias", "bias b", BIASES, start=2),
        Control("angle", "angle of w", ANGLES, [f"{angle}°" for angle in ANGLES], start=1),
        Control("length", "length of w", LENGTHS, start=1),
        Control("activation", "activation g", ("Sigmoid", "Tanh", "Sign")),
    )
    panel = Panel((-4, 4), (-4, 4), xlabel="x₁", ylabel="x₂", equal=True)
    return MovingPicture("One neuron over the plane", controls, [panel], draw)


def activations() -> MovingPicture:
    """Move a point along an activation and its derivative, and see what is left of the slope.

    Returns
    -------
    MovingPicture
        With `a` and `activation`.

    Notes
    -----
    Slide rows N08, N10, N11, N15, N16, N17.
    """
    grid = np.linspace(-4, 4, 81)
    everywhere = evenly(-4, 4, 81)

    def draw(*, a: float, activation: str) -> Frame:
        g = getattr(by_hand, activation)()
        values, slopes = g(grid), g.bprop(np.ones_like(grid))
        here = np.array([a])
        h, slope = g(here)[0], g.bprop(np.ones(1))[0]
        ends = np.array([a - 1.5, a + 1.5])
        says = (
            f"{activation}: g({a:g}) = {h:.3f}, and the slope there is g'({a:g}) = {slope:.3f}, "
            f"{100 * slope / slopes.max():.0f} % of its largest, {slopes.max():g}."
        )
        marks = [
            line(everywhere, values, name="g(a)"),
            line(ends, h + slope * (ends - a), style=1, name="the slope at a"),
            dots(here, [h], style=1, radius=5),
            line(everywhere, slopes, style=2, panel=1, name="g'(a)"),
            dots(here, [slope], style=1, panel=1, radius=5, name="at a"),
        ]
        return Frame(says, marks)

    controls = (
        Control("a", "pre-activation a", PRE_ACTIVATIONS, start=8),
        Control("activation", "activation g", ("Sigmoid", "Tanh", "ReLU")),
    )
    panels = (
        Panel((-4.4, 4.4), (-1.5, 4.4), title="activation", xlabel="a", ylabel="g(a)"),
        Panel((-4.4, 4.4), (-0.1, 1.2), title="its derivative", xlabel="a", ylabel="g'(a)"),
    )
    return MovingPicture("An activation and its slope", controls, panels, draw)
