"""Choosing a model: the protocol, folds, spaces, and searches that survive what may happen."""

import copy
import json
import math
import os
import pickle
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import datasets
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from dlcourse import by_hand, data, in_torch, lessons, processes
from dlcourse.model_selection import (
    Choice,
    CrossValidation,
    Holdout,
    Integers,
    LogUniform,
    Protocol,
    Results,
    Trial,
    Uniform,
    bayesian_search,
    cross_validate,
    grid_search,
    k_folds,
    random_search,
)
from dlcourse.model_selection.bayesian import choose, standardized, train_process
from dlcourse.model_selection.space import coordinates, draw

LINE = {"x": Uniform(0, 1)}
HILL = {"lr": LogUniform(1e-4, 1), "depth": Integers(1, 8), "kind": Choice("a", "b")}


def hill(configuration, seed):
    """A smooth score with its top at lr = 0.1 and depth = 3, and some noise."""
    noise = 0.02 * np.random.default_rng(seed).standard_normal()
    return (
        noise - (np.log10(configuration["lr"]) + 1) ** 2 - 0.05 * (configuration["depth"] - 3) ** 2
    )


def digits_objective():
    """Train a small net by hand; made here so that it travels to other processes by value."""
    digits = data.digits()

    def score(configuration, seed):
        rng = np.random.default_rng(seed)
        net = by_hand.MLP([64, *[configuration["width"]] * configuration["depth"], 10], rng=rng)
        by_hand.fit(
            by_hand.EmpiricalRisk(net, by_hand.CrossEntropyLoss()),
            *digits.train,
            optimizer=by_hand.SGD(net, lr=configuration["lr"]),
            epochs=2,
            batch_size=32,
            rng=rng,
        )
        return 1 - by_hand.zero_one_error(net(digits.valid.x), digits.valid.y)

    return score


NETS = {"width": Integers(4, 64, log=True), "depth": Integers(1, 2), "lr": LogUniform(0.01, 1)}
searches = pytest.mark.parametrize(
    "search",
    [
        lambda objective, **how: grid_search(objective, HILL, points={"lr": 4, "depth": 2}, **how),
        lambda objective, **how: random_search(objective, HILL, trials=16, **how),
        lambda objective, **how: bayesian_search(objective, HILL, trials=16, first=6, **how),
    ],
    ids=["grid", "random", "bayesian"],
)


# ---- the protocol ---------------------------------------------------------------------------


class Guess:
    """A model that has learned nothing, and says how often it was asked."""

    def __init__(self, seed=0):
        self.rng, self.asked = np.random.default_rng(seed), 0

    def fit(self, x, y):
        return self

    def score(self, x, y):
        self.asked += 1
        return float((self.rng.integers(2, size=len(y)) == y).mean())


def coins(n=200, seed=0):
    rng = np.random.default_rng(seed)
    return Protocol.deal(np.arange(n)[:, None], rng.integers(2, size=n), rng=rng)


def test_the_parts_are_disjoint_and_together_all():
    protocol = coins()
    rows = np.concatenate([protocol.train.x, protocol.valid.x, protocol._test.x])[:, 0]
    assert sorted(rows) == list(range(200))
    assert repr(protocol) == (
        "120 examples for training, 30 for validation, 50 for testing (not looked at yet)"
    )


def test_parts_have_every_class_in_proportion_unless_targets_are_numbers():
    y = np.repeat([0, 1, 2], [60, 20, 20])
    protocol = Protocol.deal(y[:, None], y, rng=np.random.default_rng(0))
    assert np.bincount(protocol.train.y).tolist() == [36, 12, 12]
    targets = np.random.default_rng(0).standard_normal(40)
    plain = Protocol.deal(targets, targets, stratified=False, rng=np.random.default_rng(0))
    assert [len(plain.train.y), len(plain.valid.y)] == [24, 6]


def test_the_test_score_is_given_once():
    protocol, model = coins(), Guess()
    assert 0 <= protocol.test_score(model) <= 1
    assert "(looked at)" in repr(protocol)
    with pytest.raises(RuntimeError, match="Whoever looks twice can choose the better of two"):
        protocol.test_score(model)
    assert model.asked == 1


