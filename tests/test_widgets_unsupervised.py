"""The moving pictures of lecture 14, against numbers computed here."""

import numpy as np
import pytest
from pictures import place
from scipy import stats

from dlcourse import by_hand, widgets
from dlcourse.widgets.unsupervised import train_machines, train_pair


@pytest.fixture(scope="module")
def chains():
    return widgets.gibbs_steps()


@pytest.fixture(scope="module")
def pair():
    return widgets.duel()


@pytest.mark.parametrize("steps", [1, 20, 200])
@pytest.mark.parametrize("epochs", [400, 1000])
def test_the_chain_comes_near_the_stationary_distribution(chains, steps, epochs):
    chain = by_hand.transition_matrix(train_machines()[epochs])
    pi = by_hand.stationary_distribution(chain)
    path = np.linalg.matrix_power(chain, steps)[0b0110]
    distance = by_hand.total_variation(path, pi)
    frame = place(chains, steps=steps, epochs=epochs, start="diagonal")
    assert f"is {distance:.2f} from P(x)" in frame["says"]
    assert frame["marks"][-1]["y"] == [pytest.approx(distance, rel=1e-3)]
    exact, found = (np.array(mark["y"]) for mark in frame["marks"][:2])
    np.testing.assert_allclose(exact, pi, rtol=1e-3)
    assert found.sum() == pytest.approx(1, abs=1e-3)
    assert by_hand.total_variation(found, path) < 0.15


def test_the_older_machine_has_the_slower_chain(chains):
    lines = [mark for mark in place(chains, steps=20)["marks"] if mark["k"] == "line"]
    ends = [line["y"][5] for line in lines]  # after 20 steps
    assert ends == sorted(ends)


@pytest.mark.parametrize("epochs", [0, 3, 30])
def test_the_duel_shows_samples_and_both_discriminators(pair, epochs):
    samples, d, loss = train_pair("one bump")[epochs]
    frame = place(pair, epochs=epochs, bumps="one bump")
    edges = np.linspace(-1, 5, 31)
    p, q = (
        np.diff(stats.norm(2, 0.5).cdf(edges)),
        np.histogram(samples.clip(-1, 5), edges)[0] / 2000,
    )
    m = (p + q) / 2
    js = stats.entropy(p, m) / 2 + stats.entropy(q, m) / 2
    assert f"JS is {js:.2f}" in frame["says"]
    assert f"D loses {loss:.2f}" in frame["says"]
    bars, data, trained, best = frame["marks"]
    np.testing.assert_allclose(bars["y"], q / 0.2, rtol=1e-3)
    np.testing.assert_allclose(data["y"], p / 0.2, rtol=1e-3)
    np.testing.assert_allclose(trained["y"], d, rtol=1e-3)
    np.testing.assert_allclose(best["y"], p / (p + q), rtol=1e-3)


def test_the_generator_learns_two_bumps(pair):
    early, late = (place(pair, epochs=epochs, bumps="two bumps")["says"] for epochs in (2, 30))
    js = [float(says.split("JS is ")[1].split(":")[0]) for says in (early, late)]
    assert js[1] < js[0] / 2
