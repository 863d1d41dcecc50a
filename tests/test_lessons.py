"""What lectures use besides the concepts: predictions, trials, claims, figures, sources, data."""

import ast
import io
import tokenize
from itertools import pairwise

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image
from sklearn import datasets
from tqdm.notebook import tqdm_notebook

import dlcourse
from dlcourse import by_hand, data, in_torch, lessons, plots, slides, sources
from dlcourse import progress as progress_room
from dlcourse.twins import TWINS

# ---- predictions, trials, claims ------------------------------------------------------


def ask(answer):
    return lessons.predict("Which?", a="this", b="that", answer=answer)


@pytest.mark.parametrize(
    ("answer", "title"),
    [(None, "You made no prediction"), ("b", "predicted b: right"), ("a", "came out otherwise")],
)
def test_a_prediction_is_compared_and_never_stops_the_notebook(answer, title):
    note = ask(answer).reveal("b", "Because.")
    assert title in note.title
    assert note.lines == ("What happened: b) that", "Because.")
    assert "that" in note._repr_html_()


def test_a_prediction_shows_its_choices_and_refuses_other_answers():
    assert "a) this\nb) that" in repr(ask(None))
    assert "Your prediction: a." in repr(ask("a"))
    with pytest.raises(ValueError, match="answer 'c' is none of a, b"):
        ask("c")


def test_notes_escape_html():
    assert "1 &lt; 2" in lessons.Note("1 < 2", ())._repr_html_()


def test_trials_have_the_t_interval_of_the_textbook():
    trials = lessons.repeat(lambda seed: [4.0, 6.0, 8.0][seed], range(3))
    assert trials.mean == 6
    assert trials.margin == pytest.approx(4.302652729911275 * 2 / np.sqrt(3))
    assert repr(trials) == "6 ± 5 (95 % interval, 3 seeds)"
    assert lessons.repeat(lambda seed: 1.0, range(1)).margin == np.inf
    assert (trials - trials).mean == 0
    assert repr(lessons.Trials(np.array([0.101, 0.103]))).startswith("0.10 ± 0.01 ")


def test_a_claim_that_fails_stops_the_notebook():
    known = slides.ROWS["N14"].measured[0]
    assert repr(lessons.claim("N14", known, True)) == f"Measured (N14)\n{known}"
    with pytest.raises(AssertionError, match="N14: this run does not confirm"):
        lessons.claim("N14", known, False)
    with pytest.raises(ValueError, match="no row 'N99'; N goes up to N19"):
        lessons.claim("N99", known, True)


def test_a_claim_that_the_ledger_does_not_have_is_refused():
    moved = slides.ROWS["R12"].measured[0].replace("more than 3 points", "more than 4 points")
    with pytest.raises(ValueError, match=r"R12: the ledger does not have .*05-regularization.toml"):
        lessons.claim("R12", moved, True)


def test_training_again_with_one_seed_gives_the_same_net():
    moons = data.moons(60, rng=np.random.default_rng(0))
    nets = [lessons.train_classifier(moons, [2, 4, 2], seed=3, epochs=5) for _ in range(2)]
    for name, array in nets[0].state_dict().items():
        np.testing.assert_array_equal(array, nets[1].state_dict()[name])
    assert 0 <= lessons.error_percent(nets[0], moons) <= 100


@pytest.mark.parametrize(
    "options",
    [
        {"batch_norm": True, "momentum": 0.9, "schedule": {"kind": "inverse", "decay": 0.1}},
        {"dropout": 0.5, "weight_decay": 0.01, "initialization": "he"},
    ],
    ids=["batch norm", "dropout"],
)
def test_both_sides_train_to_the_same_place(options):
    moons = data.moons(60, rng=np.random.default_rng(0))
    note = lessons.coincide(
        lambda lib: lessons.train_classifier(
            moons, [2, 8, 8, 2], seed=3, epochs=3, batch_size=20, lib=lib, **options
        )
    )
    assert "equal to 1e-08 after 9 steps" in repr(note)


def small_convnet(lib, rng):
    return lib.Sequential(
        lib.Conv2d(1, 4, 3, padding=1, rng=rng),
        lib.BatchNorm2d(4),
        lib.ReLU(),
        lib.MaxPool2d(4),
        lib.Flatten(),
        lib.Dropout(0.3),
        lib.Affine(16, 10, rng=rng),
    )


