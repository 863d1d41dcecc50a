"""The moving pictures of lecture 06 show what the by-hand side computes."""

import numpy as np
import pytest

from dlcourse import widgets
from dlcourse.widgets.optimization import UPDATES


@pytest.fixture(scope="module")
def ravine():
    return widgets.ravine()


@pytest.fixture(scope="module")
def step_sizes():
    return widgets.step_sizes()


@pytest.mark.parametrize(
    ("lr", "momentum", "steps"), [(0.003, 0.0, 1), (0.018, 0.0, 20), (0.018, 0.8, 60)]
)
def test_the_walk_is_that_of_the_formula(ravine, lr, momentum, steps):
    ravine.lr, ravine.momentum, ravine.steps = lr, momentum, steps
    theta, v = np.array([-1.8, 0.6]), np.zeros(2)
    for _ in range(steps):
        v = momentum * v + np.array([1, 100]) * theta
        theta = theta - lr * v
    path, now, heights = ravine.frame["marks"]
    assert len(path["x"]) == len(heights["y"]) == steps + 1
    np.testing.assert_allclose([path["x"][-1], path["y"][-1]], theta, rtol=0, atol=1e-3)
    np.testing.assert_allclose([now["x"][0], now["y"][0]], theta, rtol=1e-3)
    height = theta[0] ** 2 / 2 + 50 * theta[1] ** 2
    assert abs(heights["y"][-1] - np.log10(height)) < 0.01
    assert f"{height:.2f} after" in ravine.frame["says"] or height < 0.01


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_steps_beyond_the_edge_lead_away(ravine, momentum):
    ravine.momentum = momentum
    for lr in (0.018, 0.022, 0.033, 0.045):
        ravine.lr = lr
        away = lr * 100 > 2 * (1 + momentum)
        assert ("leaves the ravine" in ravine.frame["says"]) == away


def test_the_sums_are_those_of_the_steps(step_sizes):
    t = np.arange(1, UPDATES + 1)
    formulas = {
        "constant": np.full(UPDATES, 0.5),
        "power": 0.5 / t**0.75,
        "inverse": 0.5 / (1 + 0.75 * t),
        "step": 0.5 * 0.75 ** ((t - 1) // 100),
    }
    step_sizes.decay, step_sizes.lr = 0.75, 0.5
    for kind, alphas in formulas.items():
        step_sizes.kind = kind
        ends = [mark["y"][-1] for mark in step_sizes.frame["marks"][:3]]
        last = [alphas.sum(), (alphas**2).sum(), alphas[-1]]
        np.testing.assert_allclose(ends, np.log10(last), atol=2e-3)
        assert f"all steps add up to {alphas.sum():.3g}," in step_sizes.frame["says"]


def test_a_constant_step_stalls_at_the_floor(step_sizes):
    step_sizes.kind, step_sizes.lr = "constant", 0.5
    distance = 10 ** np.array(step_sizes.frame["marks"][3]["y"][-5:])
    np.testing.assert_allclose(distance, np.sqrt(0.5 / 1.5), rtol=0.2)