def test_a_model_that_cannot_score_has_not_looked():
    protocol = coins()
    with pytest.raises(AttributeError):
        protocol.test_score(object())
    assert not protocol.looked
    protocol.test_score(Guess())


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_copy_has_no_test_set(duplicate):
    twin = duplicate(coins())
    assert len(twin.train.y) == 120
    with pytest.raises(RuntimeError, match="the test set stays with the original"):
        twin.test_score(Guess())


def test_a_protocol_refuses_what_does_not_fit():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="3 examples have 2 labels"):
        Protocol.deal(np.ones((3, 1)), np.ones(2), rng=rng)
    with pytest.raises(ValueError, match="sum to less than 1"):
        Protocol.deal(np.ones((3, 1)), np.ones(3), valid=0.5, test=0.5, rng=rng)


def test_r09_the_best_of_many_guesses_looks_good_and_by_how_much():
    """The expected maximum of k binomial scores: the sum over t of 1 - F(t)^k."""
    n, k, repeats = 50, 100, 300
    expected = sum(1 - stats.binom(n, 0.5).cdf(t) ** k for t in range(n)) / n
    rng = np.random.default_rng(0)
    best = [
        max(Guess(seed).score(None, rng.integers(2, size=n)) for seed in range(r * k, r * k + k))
        for r in range(repeats)
    ]
    assert 0.67 < expected < 0.68  # and every guess is right half of the time
    assert abs(np.mean(best) - expected) < 4 * np.std(best) / math.sqrt(repeats)


# ---- folds ----------------------------------------------------------------------------------


@given(data=st.data(), n=st.integers(2, 30), seed=st.integers(0, 9), classes=st.integers(0, 3))
def test_r18_folds_partition_the_examples(data, n, seed, classes):
    k = data.draw(st.integers(2, n))
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=n) if classes else None
    folds = k_folds(n, k, rng=rng, labels=labels)
    held_out = np.concatenate([rows for _, rows in folds])
    assert sorted(held_out) == list(range(n))
    for train, rows in folds:
        assert sorted([*train, *rows]) == list(range(n))
    sizes = [len(rows) for _, rows in folds]
    assert max(sizes) - min(sizes) <= 1
    for label in range(classes):
        shares = [(labels[rows] == label).sum() for _, rows in folds]
        assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize("k", [0, 1, 6])
def test_impossible_folds_are_refused(k):
    with pytest.raises(ValueError, match=f"{k} folds of 5 examples: there should be from 2 to 5"):
        k_folds(5, k, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="4 labels for 5 examples"):
        k_folds(5, 2, rng=np.random.default_rng(0), labels=np.ones(4))


def test_r18_folds_are_drawn_from_the_seed_with_every_class_in_proportion():
    x, y = datasets.load_iris(return_X_y=True)
    folds = k_folds(len(y), 5, rng=np.random.default_rng(3), labels=y)
    drawn = cross_validate(lambda seed: KNeighborsClassifier(3), (x, y), k=5, seed=3)
    given = cross_validate(lambda seed: KNeighborsClassifier(3), (x, y), seed=3, folds=folds)
    np.testing.assert_array_equal(drawn, given)
    assert {tuple(np.bincount(y[held_out])) for _, held_out in folds} == {(10, 10, 10)}


def test_r18_cross_validation_is_that_of_scikit_learn():
    examples = data.moons(60, noise=0.3, rng=np.random.default_rng(0))
    folds = k_folds(60, 5, rng=np.random.default_rng(1), labels=examples.y)
    ours = cross_validate(lambda seed: KNeighborsClassifier(3), examples, folds=folds)
    theirs = cross_val_score(KNeighborsClassifier(3), *examples, cv=folds)
    np.testing.assert_array_equal(ours, theirs)


def test_a_configuration_is_scored_by_its_mean_over_the_same_folds():
    examples = data.moons(60, noise=0.3, rng=np.random.default_rng(0))
    seeds = []

    def build(neighbours, seed):
        seeds.append(seed)
        return KNeighborsClassifier(neighbours)

    objective = CrossValidation(build, examples, k=4)
    assert objective({"neighbours": 3}, 1) == objective({"neighbours": 3}, 2)
    assert len(set(seeds)) == 8
    folds = k_folds(60, 4, rng=np.random.default_rng(0), labels=examples.y)
    assert objective({"neighbours": 3}, 0) == np.mean(
        cross_val_score(KNeighborsClassifier(3), *examples, cv=folds)
    )


