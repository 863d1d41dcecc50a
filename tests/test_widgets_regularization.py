"""The moving pictures of lecture 05 show what the by-hand side computes."""

import numpy as np
import pytest

from dlcourse import widgets
from dlcourse.widgets.regularization import EPOCHS, STRENGTHS, regression


@pytest.fixture(scope="module")
def shrinkage():
    return widgets.shrinkage()


@pytest.fixture(scope="module")
def early_stopping():
    return widgets.early_stopping()


@pytest.mark.parametrize(("together", "strength"), [(0.0, 0.1), (0.95, 0.32), (0.95, 3.2)])
def test_l2_is_where_the_normal_equations_say(shrinkage, together, strength):
    shrinkage.price, shrinkage.together, shrinkage.strength = "L2", together, strength
    x, y = regression(together)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)  # the bias is free
    w = np.linalg.solve(x.T @ x / 40 + strength * np.eye(5), x.T @ y / 40)[:, 0]
    here = STRENGTHS.index(strength)
    paths = [mark["y"][here] for mark in shrinkage.frame["marks"][:5]]
    np.testing.assert_allclose(paths, w, rtol=0, atol=2e-3)
    assert f"w₁ = {w[0]:.2f}" in shrinkage.frame["says"]


@pytest.mark.parametrize(("together", "strength"), [(0.0, 0.1), (0.95, 0.1), (0.0, 1.0)])
def test_l1_is_where_no_weight_gains_by_moving(shrinkage, together, strength):
    shrinkage.price, shrinkage.together, shrinkage.strength = "L1", together, strength
    bars = [mark for mark in shrinkage.frame["marks"] if mark["k"] == "bars"]
    w = np.array([mark["y"][0] for mark in bars])
    x, y = regression(together)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    slope = 2 / 40 * x.T @ (x @ w - y[:, 0])
    moved = w != 0
    np.testing.assert_allclose(slope[moved], -strength * np.sign(w[moved]), atol=5e-3)
    assert (np.abs(slope[~moved]) <= strength).all()
    assert f"{5 - moved.sum()} of 5 weights" in shrinkage.frame["says"]


@pytest.mark.parametrize(
    ("wrong", "sample", "patience"), [(0, 1, 3), (15, 2, 5), (30, 1, 1), (30, 3, 20)]
)
def test_training_stops_where_the_rule_says(early_stopping, wrong, sample, patience):
    early_stopping.wrong, early_stopping.sample = wrong, sample
    early_stopping.patience = patience
    valid, test = (early_stopping.frame["marks"][k]["y"] for k in (1, 2))
    best, last = 0, EPOCHS - 1
    for epoch, error in enumerate(valid):
        if error < valid[best]:
            best = epoch
        if epoch == best + patience:
            last = epoch
            break
    says = early_stopping.frame["says"]
    assert f"after epoch {last + 1} and restores epoch {best + 1}:" in says
    assert f"test error {test[best]:.0f} %" in says


def test_without_wrong_labels_a_trained_net_is_right(early_stopping):
    early_stopping.wrong = 0
    train = early_stopping.frame["marks"][0]["y"]
    assert len(train) == EPOCHS
    assert train[-1] == 0
