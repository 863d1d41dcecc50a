"""Deep, wide and long: thousands of layers, examples in a batch, and steps."""

import gc
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from dlcourse import by_hand

SLOW = pytest.mark.slow
OURS_AND_NUMPYS = [
    tracemalloc.Filter(True, str(Path(package.__file__).parent / "*")) for package in (by_hand, np)
]


def residual_mlp(blocks, width, rng):
    """A net whose every block adds to what it was given: x + W2 relu(W1 x)."""
    layers, last = {}, "x"
    for i in range(blocks):
        first, second = (by_hand.Affine(width, width, rng=rng) for _ in range(2))
        second.params["weight"][...] = 0.01 * rng.standard_normal((width, width))
        layers |= {
            f"first{i}": (first, last),
            f"bend{i}": (by_hand.ReLU(), f"first{i}"),
            f"second{i}": (second, f"bend{i}"),
            f"sum{i}": (by_hand.Add(), last, f"second{i}"),
        }
        last = f"sum{i}"
    return by_hand.Graph(layers, inputs=["x"])


@SLOW
def test_a_thousand_residual_layers_pass_the_gradient_on():
    rng = np.random.default_rng(0)
    net, x = residual_mlp(1000, 4, rng), rng.standard_normal((3, 4))
    dy = rng.standard_normal((3, 4))
    y = net(x)
    dx = net.bprop(dy)
    slope = by_hand.numerical_gradient(lambda x: (dy * net(x)).sum(), x)
    assert np.isfinite(y).all()
    assert by_hand.relative_error(slope, dx) < 1e-6
    assert np.linalg.norm(dx) > 0.1 * np.linalg.norm(dy)


def test_a_thousand_layers_in_a_row_are_no_recursion_of_a_thousand_calls():
    net = by_hand.Sequential(*(by_hand.Affine(2, 2) for _ in range(3000)))
    assert net(np.ones((1, 2))).shape == net.bprop(np.ones((1, 2))).shape == (1, 2)
    assert len(net.state_dict()) == 6000


def test_the_outline_of_a_net_takes_no_memory():
    tracemalloc.start()
    net = by_hand.outline(by_hand.ResNet, 152)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    weights = sum(8 * theta.size for _, theta in net.named("params"))
    assert kept < weights / 100


def test_a_batch_of_4096_is_the_sum_of_its_parts():
    rng = np.random.default_rng(0)
    net = by_hand.Sequential(
        by_hand.Conv2d(4, 8, 3, padding=1, rng=rng), by_hand.ReLU(), by_hand.GlobalAvgPool2d()
    )
    x, dy = rng.standard_normal((4096, 4, 8, 8)), rng.standard_normal((4096, 8))
    y = net(x)
    dx = net.bprop(dy)
    whole = {name: grad.copy() for name, grad in net.named("grads")}
    net.zero_grad()
    for part in np.split(np.arange(4096), 64):
        np.testing.assert_allclose(net(x[part]), y[part], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(net.bprop(dy[part]), dx[part], rtol=1e-12, atol=1e-14)
    for name, grad in net.named("grads"):
        np.testing.assert_allclose(grad, whole[name], rtol=1e-10, atol=1e-12)


@SLOW
def test_ten_thousand_steps_take_no_more_memory_than_a_hundred():
    rng = np.random.default_rng(0)
    net = by_hand.MLP([4, 8, 3], batch_norm=True, dropout=0.2, rng=rng)
    risk = by_hand.EmpiricalRisk(net, by_hand.CrossEntropyLoss())
    x, y = rng.standard_normal((8, 4)), rng.integers(3, size=8)
    optimizer = by_hand.SGD(net, lr=0.01, momentum=0.9)

    def steps(n):
        for _ in range(n):
            risk.zero_grad()
            value = risk(x, y)
            risk.bprop(np.ones_like(value))
            optimizer.step()

    steps(100)
    gc.collect()
    tracemalloc.start()
    steps(10_000)
    gc.collect()
    kept = tracemalloc.take_snapshot().filter_traces(OURS_AND_NUMPYS)
    tracemalloc.stop()
    grown = sum(trace.size for trace in kept.traces)
    # What else runs in this process (the test runner's own threads) is not counted.
    assert grown < 10_000, kept.statistics("lineno")[:5]