def test_one_loop_drives_both_sides_to_the_same_table():
    moons = data.moons(80, rng=np.random.default_rng(0))
    train, valid = data.Split(moons.x[:50], moons.y[:50]), data.Split(moons.x[50:], moons.y[50:])
    tables = []
    for lib in (by_hand, in_torch):

        def build(width, lr, seed, lib=lib):
            return lessons.Classifier(
                lambda lib, rng: lib.MLP([2, width, 2], rng=rng),
                seed=seed,
                lib=lib,
                lr=lr,
                epochs=5,
            )

        space = {"width": Integers(2, 16, log=True), "lr": LogUniform(0.01, 1)}
        tables.append(random_search(Holdout(build, train, valid), space, trials=6, workers=1))
    assert tables[0] == tables[1]
    assert len(set(tables[0].scores)) > 1


# ---- spaces ---------------------------------------------------------------------------------

AXES = [
    Choice("a", "b", "c"),
    Uniform(-2, 3),
    LogUniform(1e-4, 10),
    Integers(3, 7),
    Integers(1, 300, log=True),
]


@pytest.mark.parametrize("axis", AXES, ids=repr)
@given(position=st.floats(0, 1))
def test_every_position_is_a_value_and_coordinates_lead_back(axis, position):
    value = axis.at(position)
    assert json.loads(json.dumps(value)) == value
    place = axis.coordinates(value)
    assert min(place) >= 0
    assert max(place) <= 1 + 1e-12
    if isinstance(axis, Choice):
        assert value in axis.values
        assert sum(place) == 1
    else:
        assert axis.low <= value <= axis.high
        assert axis.at(place[0]) == pytest.approx(value, rel=1e-9, abs=1e-12)


def test_draws_are_even_on_the_axis_they_are_even_on():
    rng = np.random.default_rng(0)
    whole = [Integers(1, 4).at(rng.random()) for _ in range(4000)]
    assert stats.chisquare(np.bincount(whole)[1:]).pvalue > 0.001
    decades = np.log10([LogUniform(1e-3, 10).at(rng.random()) for _ in range(4000)])
    assert stats.kstest(decades, stats.uniform(-3, 4).cdf).pvalue > 0.001
    chosen = [Choice("a", "b").at(rng.random()) for _ in range(4000)]
    assert stats.binomtest(chosen.count("a"), 4000).pvalue > 0.001


def test_grids_have_both_ends_and_each_value_once():
    assert Uniform(0, 1).grid(3) == [0, 0.5, 1]
    assert LogUniform(0.01, 1).grid(3) == pytest.approx([0.01, 0.1, 1])
    assert Integers(1, 4).grid(9) == [1, 2, 3, 4]
    assert Integers(1, 256, log=True).grid(3) == [1, 16, 256]
    assert Uniform(0, 4).grid(1) == [2]
    assert Choice("a", None).grid(1) == ["a", None]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Choice, "a choice of no values"),
        (lambda: Choice(1, 1), "a value occurs twice"),
        (lambda: Choice(by_hand), "use numbers, texts, True, False, None or tuples"),
        (lambda: Uniform(1, 1), "the first should be below the second"),
        (lambda: Uniform(0, math.inf), "both finite"),
        (lambda: LogUniform(0, 1), "a logarithmic axis begins above 0"),
        (lambda: Integers(1.5, 3), "should be whole numbers"),
        (lambda: Integers(0, 3, log=True), "a logarithmic axis begins above 0"),
        (lambda: random_search(hill, {}, trials=1), "the space is empty"),
        (lambda: random_search(hill, {"lr": (0, 1)}, trials=1), "write Choice, Uniform"),
        (lambda: random_search(hill, LINE, trials=0), "0 trials: at least 1"),
        (lambda: random_search(hill, LINE, trials=1, workers=0), "0 workers: at least 1"),
        (lambda: random_search(hill, LINE, trials=1, workers=1, cluster="x"), "not both"),
        (lambda: bayesian_search(hill, LINE, trials=3, batch=0), "first 8 and batch 0 should be 1"),
        (lambda: grid_search(hill, LINE, points=0), "0 grid points on an axis"),
        (lambda: grid_search(hill, HILL, points={"lr": 3}), "do not fit the axes"),
        (lambda: grid_search(hill, HILL, points=10**5), "more than 10,000 points"),
    ],
)
def test_what_makes_no_sense_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


# ---- searches -------------------------------------------------------------------------------


