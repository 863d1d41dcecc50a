"""Moving pictures of lecture 01: one neuron."""

import numpy as np

from dlcourse import by_hand
from dlcourse.widgets.marks import heat, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

SIDE = 16  # fields of the plane along each side
ANGLES = (0, 30, 60, 90, 120, 150)
LENGTHS = (0.5, 1.0, 3.0)
BIASES = (-4, -2, 0, 2, 4)


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
