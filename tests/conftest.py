"""Settings of every test: the same cases on every machine, and several blocks for the smallest."""

import signal

import pytest
from hypothesis import settings
from sides import Hand, Net

from dlcourse.by_hand import windows

windows.BLOCK = 500  # bytes: convolutions of a few pixels go through several blocks too

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for what a shell runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what tests start shall hear Ctrl-C

settings.register_profile("course", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("course")


@pytest.fixture(params=[Hand, Net], ids=["by_hand", "in_torch"])
def side(request):
    return request.param


def pytest_terminal_summary(terminalreporter):
    """Print the table of mutants: for each concept, the planted bugs and what became of them."""
    table = {}
    for outcome, word in (("passed", "killed"), ("failed", "ALIVE")):
        for report in terminalreporter.getreports(outcome):
            _, _, mutant = report.nodeid.partition("test_every_mutant_is_killed[")
            if mutant:
                concept, _, bug = mutant.removesuffix("]").partition("-")
                table.setdefault(concept, []).append(f"{bug} {word}")
    if table:
        terminalreporter.section("mutants")
        for concept, bugs in sorted(table.items()):
            terminalreporter.line(f"{concept:26} {len(bugs)}: {', '.join(sorted(bugs))}")
        terminalreporter.line(f"{sum(map(len, table.values()))} mutants of {len(table)} concepts")