def test_r15_a_grid_of_nine_has_three_values_on_an_axis_and_random_search_nine():
    plane = {"important": Uniform(0, 1), "unimportant": Uniform(0, 1)}
    grid = grid_search(lambda c, seed: c["important"], plane, points=3, workers=1)
    drawn = random_search(lambda c, seed: c["important"], plane, trials=9, workers=1)
    assert len(grid) == len(drawn) == 9
    assert [(t.configuration["important"], t.configuration["unimportant"]) for t in grid] == [
        (a, b) for a in (0, 0.5, 1) for b in (0, 0.5, 1)
    ]
    for axis in plane:
        assert len(set(grid.values(axis))) == 3
        assert len(set(drawn.values(axis))) == 9


def test_r16_sixty_random_trials_hit_the_best_twentieth_in_95_of_100_searches():
    hits = sum(
        random_search(lambda c, seed: c["x"], LINE, trials=60, seed=s, workers=1).best.score > 0.95
        for s in range(400)
    )
    assert stats.binomtest(hits, 400, 1 - 0.95**60).pvalue > 0.001


@searches
def test_a_search_is_the_same_for_its_seed_and_another_for_another(search):
    first, again, other = (search(hill, seed=seed, workers=1) for seed in (1, 1, 2))
    assert first == again
    assert not np.array_equal(first.scores, other.scores)
    assert len(first) == first.planned == 16
    assert first.best.score == first.scores.max() == first.best_so_far[-1]
    assert [trial.number for trial in first] == list(range(16))
    assert len({trial.seed for trial in [*first, *other]}) == 32
    assert all(hill(trial.configuration, trial.seed) == trial.score for trial in first)


@searches
def test_two_workers_find_what_one_finds(search):
    def objective(configuration, seed):
        noise = 0.02 * np.random.default_rng(seed).standard_normal()
        return noise - abs(np.log10(configuration["lr"]) + 1) - configuration["depth"]

    assert search(objective, workers=2) == search(objective, workers=1)


@searches
def test_trials_that_fail_are_recorded_and_never_the_best(search):
    def objective(configuration, seed):
        if configuration["kind"] == "a":
            raise ArithmeticError(f"no {configuration['kind']},\nplease")
        return math.nan if configuration["depth"] > 4 else hill(configuration, seed)

    results = search(objective, workers=1)
    assert {t.error for t in results.failed} == {
        "ArithmeticError: no a, please",
        "the score is nan",
    }
    assert results.best.configuration["kind"] == "b"
    assert results.best.configuration["depth"] <= 4
    assert np.isnan(results.scores).sum() == len(results.failed)
    assert f"16 trials, {len(results.failed)} failed" in repr(results)
    assert "failed: " in results._repr_html_()


def test_when_all_fail_there_is_no_best():
    results = random_search(lambda c, seed: 1 / 0, LINE, trials=3, workers=1)
    with pytest.raises(ValueError, match=r"none of 3 trials has a score; .* ZeroDivisionError"):
        _ = results.best
    bayesian_search(lambda c, seed: 1 / 0, LINE, trials=6, first=2, workers=1)