def few_pictures(count=64):
    x, y = data.digits().train
    return data.Split(x[:count].reshape(-1, 1, 8, 8), y[:count])


@pytest.mark.parametrize("initialization", [None, "he"])
def test_any_net_is_trained_to_the_same_place_on_both_sides(initialization):
    options = {"seed": 1, "epochs": 2, "batch_size": 16, "lr": 0.05, "momentum": 0.9}
    options |= {"weight_decay": 1e-3, "schedule": {"kind": "step", "decay": 0.1, "period": 4}}
    note = lessons.coincide(
        lambda lib: lessons.train_net(
            small_convnet, few_pictures(), lib=lib, initialization=initialization, **options
        )
    )
    assert "equal to 1e-08 after 8 steps" in repr(note)


def test_training_a_multilayer_net_is_training_a_net():
    moons = data.moons(60, rng=np.random.default_rng(0))
    options = {"seed": 3, "epochs": 2, "initialization": "he"}
    net = lessons.train_net(
        lambda lib, rng: lib.MLP([2, 4, 2], dropout=0.5, rng=rng), moons, **options
    )
    again = lessons.train_classifier(moons, [2, 4, 2], dropout=0.5, **options)
    np.testing.assert_array_equal(net.trajectory, again.trajectory)


@pytest.mark.parametrize("lib", [by_hand, in_torch], ids=["by_hand", "in_torch"])
def test_a_net_is_trained_on_from_where_it_is(lib):
    pictures = few_pictures()
    net = lessons.train_net(small_convnet, pictures, seed=0, lib=lib, dtype="float32", epochs=3)
    before = net.trajectory
    seen = []
    more = lessons.train_net(
        net, pictures, seed=1, epochs=1, lr=0.01, after_epoch=lambda net: seen.append(net.training)
    )
    assert more is net
    assert seen == [True]
    assert not net.training
    assert net.trajectory.mean() < before[:2].mean()
    assert str(net.state_dict()["0.weight"].dtype).endswith("float32")


def test_sides_that_train_differently_are_told_apart():
    moons = data.moons(60, rng=np.random.default_rng(0))
    with pytest.raises(AssertionError, match=r"0\.weight differs by .* of its largest number"):
        lessons.coincide(
            lambda lib: lessons.train_classifier(
                moons, [2, 4, 2], seed=3, epochs=1, lib=lib, lr=0.1 if lib is by_hand else 0.2
            )
        )


@pytest.mark.parametrize("lib", [by_hand, in_torch], ids=["by_hand", "in_torch"])
def test_measuring_a_net_uses_it_and_leaves_it_in_training(lib):
    moons = data.moons(60, rng=np.random.default_rng(0))
    seen = []
    net = lessons.train_classifier(
        moons,
        [2, 8, 2],
        seed=0,
        epochs=2,
        dropout=0.5,
        lib=lib,
        after_epoch=lambda net: seen.append((lessons.mean_loss(net, moons), net.training)),
    )
    assert not net.training
    assert lessons.mean_loss(net, moons) == seen[-1][0]
    assert [training for _, training in seen] == [True, True]
    assert 0 < lessons.error_percent(net, moons) < 60


def test_measuring_a_net_in_single_precision():
    moons = data.moons(60, rng=np.random.default_rng(0))
    for net in (by_hand.MLP([2, 2]).to(np.float32), in_torch.MLP([2, 2]).float()):
        assert 0 <= lessons.error_percent(net, moons) <= 100


def test_progress_is_silent_outside_of_notebooks(capsys):
    assert list(lessons.progress(range(3))) == [0, 1, 2]
    assert list(lessons.progress(iter("ab"), "letters")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("pause", "bars"), [(0.0, 0), (0.6, 1)])
def test_progress_of_a_long_loop_is_one_widget_in_a_notebook(monkeypatch, pause, bars):
    now, sent, updates = [0.0], [], []
    monkeypatch.setattr(progress_room, "in_notebook", lambda: True)
    monkeypatch.setattr(progress_room.time, "monotonic", lambda: now[0])
    monkeypatch.setattr("IPython.display.display", lambda data, raw: sent.append((data, raw)))

    class Bar(tqdm_notebook):
        def update(self, n=1):
            updates.append(n)

        def close(self):
            updates.append("closed")

    monkeypatch.setattr("tqdm.notebook.tqdm_notebook", Bar)
    for _ in lessons.progress(range(5), "seeds"):
        now[0] += pause
    assert len(sent) == bars
    assert updates == [1, 1, 1, "closed"] * bars
    for message, raw in sent:
        assert raw and list(message) == ["application/vnd.jupyter.widget-view+json"]


