"""What every moving picture keeps: a frame for each position of its sliders, and a size."""

import math
import re

import pytest

from dlcourse import widgets
from dlcourse.latency import PICTURES
from dlcourse.widgets.marks import dots


@pytest.mark.parametrize("name", PICTURES)
def test_every_position_has_a_sentence_with_numbers(name):
    picture = getattr(widgets, name)()
    frames = picture.data["frames"]
    assert len(frames) == math.prod(len(c.values) for c in picture.controls.values())
    silent = [frame["says"] for frame in frames if not re.search(r"\d.*\.$", frame["says"])]
    assert silent == []


def test_a_picture_too_large_to_be_sent_is_refused():
    def draw(n):
        points = range(n)
        return widgets.Frame(f"{n} points.", [dots(points, points)])

    controls = [widgets.Control("n", "points", [10, 100_000])]
    panels = [widgets.Panel(x=(0, 1), y=(0, 1))]
    with pytest.raises(ValueError, match=r"frames of 'points' take \d+ bytes; 200000 are allowed"):
        widgets.MovingPicture("points", controls, panels, draw)
