"""The moving picture of lecture 12, against numbers computed here."""

import pytest

from dlcourse import by_hand, widgets


@pytest.fixture(scope="module")
def picture():
    return widgets.alexnet_layers()


@pytest.mark.parametrize(
    ("gone", "parameters", "says"),
    [
        ((), 60_965_224, "All eight layers: 60,965,224 parameters (100 % of all)"),
        ((7,), 44_183_912, "Without layer 7: 44,183,912 parameters (72 % of all)"),
        ((6, 7), 11_551_080, "Without layers 6 and 7: 11,551,080 parameters (19 % of all)"),
        ((3, 4, 6, 7), 9_854_568, "Without layers 3, 4, 6 and 7: 9,854,568 parameters"),
    ],
)
def test_a_frame_counts_what_is_left(picture, gone, parameters, says):
    for layer in (3, 4, 6, 7):
        setattr(picture, f"layer{layer}", layer not in gone)
    net = by_hand.outline(by_hand.AlexNet, without=gone)
    counted = by_hand.count_layers(net, (3, 227, 227))
    assert sum(layer.parameters for layer in counted) == parameters
    assert picture.frame["says"].startswith(says)
    work = sum(layer.multiply_adds for layer in counted) / 1e6
    assert f"{work:.0f} million multiply-adds" in picture.frame["says"]
    stored, done = picture.frame["marks"]
    assert len(stored["x"]) == 8 - len(gone)
    assert sum(stored["y"]) == pytest.approx(parameters / 1e6, rel=1e-3)
    assert sum(done["y"]) == pytest.approx(work, rel=1e-3)