@pytest.mark.parametrize(
    ("score", "words"),
    [
        ("0.9", "gave '0.9', and should give one number"),
        (None, "is a `return` missing"),
        (np.ones(2), "should give one number"),
        (True, "should give one number"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_an_objective_that_gives_no_number_is_a_mistake(score, words, workers):
    with pytest.raises(ValueError, match=words):
        random_search(lambda c, seed: score, LINE, trials=2, workers=workers)


def test_scores_of_either_side_are_numbers():
    for score in (1, np.float32(0.5), np.array(0.5), torch.tensor(0.5)):
        best = random_search(lambda c, seed, s=score: s, LINE, trials=1, workers=1).best
        assert type(best.score) is float


def test_the_table_shows_the_best_first_and_no_seconds():
    trials = (
        Trial(0, {"lr": 0.123456, "kind": "<a>"}, 3, 0.5, seconds=9.87),
        Trial(1, {"lr": 0.2, "kind": None}, 4, 0.75),
        Trial(2, {"lr": 0.3, "kind": "b"}, 5, None, "its worker died, more than once"),
    )
    results = Results(trials, planned=5)
    assert repr(results).splitlines() == [
        "stopped after 3 of 5 trials, 1 failed",
        "trial  lr      kind  score",
        "1      0.2     None  0.7500",
        "0      0.1235  <a>   0.5000",
        "2      0.3     b     failed: its worker died, more than once",
    ]
    assert "&lt;a&gt;" in results._repr_html_()
    assert results.best_so_far.tolist() == [0.5, 0.75, 0.75]
    assert "0 trials" in repr(Results((), planned=0))


# ---- Bayesian optimization --------------------------------------------------------------------


def test_r17_it_begins_as_random_search_and_ends_higher():
    better = 0
    for seed in range(8):
        drawn = random_search(hill, HILL, trials=24, seed=seed, workers=1)
        chosen = bayesian_search(hill, HILL, trials=24, seed=seed, workers=1)
        assert chosen.trials[:8] == drawn.trials[:8]
        assert min(chosen.scores[8:].mean(), 0) > drawn.scores[8:].mean()
        better += chosen.best.score >= drawn.best.score
    assert better >= 6


def test_r17_it_learns_which_axis_matters():
    rng = np.random.default_rng(0)
    x = rng.random((30, 2))
    process = train_process(x, standardized(np.sin(6 * x[:, 0]).tolist()))
    important, unimportant = np.exp(process.params["log_length_scale"])
    assert unimportant > 3 * important


def test_r17_what_is_chosen_together_is_spread_out():
    done = [Trial(i, {"x": x}, i, -abs(x - 0.4)) for i, x in enumerate((0.0, 0.3, 0.6, 1.0))]
    chosen = choose(done, LINE, 3, rng=np.random.default_rng(0))
    places = sorted(configuration["x"] for configuration in chosen)
    assert min(np.diff(places)) > 0.005
    assert 0.3 < places[0] < places[-1] < 0.6


def test_r17_it_keeps_away_from_what_fails():
    def objective(configuration, seed):
        if configuration["x"] > 0.5:
            raise MemoryError
        return configuration["x"]

    results = bayesian_search(objective, LINE, trials=30, batch=1, workers=1)
    assert sum(x > 0.6 for x in results.values("x")[10:]) <= 3
    assert results.best.score > 0.45


def test_scores_at_the_foot_of_a_cliff_are_cut_off():
    y = standardized([0.9, 0.92, 0.94, 0.1, None])
    assert y.mean() == pytest.approx(0)
    assert y.std() == pytest.approx(1)
    assert y[3] == y[4]
    assert (y[0] - y[3]) < 3 * (y[2] - y[0])
    assert standardized([None, None]).tolist() == [0, 0]
    assert standardized([0.5, 0.5]).tolist() == [0, 0]


def test_coordinates_put_every_axis_into_the_unit_cube():
    for seed in range(20):
        place = coordinates(HILL, draw(HILL, np.random.default_rng(seed)))
        assert place.shape == (4,)
        assert place.min() >= 0
        assert place.max() <= 1


# ---- files ------------------------------------------------------------------------------------


class Interrupted:
    """An objective that is interrupted by Ctrl-C after some trials, and counts its calls."""

    def __init__(self, after=None):
        self.after, self.calls = after, 0

    def __call__(self, configuration, seed):
        if self.calls == self.after:
            raise KeyboardInterrupt
        self.calls += 1
        return hill(configuration, seed)


@searches
@pytest.mark.parametrize("after", [0, 3, 9])
def test_a_search_that_was_interrupted_goes_on_from_its_file(search, after, tmp_path):
    file = tmp_path / "search.jsonl"
    whole = search(hill, workers=1)
    part = search(Interrupted(after), workers=1, file=file)
    assert len(part) == after
    assert part.trials == whole.trials[:after]
    assert f"stopped after {after} of 16 trials" in repr(part)
    rest = Interrupted()
    assert search(rest, workers=1, file=file) == whole
    assert rest.calls == 16 - after
    again = Interrupted(0)
    assert search(again, workers=1, file=str(file)) == whole  # nothing is left to do
    assert len(file.read_text().splitlines()) == 17


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_was_cut_off_is_done_again(cut, tmp_path):
    file = tmp_path / "search.jsonl"
    whole = random_search(hill, HILL, trials=4, workers=1, file=file)
    file.write_bytes(file.read_bytes()[:-cut])
    rest = Interrupted()
    assert random_search(rest, HILL, trials=4, workers=1, file=file) == whole
    assert rest.calls == 1
    assert len(file.read_text().splitlines()) == 5
    file.write_bytes(file.read_bytes()[:10])  # within the first line
    assert random_search(hill, HILL, trials=4, workers=1, file=file) == whole


def test_a_random_search_can_be_prolonged_and_a_choice_may_be_a_tuple(tmp_path):
    space = {"sizes": Choice((32,), (64, 32)), "lr": LogUniform(0.1, 1)}
    file = tmp_path / "search.jsonl"
    short = random_search(lambda c, seed: c["lr"], space, trials=3, workers=1, file=file)
    long = random_search(lambda c, seed: c["lr"], space, trials=8, workers=1, file=file)
    assert long.trials[:3] == short.trials
    assert all(isinstance(sizes, tuple) for sizes in long.values("sizes"))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda file: random_search(hill, HILL, trials=4, seed=1, file=file), "seed differ"),
        (lambda file: random_search(hill, LINE, trials=4, file=file), "space differ"),
        (
            lambda file: random_search(hill, dict([*HILL.items()][::-1]), trials=4, file=file),
            "space",
        ),
        (
            lambda file: bayesian_search(hill, HILL, trials=4, file=file),
            "kind, first, batch differ",
        ),
    ],
)
def test_the_file_of_another_search_is_refused_and_left_alone(other, words, tmp_path):
    file = tmp_path / "search.jsonl"
    random_search(hill, HILL, trials=4, workers=1, file=file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match=f"is of another search: .*{words}"):
        other(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("text", ["my notes", "my notes\n", "[1]\n", '{"search": {}', '"search"\n'])
def test_a_file_of_something_else_is_refused_and_left_alone(text, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text(text)
    with pytest.raises(ValueError, match="is no file of a search; name another one"):
        random_search(hill, HILL, trials=4, workers=1, file=file)
    assert file.read_text() == text


def test_a_file_with_a_spoilt_line_or_changed_trials_is_refused(tmp_path):
    file = tmp_path / "search.jsonl"
    random_search(lambda c, seed: c["x"], LINE, trials=2, workers=1, file=file)
    text = file.read_text()
    file.write_text(text.replace('"number": 0', '"number" 0'))
    with pytest.raises(ValueError, match="has a line that is no trial"):
        random_search(lambda c, seed: c["x"], LINE, trials=2, workers=1, file=file)
    changed = json.loads(text.splitlines()[1]) | {"configuration": {"x": 0.5}}
    file.write_text(text.splitlines()[0] + "\n" + json.dumps(changed) + "\n")
    with pytest.raises(ValueError, match=r"tried {'x': 0.5} as number 0, and this search would"):
        random_search(lambda c, seed: c["x"], LINE, trials=2, workers=1, file=file)


# ---- many processes -----------------------------------------------------------------------------


def deadly(folder, times):
    """An objective whose trials with a large x kill their process, the first few times."""

    def objective(configuration, seed):
        deaths = len(list(folder.iterdir()))
        if configuration["x"] > 0.9 and deaths < times:
            (folder / str(deaths)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return configuration["x"]

    return objective


needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 100])
def test_a_worker_that_is_killed_takes_nothing_along(times, tmp_path):
    folder = tmp_path / "deaths"
    folder.mkdir()
    file = tmp_path / "search.jsonl"
    calm = random_search(lambda c, seed: c["x"], LINE, trials=16, seed=1, workers=1)
    deaths = sum(x > 0.9 for x in calm.values("x"))
    assert deaths
    survived = random_search(deadly(folder, times), LINE, trials=16, seed=1, workers=2, file=file)
    if times == 1:
        assert survived == calm
    else:  # it kills its worker whenever it is tried
        assert [t.error for t in survived.failed] == ["its worker died, more than once"] * deaths
        assert survived.best.score == max(x for x in calm.scores if x <= 0.9)
    assert len(file.read_text().splitlines()) == 17


@needs_signals
@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished(tmp_path):
    file = tmp_path / "search.jsonl"
    script = textwrap.dedent(
        """
        import sys, time
        from dlcourse.model_selection import Uniform, random_search

        def objective(configuration, seed):
            time.sleep(0.2)
            return configuration["x"]

        results = random_search(
            objective, {"x": Uniform(0, 1)}, trials=200, workers=2, file=sys.argv[1]
        )
        print(results.heading)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and (not file.exists() or file.read_text().count("\n") < 4):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert err == ""
    finished = file.read_text().count("\n") - 1
    said = int(re.fullmatch(r"stopped after (\d+) of 200 trials\n", out)[1])
    assert abs(said - finished) <= 1  # one may be caught between memory and file
    assert 3 <= finished < 200


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch):
    def nobody(address, **options):
        raise OSError(f"timed out during {address}")

    monkeypatch.setattr("distributed.Client", nobody)
    with (
        pytest.raises(ValueError, match="no Dask scheduler answers at tcp://here:1"),
        processes.connected(None, "tcp://here:1"),
    ):
        pass


@pytest.mark.slow
def test_forty_trials_on_digits_are_the_same_on_one_worker_and_on_a_dask_cluster(cluster, tmp_path):
    from distributed import Client

    alone = random_search(digits_objective(), NETS, trials=40, workers=1)
    file = tmp_path / "search.jsonl"
    with Client(cluster) as client:
        together = random_search(digits_objective(), NETS, trials=40, cluster=client, file=file)
    assert together == alone  # every score, bit for bit
    assert together.best.configuration == alone.best.configuration
    assert together.best.score > 0.9
    for where in (cluster, cluster.scheduler_address):
        chosen = bayesian_search(hill_of_its_own(), HILL, trials=12, cluster=where)
        assert chosen == bayesian_search(hill_of_its_own(), HILL, trials=12, workers=1)


@pytest.mark.slow
@needs_signals
def test_a_worker_that_is_killed_on_a_cluster_takes_nothing_along(cluster, tmp_path):
    calm = random_search(lambda c, seed: c["x"], LINE, trials=16, seed=1, workers=1)
    assert random_search(deadly(tmp_path, 1), LINE, trials=16, seed=1, cluster=cluster) == calm
    survived = random_search(deadly(tmp_path, 100), LINE, trials=16, seed=1, cluster=cluster)
    assert [t.error for t in survived.failed] == ["its worker died, more than once"] * 2
    assert survived.best.score == max(x for x in calm.scores if x <= 0.9)


@pytest.fixture
def scheduler_and_worker(tmp_path):
    """A Dask cluster of two processes, as on two machines; ends what the test left."""
    file = tmp_path / "scheduler.json"
    run = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    its = ["--scheduler-file", file]
    scheduler = subprocess.Popen([*run, "scheduler", "--port=0", "--no-dashboard", *its], **quiet)
    one = ["--no-nanny", "--no-dashboard", "--nthreads=1"]  # one trial at a time, on any machine
    worker = subprocess.Popen([*run, "worker", *one, *its], **quiet)
    while not file.exists() or not file.read_text().endswith("}"):
        time.sleep(0.05)
    yield json.loads(file.read_text())["address"], {"scheduler": scheduler, "worker": worker}
    for process in (worker, scheduler):
        process.kill()
        process.wait()


@pytest.mark.slow
@needs_signals
@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("worker", r"has had no worker for 0\.5 seconds: start some"),
        ("scheduler", "the scheduler of the Dask cluster is gone: start it"),
    ],
)
def test_a_cluster_that_is_lost_ends_the_search(
    scheduler_and_worker, lost, sentence, tmp_path, monkeypatch
):
    address, processes_of_cluster = scheduler_and_worker
    file = tmp_path / "search.jsonl"
    monkeypatch.setattr(processes, "PATIENCE", 30)  # seconds for the worker to find its scheduler

    def only_one(configuration, seed):
        if (tmp_path / "one").exists():
            time.sleep(60)
        (tmp_path / "one").touch()
        return configuration["x"]

    def lose():
        while not file.exists() or file.read_text().count("\n") < 2:
            time.sleep(0.05)
        monkeypatch.setattr(processes, "PATIENCE", 0.5)
        processes_of_cluster[lost].kill()

    loser = threading.Thread(target=lose)
    loser.start()
    with pytest.raises(processes.ClusterError, match=sentence):
        random_search(only_one, LINE, trials=4, seed=1, cluster=address, file=file)
    loser.join()
    assert file.read_text().count("\n") == 2  # its head, and the trial that was finished
    rest = random_search(lambda c, seed: c["x"], LINE, trials=4, seed=1, workers=1, file=file)
    assert rest == random_search(lambda c, seed: c["x"], LINE, trials=4, seed=1, workers=1)


def hill_of_its_own():
    """The hill, made here so that it travels to other processes by value."""
    return lambda c, seed: -((np.log10(c["lr"]) + 1) ** 2) - 0.05 * (c["depth"] - 3) ** 2