def test_a_net_may_be_trained_by_any_optimizer():
    moons = data.moons(60, rng=np.random.default_rng(0))
    how = {"seed": 0, "epochs": 2}
    usual = lessons.train_classifier(moons, [2, 4, 2], lr=0.2, momentum=0.5, **how)
    chosen = lessons.train_classifier(
        moons, [2, 4, 2], optimizer=lambda net: by_hand.SGD(net, lr=0.2, momentum=0.5), **how
    )
    np.testing.assert_array_equal(usual.trajectory, chosen.trajectory)


# ---- figures ----------------------------------------------------------------------------


ALT = "A line that rises from 0 at the left end to 3 at the right end."


def test_a_figure_is_a_picture_with_its_alt_text():
    shown = plots.show(plots.curves(np.arange(4), {"x": np.arange(4)}), ALT + ' "q"')
    assert shown._repr_html_().startswith('<img alt="A line that rises')
    assert "&quot;q&quot;" in shown._repr_html_()
    assert repr(shown).startswith("Figure: A line")
    picture = Image.open(io.BytesIO(shown.png))
    assert picture.width == 2 * shown.width
    assert not plt.get_fignums(), "the figure is still open, and would be shown twice"


@pytest.mark.parametrize("alt", ["", "a line", "A line that rises from the left end to the right"])
def test_a_figure_without_numbers_in_its_alt_text_is_refused(alt):
    with pytest.raises(ValueError, match="should be a sentence with the main numbers"):
        plots.show(plots.curves(np.arange(4), {"x": np.arange(4)}), alt)
    plt.close("all")


def test_drawing_twice_gives_the_same_bytes():
    def draw():
        return plots.show(plots.heatmap(np.eye(3) - 0.5), ALT).png

    assert draw() == draw()


def test_the_flow_graph_is_drawn_as_it_is_wired():
    boxes = {"h": (by_hand.Tanh(), "x"), "y": (by_hand.Add(), "h", "x")}
    ax = plots.flow_graph(by_hand.Graph(boxes, inputs=("x",)), notes={"x": "(2, 3)"})
    texts = [text.get_text() for text in ax.texts]
    assert {"x\n(2, 3)", "h\nTanh", "y\nAdd"} <= set(texts)
    assert len(ax.texts) == 3 + 3  # three places, three arrows
    plt.close("all")


@pytest.mark.parametrize("own", [True, False], ids=["own figure", "given axes"])
@pytest.mark.parametrize("above", [True, False], ids=["above", "below"])
def test_the_limits_of_a_flow_graph_hold_its_bent_arrows(above, own):
    row = {f"h{i}": (by_hand.ReLU(), f"h{i - 1}") for i in range(2, 9)}
    boxes = {"h1": (by_hand.ReLU(), "x"), **row, "y": (by_hand.Add(), "h8", "x")}
    if above:  # an arrow from the upper of two rows
        boxes = {"up": (by_hand.ReLU(), "x"), **boxes, "y": (by_hand.Add(), "h8", "up")}
    ax = plots.flow_graph(
        by_hand.Graph(boxes, inputs=("x",)), ax=None if own else plots.panels(1, width=9)[0]
    )
    ax.figure.draw_without_rendering()
    frame = ax.get_window_extent()
    for arrow in ax.texts:
        if getattr(arrow, "arrow_patch", None) is not None:
            reach = arrow.arrow_patch.get_path().get_extents()
            assert frame.y0 < reach.y0 <= reach.y1 < frame.y1
    plt.close("all")


@pytest.mark.parametrize("columns", [10, 16, 40, 200])
def test_the_numbers_beside_a_heatmap_do_not_overlap(columns):
    ax = plots.heatmap(np.zeros((12, columns)), form=None)
    ax.figure.draw_without_rendering()
    shown = [tick for tick in ax.get_xticks() if 0 <= tick < columns]
    assert all(tick == int(tick) for tick in shown)
    assert shown == list(range(columns)) or columns > 10
    places = [t.get_window_extent() for t in ax.get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(places))
    plt.close("all")


