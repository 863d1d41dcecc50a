"""Settings of every test: the same cases on every machine, and several blocks for the smallest."""

import logging
import os
import signal
import tempfile
from pathlib import Path

import numpy as np
import profiles
import pytest
import torch
from sides import Hand, Net

from dlcourse.by_hand import windows
from dlcourse.exercises.tasks import everything

windows.BLOCK = 500  # bytes: convolutions of a few pixels go through several blocks too

os.environ["DLCOURSE_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.json")  # not yours

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for what a shell runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what tests start shall hear Ctrl-C

profiles.register()


@pytest.fixture(autouse=True)
def chance(monkeypatch):
    """Let what is given no random source draw other numbers each time, but the same in each run."""
    default_rng, seeds = np.random.default_rng, np.random.SeedSequence(0)
    monkeypatch.setattr(
        np.random,
        "default_rng",
        lambda seed=None: default_rng(seeds.spawn(1)[0] if seed is None else seed),
    )
    torch.manual_seed(0)


@pytest.fixture(params=[Hand, Net], ids=["by_hand", "in_torch"])
def side(request):
    return request.param


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An empty cache, and tiny data sets under the names of the real ones."""
    import tiny_data

    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "cache"))
    tiny_data.use(monkeypatch.setattr)
    yield tmp_path
    tiny_data.put_back()


@pytest.fixture
def filled(tiny):
    """A cache with all of them, taken from folders of their names beside it."""
    import tiny_data

    from dlcourse.data.local_copies import import_from

    for name, contents in tiny_data.CONTENTS.items():
        import_from(tiny_data.write(tiny / name, contents), say=print)
    return tiny


@pytest.fixture
def cluster():
    """Two workers on this machine, who come back whenever they are killed.

    Dask drops a worker that is not there 15 seconds after one of its name died, be it that it was
    killed again.  It suspects all that a worker had, running or not: here that is one trial.
    """
    import dask.config
    from distributed import LocalCluster

    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    quiet = {"dashboard_address": "localhost:0", "silence_logs": logging.CRITICAL}
    patient = {
        "deploy.lost-worker-timeout": "1 hour",
        "distributed.scheduler.allowed-failures": 1,
        "distributed.scheduler.worker-saturation": 1.0,
    }
    with dask.config.set(patient), LocalCluster(**workers, **quiet) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    from dlcourse.in_browser import opened_browser

    with opened_browser() as browser:
        yield browser


def pytest_terminal_summary(terminalreporter):
    """Say after the tests what became of the mutants, and how many tasks there are."""
    say_mutants(terminalreporter)
    if terminalreporter.stats and any("test_exercises" in n for n in nodeids(terminalreporter)):
        terminalreporter.section("exercises")
        tasks = everything()
        wrong = sum(len(task.wrong) for _, task in tasks.values())
        points = sum(task.points for _, task in tasks.values())
        terminalreporter.line(f"{len(tasks)} tasks, {points} points, {wrong} wrong answers known")


def say_mutants(terminalreporter):
    """Say how many bugs were planted, and which of them lived."""
    killed, alive = (
        [
            r.nodeid
            for r in terminalreporter.getreports(outcome)
            if "::test_every_mutant_" in r.nodeid
        ]
        for outcome in ("passed", "failed")
    )
    if killed or alive:
        concepts = {nodeid.partition("-")[0] for nodeid in killed + alive}
        terminalreporter.line(
            f"mutants: {len(killed + alive)} planted in {len(concepts)} places, {len(alive)} alive"
        )
        for nodeid in alive:
            terminalreporter.line(f"  ALIVE: {nodeid.partition('::test_every_mutant_')[2]}")


def nodeids(terminalreporter):
    """The tests that were run."""
    return (report.nodeid for report in terminalreporter.getreports("passed"))
