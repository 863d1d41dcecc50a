"""The moving pictures of lecture 10, against numbers computed here."""

import numpy as np
import pytest
from pictures import place

from dlcourse import by_hand, widgets
from dlcourse.widgets.convnets import KERNEL, PICTURE


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_last_window_fills_the_map(padding, stride):
    last = place(widgets.convolution_steps(), row=5, column=6, padding=padding, stride=stride)
    picture, kernel = (np.array(values, float)[None, None] for values in (PICTURE, KERNEL))
    y = by_hand.correlate_loops(picture, kernel, stride=stride, padding=padding)[0, 0]
    drawn = next(m for m in last["marks"] if m["k"] == "heat" and m["x"][0] == 4)
    assert drawn["size"] == list(y.shape)
    assert drawn["t"] == y.ravel().tolist()
    assert f"= {y.shape[1]} windows" in last["says"]


def test_a_frame_shows_window_products_and_sum():
    frame = place(widgets.convolution_steps(), row=2, column=3)
    seen = np.array(PICTURE)[1:4, 2:5] * np.array(KERNEL)
    products = next(m for m in frame["marks"] if m["k"] == "heat" and m["size"] == [3, 3])
    assert products["t"] == seen.ravel().tolist()
    assert f"add up to {seen.sum()}".replace("-", "−") in frame["says"]
    drawn = next(m for m in frame["marks"] if m["k"] == "heat" and m["x"][0] == 4)
    assert drawn["t"][6] == seen.sum()
    assert drawn["t"][7:] == [None] * 5


@pytest.mark.parametrize(
    ("layers", "kernel", "stride", "sees"), [(3, 3, 1, 7), (2, 5, 2, 13), (4, 2, 2, 16)]
)
def test_fields_are_what_the_gradient_reaches(layers, kernel, stride, sees):
    stack = by_hand.Sequential(
        *(by_hand.Conv2d(1, 1, kernel, stride=stride, bias=False) for _ in range(layers))
    )
    for _, weight in stack.named("params"):
        weight[...] = 1
    dy = np.zeros_like(stack(np.zeros((1, 1, 70, 70))))
    dy[0, 0, 0, 0] = 1
    assert (stack.bprop(dy)[0, 0, 0] > 0).sum() == sees
    frame = place(widgets.receptive_fields(), layers=layers, kernel=kernel, stride=stride)
    assert f"sees {sees} × {sees} pixels" in frame["says"]
    pixels = next(mark for mark in frame["marks"] if mark["k"] == "dots")
    assert len(pixels["x"]) == sees
    assert np.ptp(pixels["x"]) == sees - 1
    assert frame["marks"][-1]["y"] == [sees]
