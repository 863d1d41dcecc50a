"""The benchmark runs and writes down what it measured; how fast anything is, no test says."""

import json
import subprocess
import sys

import pytest

from dlcourse import bench


@pytest.mark.slow
def test_the_benchmark_runs_through_and_writes_every_ratio(tmp_path):
    path = tmp_path / "bench.json"
    command = [sys.executable, "-m", "dlcourse.bench", "--quick", "--json", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ResNet-20" in done.stdout
    found = json.loads(path.read_text())
    names = {timing["name"] for timing in found["timings"]}
    assert {"MLP", "LeNet", "ResNet-20", "ResNet-20, two threads", "ReLU, and back"} <= names
    for timing in found["timings"]:
        for ratios in timing["ratios"].values():
            assert len(ratios) == 2
            assert min(ratios) > 0
    assert {what for what, *_ in found["growth"]} == {"batch", "channels", "layers", "kernel"}
    assert found["peak GFLOP/s"] > 0
    assert found["imports"]["dlcourse"] < found["imports"]["dlcourse.by_hand"]
    if not found["grading"]:
        assert "Grading is not measured: " in done.stdout
    for graded in found["grading"]:
        assert min(graded.values()) > 0


def test_ratios_are_taken_pair_by_pair():
    calls = []
    sides = {"by hand": lambda: calls.append("a"), "torch": lambda: calls.append("b")}
    timing = bench.compare("x", sides, rounds=3)
    assert calls == list("ab" * 4)  # in turn, the first pair not measured
    assert len(timing.ratios["torch"]) == 3
    assert set(timing.milliseconds) == {"by hand", "torch"}


def test_the_spread_is_the_median_and_the_middle_half():
    timing = bench.Timing("x", ratios={"torch": [1.0, 2.0, 3.0, 4.0, 5.0]})
    assert timing.spread("torch") == "3.00 (2.00-4.00)"
    assert timing.spread("jax") == ""
