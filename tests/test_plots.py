"""Pictures show what they are given: each test reads back from the drawing what must be in it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlcourse import by_hand, plots
from dlcourse.plots.figure import COLOURS, TINTS
from dlcourse.widgets import marks, moving
from dlcourse.widgets.still import as_picture


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


def first(x):
    return x[:, 0]


def texts(ax):
    return [text.get_text() for text in ax.texts]


# ---- the plane ---------------------------------------------------------------------------


def test_the_plane_runs_over_the_square_row_by_row():
    grid = plots.plane(2.0, 3)
    assert grid.tolist() == [[a, b] for b in (-2, 0, 2) for a in (-2, 0, 2)]


def test_a_surface_has_the_heights_of_the_function():
    ax = plots.surface(
        lambda x: 2 * x[:, 0], span=3.0, title="plane", limits=(-4, 4), labels=("a", "b")
    )
    assert ax.xy_dataLim.intervalx.tolist() == [-3, 3]
    assert ax.zz_dataLim.intervalx.tolist() == [-6, 6]
    assert ax.get_zlim() == (-4, 4)
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("plane", "a", "b")


def test_regions_are_coloured_by_class_with_x1_to_the_right_and_x2_upwards():
    examples = np.array([[-1.0, -1.0], [1.0, 1.0], [1.5, 1.0]]), np.array([0, 1, 1])
    upper_right = lambda x: ((x[:, 0] > 0) & (x[:, 1] > 0)).astype(int)  # noqa: E731
    ax = plots.regions(upper_right, points=examples, span=2.0)
    (picture,) = ax.get_images()
    classes = picture.get_array()
    assert picture.origin == "lower"
    assert [classes[0, 0], classes[0, -1], classes[-1, 0], classes[-1, -1]] == [0, 0, 0, 1]
    zero, one = ax.collections
    assert zero.get_offsets().tolist() == [[-1, -1]]
    assert one.get_offsets().tolist() == [[1, 1], [1.5, 1]]
    assert to_hex(one.get_facecolor()[0]) == to_hex(COLOURS[1])
    assert TINTS.N > 1


def test_level_lines_lie_at_their_levels_and_paths_over_them():
    path = np.array([[0.0, 0.0], [1.0, 2.0]])
    ax = plots.contours(first, paths={"descent": path}, levels=[-1.0, 1.0])
    (lines,) = ax.collections
    assert lines.levels.tolist() == [-1, 1]
    np.testing.assert_allclose(lines.get_paths()[0].vertices[:, 0], -1)
    assert ax.lines[0].get_xydata().tolist() == path.tolist()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["descent"]
    assert plots.contours(first).get_legend() is None


# ---- stacks of layers ----------------------------------------------------------------------


def layers():
    """What a small net is made of, as counted."""
    net = by_hand.Chain(
        conv=by_hand.Conv2d(1, 4, 3, stride=2, padding=1),
        relu=by_hand.ReLU(),
        pool=by_hand.MaxPool2d(2, stride=2),
        mean=by_hand.GlobalAvgPool2d(),
        fc=by_hand.Affine(4, 3),
    )
    counted = by_hand.count_layers(net, (1, 8, 8))
    return [layer for layer in counted if layer.kind != "ReLU"]


WORDS = ["3×3 conv, 4, /2", "2×2 max pool, /2", "global average pool", "full, 3"]


def test_layers_are_written_as_in_papers_from_the_top_down():
    ax = plots.layer_stacks({"small": layers()})
    assert texts(ax) == ["small", *WORDS, "4", "2", "1", "size"]
    heights = [text.get_position()[1] for text in ax.texts[1:5]]
    assert heights == sorted(heights, reverse=True)


def test_layers_of_one_size_stand_at_one_height_only_when_aligned():
    short = [layers()[0], layers()[-1]]
    for aligned in (True, False):
        ax = plots.layer_stacks({"long": layers(), "short": short}, aligned=aligned, sizes=False)
        height = {text.get_text(): text.get_position()[1] for text in ax.texts}  # of the last so
        assert height[WORDS[-1]] == (height["global average pool"] if aligned else -1)


def test_removed_layers_are_dashed_and_so_are_shortcuts_that_change_the_shape():
    ax = plots.layer_stacks(
        {"net": layers()},
        removed={"net": ["pool"]},
        shortcuts={"net": [(-1, 0, True), (0, 1, False)]},
    )
    dashed = [t.get_text() for t in ax.texts if (b := t.get_bbox_patch()) and b.get_ls() == "--"]
    assert dashed == [WORDS[1]]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [arrow.get_linestyle() for arrow in arrows] == ["--", "-"]


# ---- still pictures of what moves ------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch):
    """Draws marks in panels, and gives the axes instead of the picture."""

    def draw(panels, *what):
        monkeypatch.setattr("dlcourse.plots.figure.show", lambda ax, alt: ax.figure.axes)
        return as_picture([vars(panel) for panel in panels], what, "a picture of 1 mark")

    return draw


def test_every_kind_of_mark_is_drawn_where_it_belongs(drawn):
    left, right = drawn(
        [moving.Panel((0, 4), (0, 2), "left"), moving.Panel((0, 4), (0, 2), "right")],
        marks.line(marks.evenly(0, 4, 3), [0, np.nan, 2], name="y"),
        marks.dots([1.0], [1.5], panel=1, radius=3),
        marks.bars([1, 2], [0.5, 1.0]),
        marks.area([0, 1], [0, 0], [1, 1], panel=1),
        marks.text(1, 2, "here"),
        marks.arrow([0, 1], [0, 2]),
    )
    assert (left.get_title(), right.get_title(), left.get_xlim()) == ("left", "right", (0, 4))
    np.testing.assert_array_equal(left.lines[0].get_xydata(), [[0, 0], [2, np.nan], [4, 2]])
    assert right.lines[0].get_xydata().tolist() == [[1, 1.5]]
    assert right.lines[0].get_markersize() == 6
    assert [bar.get_height() for bar in left.patches] == [0.5, 1.0]
    assert len(right.collections) == 1
    assert texts(left)[0] == "here"
    assert left.texts[1].xy == (1, 2)
    assert left.get_legend() is not None and right.get_legend() is None


def test_powers_of_ten_and_chosen_ticks_are_written_at_the_axes(drawn):
    panel = moving.Panel((-3, 0), (0, 1), xlog=True, yticks=(0, 0.5))
    (ax,) = drawn([panel])
    write = ax.xaxis.get_major_formatter()
    assert [write(-3, 0), write(0, 0)] == ["1e-3", "1"]
    assert ax.get_yticks().tolist() == [0, 0.5]
    (bare,) = drawn([moving.Panel((0, 1), (0, 1), bare=True, equal=True)])
    assert not bare.axison and bare.get_aspect() == 1


def test_grey_pictures_have_their_titles():
    ax = plots.images(np.zeros((3, 2, 2)), ["0", "1", "2"], columns=2)
    shown = [a for a in ax.figure.axes if a.get_images()]
    assert [a.get_title() for a in shown] == ["0", "1", "2"]
    assert all(a.get_images()[0].get_clim() == (0, 1) for a in shown)