def test_bars_are_labelled_at_their_tips():
    ax = plots.bars({"up": 2.0, "down": -2.0}, margins=[0.5, 0.25])
    up, down = ax.texts
    assert (up.get_text(), up.xy, up.get_ha()) == ("2", (2.5, 1), "left")
    assert (down.get_text(), down.xy, down.get_ha()) == ("-2", (-2.25, 0), "right")
    assert up.get_position()[0] == -down.get_position()[0] > 0
    plt.close("all")


def test_parts_of_a_bar_stand_side_by_side_with_numbers_and_patterns():
    ax = plots.stacked_bars({"a": {"good": 2, "bad": 1}, "b": {"good": 0, "bad": 4}})
    good, bad = ax.containers
    assert [(bar.get_x(), bar.get_width()) for bar in good] == [(0, 2), (0, 0)]
    assert [(bar.get_x(), bar.get_width()) for bar in bad] == [(2, 1), (0, 4)]
    assert [text.get_text() for text in ax.texts] == ["2", "1", "4"]
    assert good[0].get_hatch() != bad[0].get_hatch()
    plt.close("all")


def test_a_band_reaches_a_margin_above_and_below_its_line():
    ax = plots.band(np.arange(3), np.ones(3), np.array([0.0, 1.0, 2.0]), name="belief")
    assert ax.lines[0].get_label() == "belief"
    low, high = ax.collections[0].get_datalim(ax.transData).intervaly
    assert (low, high) == (-1, 3)
    plt.close(ax.figure)


