"""The moving pictures of lecture 04 against the by-hand side."""

import numpy as np
import pytest

from dlcourse import by_hand, widgets


def written(value):
    return f"{value:.2f}".replace("-", "−")


def numbers(picture, panel):
    """What is written in a panel, in boxes and at arrows."""
    return sorted(m["t"] for m in picture.frame["marks"] if "t" in m and m.get("p", 0) == panel)


@pytest.mark.parametrize(("x", "w"), [(1.0, 0.5), (-2.0, 1.0), (2.0, -1.0)])
def test_at_the_end_of_the_sweeps_all_values_and_gradients_are_there(x, w):
    picture = widgets.flow_graph_steps()
    picture.x, picture.w, picture.step = x, w, 8
    h = np.tanh(w * x + 0.5)
    assert numbers(picture, 0) == sorted(map(written, [x, w, 0.5, w * x, w * x + 0.5, h, h * x]))

    def swish(inputs):
        return inputs[0] * np.tanh(inputs[1] * inputs[0] + inputs[2])

    dx, dw, db = by_hand.numerical_gradient(swish, np.array([x, w, 0.5]))
    at_boxes = [dx, dw, db, db, db, x, 1.0]
    at_arrows = [dw, dx - h, db, db, db, x, h]
    assert numbers(picture, 1) == sorted(map(written, np.round([*at_boxes, *at_arrows], 6)))
    assert f"together {written(dx)}" in picture.frame["says"]


def test_numbers_appear_one_box_at_a_time():
    picture = widgets.flow_graph_steps()
    seen = []
    for step in range(9):
        picture.step = step
        seen.append((len(numbers(picture, 0)), len(numbers(picture, 1))))
    assert seen == [(3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (7, 5), (7, 7), (7, 11), (7, 14)]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("step", [1e-12, 1e-5, 1e-2])
def test_the_curve_shows_the_errors_of_finite_differences(precision, step):
    picture = widgets.gradient_check_curve()
    picture.precision, picture.step = precision, step
    x = np.array([1.25], precision)
    for name, scheme in {"central": "central", "one-sided": "forward"}.items():
        estimate = by_hand.numerical_gradient(
            lambda x: (x * x * x + x)[0], x, step=step, scheme=scheme
        )
        error = by_hand.relative_error(estimate, np.array([5.6875], precision))
        curve = next(m for m in picture.frame["marks"] if m.get("n") == name)
        height = curve["y"][curve["x"].index(round(np.log10(step), 3))]
        assert height == pytest.approx(np.log10(error), abs=0.01)


def test_a_step_across_the_kink_gives_a_wrong_slope():
    picture = widgets.gradient_check_curve()
    picture.function, picture.step = "relu(x) + x at −1/1024", 1e-2
    assert "one-sided one by 0.47" in picture.frame["says"]  # 1 + (ε − 1/1024) / ε against 1
    picture.step = 1e-4
    assert float(picture.frame["says"].split("off by ")[1].split()[0]) < 1e-10
