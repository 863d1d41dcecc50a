"""The moving picture of lecture 08 shows what the by-hand side computes."""

import numpy as np
import pytest

from dlcourse import data, widgets


@pytest.fixture(scope="module")
def picture():
    return widgets.saturation()


def shares(picture):
    """The two histograms, in %."""
    return [np.array(mark["y"]) for mark in picture.frame["marks"] if mark["k"] == "bars"]


@pytest.mark.parametrize(
    ("scale", "bias", "gamma"), [(0.3, 0.0, 1.0), (5.0, 3.0, 1.0), (10.0, 10.0, 3.0)]
)
def test_the_histograms_are_those_of_the_formula(picture, scale, bias, gamma):
    picture.scale, picture.bias, picture.gamma = scale, bias, gamma
    weight = scale * np.sqrt(2 / (64 + 32)) * np.random.default_rng(7).standard_normal((32, 64))
    a = data.digits().train.x[:256] @ weight.T + bias
    normal = gamma * (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 1e-5)
    stuck = []
    for shown, z in zip(shares(picture), (a, normal), strict=True):
        h = 1 / (1 + np.exp(-z))
        counts = np.histogram(h, bins=20, range=(0, 1))[0]
        np.testing.assert_allclose(shown, 100 * counts / h.size, atol=0.02)
        stuck.append(100 * np.mean((h < 0.05) | (h > 0.95)))
    says = picture.frame["says"]
    assert f"{stuck[0]:.0f} % of the outputs" in says
    assert f"{stuck[1]:.0f} % with it at γ = {gamma:g}" in says


def test_behind_batch_norm_scale_and_bias_of_the_weights_mean_nothing(picture):
    picture.gamma = 1.0
    seen = []
    for scale in (0.3, 1.0, 10.0):
        for bias in (0.0, 10.0):
            picture.scale, picture.bias = scale, bias
            seen.append(shares(picture)[1])
    assert np.ptp(seen, axis=0).max() < 0.2
    picture.gamma = 10.0
    assert shares(picture)[1][[0, -1]].sum() > 50