def test_differences_are_dots_with_intervals_beside_zero():
    ax = plots.differences({"better": -4.0, "no matter": 0.5}, [1.5, 2.0], xlabel="points")
    zero, dots = ax.lines[:2]
    assert list(zero.get_xdata()) == [0, 0]
    assert list(zip(dots.get_xdata(), dots.get_ydata(), strict=True)) == [(-4, 1), (0.5, 0)]
    (intervals,) = ax.collections
    ends = [segment[:, 0].tolist() for segment in intervals.get_segments()]
    assert ends == [[-5.5, -2.5], [-1.5, 2.5]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["better", "no matter"]
    assert [text.get_text() for text in ax.texts] == ["-4", "+0.5"]
    plt.close("all")


def test_a_net_is_drawn_with_its_weights_and_biases():
    ax = plots.network(by_hand.xor_network(), [["x1", "x2"], ["y1", "y2"], ["z"]])
    texts = [text.get_text() for text in ax.texts]
    for label in ("y1", "z", "0.7", "-0.4", "bias 0.5", "bias -1.5", "bias -1"):
        assert label in texts
    assert texts.count("1") == 4
    plt.close("all")


def test_units_are_drawn_with_a_row_for_each_sample():
    ax = plots.units(np.arange(12.0).reshape(4, 3), low=0, high=11)
    assert ax.images[0].get_array().shape == (4, 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("hidden units", "samples")
    plt.close("all")


@pytest.mark.parametrize("colour", plots.COLOURS)
def test_lines_stand_out_from_white(colour):
    """Contrast of at least 2 to 1, and never by colour alone: dashes and markers differ too."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    ]
    luminance = np.dot([0.2126, 0.7152, 0.0722], linear)
    assert 1.05 / (luminance + 0.05) >= 2
    assert len(set(map(str, plots.DASHES))) == len(set(plots.MARKERS)) == len(plots.COLOURS)


# ---- sources ------------------------------------------------------------------------------


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_both_sources_are_shown_and_still_parse(twin):
    shown = dlcourse.show(twin.name)
    for source in (shown.hand, shown.net):
        tree = ast.parse(source)
        assert twin.name in source
        assert not any(isinstance(node, ast.AnnAssign) for node in ast.walk(tree))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert not any(node.returns or ast.get_docstring(node) for node in functions)
        folded = sources.folded(source)
        assert folded in shown._repr_markdown_()
        assert ast.dump(ast.parse(folded)) == ast.dump(tree)
        assert comment_words(folded) == comment_words(source)
    assert shown._repr_markdown_().count("```") == 4


def comment_words(source):
    """Give the words of all comments, in order."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return " ".join(t.string.lstrip("#") for t in tokens if t.type == tokenize.COMMENT).split()


def test_long_lines_are_folded_inside_brackets_only():
    line = '    if x.shape[-1] != weight.shape[1]: raise ValueError("a long text that stays whole")'
    folded = sources.folded(line).splitlines()
    assert folded == [line[: line.index('"')], " " * 12 + '"a long text that stays whole")']
    pair = 'weight, bias = self.params["weight"], self.params["bias"]  # no bracket'
    assert sources.folded(pair).splitlines() == ["# no bracket", pair.split("  #")[0]]
    call = "result = function(first_argument, second_argument, third_argument)"
    assert sources.folded(call).splitlines() == [
        "result = function(first_argument, second_argument,",
        " " * 8 + "third_argument)",
    ]
    assert sources.folded("x = 1") == "x = 1"
    assert sources.folded("y" * 80) == "y" * 80


def test_details_can_be_kept():
    assert "Slide row" in dlcourse.show("Affine", details=True).hand
    assert "-> Array" in dlcourse.show("Affine", details=True).hand
    with pytest.raises(ValueError, match="try Affine"):
        dlcourse.show("Afine")


# ---- data -----------------------------------------------------------------------------------


def test_digits_are_split_disjointly_in_proportion_and_standardized():
    digits = data.digits()
    parts = [digits.train, digits.valid, digits.test]
    assert sum(len(part.y) for part in parts) == 1797
    pictures = np.concatenate([digits.pictures(part.x) for part in parts]).reshape(1797, 64)
    assert pictures.min() >= -1e-12
    assert pictures.max() <= 1 + 1e-12
    original = by_rows(datasets.load_digits().data / 16)
    assert by_rows(pictures.round(6)) == by_rows(np.array(original).round(6))
    shares = [np.bincount(part.y, minlength=10) / len(part.y) for part in parts]
    assert np.abs(np.array(shares) - shares[0]).max() < 0.01
    assert digits.train.x.mean(axis=0) == pytest.approx(0, abs=1e-12)
    varied = digits.train.x.std(axis=0) > 0
    assert digits.train.x.std(axis=0)[varied] == pytest.approx(1)


def by_rows(x):
    return sorted(map(tuple, x))


def test_splits_refuse_what_leaves_nothing():
    with pytest.raises(ValueError, match="sum to less than 1"):
        data.digits(valid=0.6, test=0.5)


@pytest.mark.parametrize(
    ("make", "classes"),
    [
        (lambda rng: data.xor(40, noise=0.1, rng=rng), 2),
        (lambda rng: data.moons(40, rng=rng), 2),
        (lambda rng: data.circles(40, rng=rng), 2),
        (lambda rng: data.blobs(40, classes=3, rng=rng), 3),
        (lambda rng: data.spirals(40, classes=4, rng=rng), 4),
    ],
)
def test_synthetic_sets_come_from_their_seed_alone(make, classes):
    first, again, other = (make(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.x.shape == (40, 2)
    assert set(first.y.tolist()) == set(range(classes))
    np.testing.assert_array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)


def test_label_noise_changes_this_many_labels_and_nothing_else():
    train = data.digits().train
    noisy = data.with_label_noise(train, 0.3, rng=np.random.default_rng(0))
    assert (noisy.y != train.y).sum() == round(0.3 * len(train.y))
    assert set(noisy.y.tolist()) == set(range(10))
    np.testing.assert_array_equal(noisy.x, train.x)
    with pytest.raises(ValueError, match=r"fraction 1\.5 should be from 0 to 1"):
        data.with_label_noise(train, 1.5, rng=np.random.default_rng(0))


def test_a_subset_has_every_example_once():
    x = np.arange(10)[:, None]
    some = data.subset(data.Split(x, np.arange(10)), 4, rng=np.random.default_rng(0))
    assert len(set(some.y.tolist())) == 4
    np.testing.assert_array_equal(some.x[:, 0], some.y)
    with pytest.raises(ValueError, match="11 examples cannot be drawn from 10"):
        data.subset(data.Split(x, np.arange(10)), 11, rng=np.random.default_rng(0))


def test_xor_and_curves_without_noise_are_exact():
    x, y = data.xor(8, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, x[:, 0] != x[:, 1])
    x, y = data.curve(np.sin, 9, noise=0.0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, np.sin(x))
    assert (np.diff(x[:, 0]) > 0).all()
