"""The moving picture of lecture 07 shows what the by-hand side computes."""

import re

import numpy as np
import pytest

from dlcourse import by_hand, widgets
from dlcourse.widgets.dropout import EXAMPLE


@pytest.fixture(scope="module")
def picture():
    return widgets.masks()


def answers(picture):
    """The probabilities of this mask, of the average and of the scaled net."""
    return [np.array(mark["y"]) for mark in picture.frame["marks"] if mark["k"] == "bars"]


@pytest.mark.parametrize("mask", ["0000", "1010", "0111", "1111"])
def test_a_mask_removes_units_and_the_scaled_net_halves_them(picture, mask):
    rng = np.random.default_rng(7)
    net = by_hand.MLP([3, 4, 3], rng=rng)
    by_hand.initialize(net, kind="normal", std=1.5, rng=rng)
    first, second = net[0].params["weight"], net[2].params["weight"]
    h = np.tanh(EXAMPLE @ first.T)
    picture.hidden, picture.average, picture.mask = "4", "geometric", mask
    units = np.array([float(m) for m in mask])
    expected = [np.exp((h * factor) @ second.T) for factor in (units, 0.5, 0.5)]
    for shown, e in zip(answers(picture), expected, strict=True):
        np.testing.assert_allclose(shown, e[0] / e.sum(), atol=1e-3)
    removed = [mark for mark in picture.frame["marks"] if mark.get("n") == "removed"]
    assert sum(len(mark["x"]) for mark in removed) == mask.count("0")


def test_only_one_hidden_layer_and_the_geometric_average_are_exact(picture):
    for hidden in ("4", "2 + 2"):
        for average in ("geometric", "arithmetic"):
            picture.hidden, picture.average = hidden, average
            _, mean, rule = answers(picture)
            assert (np.abs(mean - rule).max() < 1e-3) == ((hidden, average) == ("4", "geometric"))
            said = float(re.search(r"differ by ([\d.]+)", picture.frame["says"])[1])
            assert abs(said - np.abs(mean - rule).max()) < 1e-3


@pytest.mark.parametrize("hidden", ["4", "2 + 2"])
def test_the_arithmetic_average_is_the_mean_over_the_masks(picture, hidden):
    picture.hidden, picture.average = hidden, "arithmetic"
    of_masks = []
    for mask in picture.controls["mask"].values:
        picture.mask = mask
        of_masks.append(answers(picture)[0])
    np.testing.assert_allclose(np.mean(of_masks, axis=0), answers(picture)[1], atol=1e-3)
