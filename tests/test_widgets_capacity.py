"""The moving pictures of lecture 02 against the by-hand side."""

import numpy as np
import pytest

from dlcourse import by_hand, data, widgets


def named(picture, name):
    return next(m for m in picture.frame["marks"] if m.get("n") == name)


@pytest.fixture(scope="module")
def xor_regions():
    return widgets.regions()


def test_the_slides_net_is_right_on_the_corners_and_its_units_draw_its_lines(xor_regions):
    xor_regions.noise, xor_regions.net = 0.0, "slide"
    assert "0 of 4 points" in xor_regions.frame["says"]
    border = named(xor_regions, "where a hidden unit is 0")
    sums = np.array(border["x"], float) + np.array(border["y"], float)
    np.testing.assert_allclose(sums, [-0.5, -0.5, np.nan, 1.5, 1.5, np.nan], atol=0.02)


@pytest.mark.parametrize(("width", "run"), [(1, 1), (3, 2), (16, 3)])
def test_a_trained_net_makes_the_mistakes_that_the_sentence_counts(xor_regions, width, run):
    rng = np.random.default_rng(7)
    data.xor(4, rng=rng)
    x, y = data.xor(60, noise=0.7, rng=rng)
    net = by_hand.MLP([2, width, 1], activation="Tanh", rng=np.random.default_rng(run))
    risk = by_hand.EmpiricalRisk(net, by_hand.BCEWithLogitsLoss())
    sgd = by_hand.SGD(net, lr=1.0, momentum=0.9)
    order = np.random.default_rng(7)
    by_hand.fit(risk, x, y[:, None].astype(float), optimizer=sgd, epochs=200, rng=order)
    wrong = ((net(x)[:, 0] > 0) != y).sum()
    xor_regions.noise, xor_regions.net, xor_regions.run = 0.7, width, run
    assert f": {wrong} of 60 points" in xor_regions.frame["says"]
    curve = named(xor_regions, "these points")
    error = dict(zip(curve["x"], curve["y"], strict=True))[width]
    assert error == pytest.approx(100 * wrong / 60, abs=0.01)


@pytest.mark.parametrize(
    ("curve", "f", "guarantee"),
    [
        ("sin(2πx)", lambda x: np.sin(2 * np.pi * x), lambda n: np.pi / (n + 1)),
        ("√x", np.sqrt, None),
        ("a jump", lambda x: np.where(x < 0.37, -0.5, 0.5), None),
    ],
)
@pytest.mark.parametrize("units", [4, 16, 64])
def test_the_staircase_says_its_largest_error(curve, f, guarantee, units):
    picture = widgets.staircase()
    picture.curve, picture.units = curve, units
    x = np.linspace(0, 1, 5003)
    net = by_hand.staircase_network(f, units, low=0.0, high=1.0)
    error = np.abs(net(x[:, None])[:, 0] - f(x)).max()
    said = float(picture.frame["says"].split("error is ")[1].split(";")[0])
    assert said == pytest.approx(error, abs=0.015)
    if guarantee:
        assert said <= guarantee(units) + 5e-4
        assert f"guarantees {guarantee(units):.3f}" in picture.frame["says"]
    steps = named(picture, "the net")
    inside = (np.array(steps["x"][::2]) + np.array(steps["x"][1::2])) / 2
    np.testing.assert_allclose(steps["y"][::2], f(inside), atol=2e-3)
    assert len(inside) == units + 1
