"""The moving pictures of lecture 01 against the by-hand side."""

import numpy as np
import pytest

from dlcourse import by_hand, widgets


@pytest.mark.parametrize(
    ("activation", "a", "slope"),
    [
        ("Sigmoid", -2.0, lambda h: h * (1 - h)),
        ("Tanh", 0.5, lambda h: 1 - h**2),
        ("ReLU", -1.0, lambda h: 0.0),
        ("ReLU", 3.0, lambda h: 1.0),
    ],
)
def test_activations_show_value_and_slope(activation, a, slope):
    picture = widgets.activations()
    picture.activation, picture.a = activation, a
    h = float(getattr(by_hand, activation)()(np.array(a)))
    assert f"g({a:g}) = {h:.3f}" in picture.frame["says"]
    assert f"g'({a:g}) = {slope(h):.3f}" in picture.frame["says"]
    tangent = next(m for m in picture.frame["marks"] if m.get("n") == "the slope at a")
    rise = np.diff(tangent["y"])[0] / np.diff(tangent["x"])[0]
    assert rise == pytest.approx(slope(h), abs=1e-3)


@pytest.mark.parametrize(("bias", "length"), [(2, 0.5), (-4, 3.0), (0, 1.0)])
def test_the_ridge_stands_where_the_neuron_is_half_on(bias, length):
    picture = widgets.ridge()
    picture.bias, picture.length, picture.angle = bias, length, 60
    border = next(m for m in picture.frame["marks"] if m["k"] == "line")
    w = length * np.array([np.cos(np.pi / 3), np.sin(np.pi / 3)])
    neuron = by_hand.Neuron(2)
    neuron.load_state_dict({"weight": w, "bias": np.array(float(bias))})
    points = np.stack([border["x"], border["y"]], axis=1)
    np.testing.assert_allclose(neuron(points), 0.5, atol=2e-3)
    assert f"{abs(bias) / length:.1f} from the origin" in picture.frame["says"]


def test_a_control_refuses_what_it_cannot_be():
    picture = widgets.activations()
    with pytest.raises(Exception, match="is not one of"):
        picture.a = 17
    assert picture.a == 2.0
