"""The moving picture of lecture 13, against numbers computed here."""

import numpy as np
import pytest
from pictures import place

from dlcourse import by_hand, widgets


@pytest.fixture(scope="module")
def picture():
    return widgets.plain_and_residual()


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.4])
def test_the_plain_net_is_a_chain_of_layers(picture, scale):
    rng = np.random.default_rng(7)
    x, dy = np.abs(rng.standard_normal((32, 32))), rng.standard_normal((32, 32))
    net = by_hand.Sequential(
        *(box for _ in range(12) for box in (by_hand.Affine(32, 32, rng=rng), by_hand.ReLU()))
    )
    by_hand.initialize(net, kind="he", rng=rng)
    for _, theta in net.named("params"):
        theta *= scale
    size, gradient = np.linalg.norm(net(x)), np.linalg.norm(net.bprop(dy))
    marks = place(picture, layers=12, scale=scale, last=0.3)["marks"]
    values, gradients = (mark for mark in marks if mark["n"] == "plain")
    assert values["y"][-1] == pytest.approx(np.log10(size / np.linalg.norm(x)), rel=1e-3)
    assert gradients["y"][0] == pytest.approx(np.log10(gradient / np.linalg.norm(dy)), rel=1e-3)


@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_residual_blocks_that_start_at_0_change_nothing(picture, scale):
    frame = place(picture, layers=22, scale=scale, last=0.0)
    assert "times 1 in the residual one" in frame["says"]
    for mark in frame["marks"]:
        if mark["n"] == "residual" and not mark.get("p"):
            assert mark["y"] == [0] * 12


def test_the_sentence_says_what_is_drawn(picture):
    frame = place(picture, layers=52, scale=1.4, last=1.0)
    gradients = next(m for m in frame["marks"] if m["n"] == "plain" and m.get("p"))
    assert f"times {10 ** gradients['y'][0]:.0e}".replace("e+0", "e") in frame["says"]
