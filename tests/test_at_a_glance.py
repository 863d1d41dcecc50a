"""The end of a run of the tests, as a maintainer reads it."""

from types import SimpleNamespace

import pytest

from dlcourse import at_a_glance


def report(nodeid, seconds, *, when="call", outcome="passed", longrepr=None, megabytes=None):
    """What pytest reports of one test."""
    had = [] if megabytes is None else [("megabytes", megabytes)]
    return pytest.TestReport(
        nodeid, ("", 0, ""), {}, outcome, longrepr, when, duration=seconds, user_properties=had
    )


def printed(**stats):
    """The lines that follow from reports, by what became of them."""
    lines = []
    reporter = SimpleNamespace(
        stats=stats, section=lambda title: lines.append(f"= {title}"), line=lines.append
    )
    at_a_glance.pytest_terminal_summary(reporter)
    return lines


def test_lectures_are_summed_over_cells_and_the_start_of_their_kernels():
    passed = [
        report("lectures/01-neurons.ipynb::Cell 0", 3, megabytes=300),
        report("lectures/02-capacity.ipynb::Cell 0", 40, megabytes=900),
        report("lectures/02-capacity.ipynb::Cell 1", 21, megabytes=1001),
        report("exercises/01-neurons.ipynb::Cell 0", 50),
        report("tests/test_a.py::test_b", 9),
    ]
    start = [report("lectures/01-neurons.ipynb::Cell 0", 2, when="setup")]
    assert printed(**{"passed": passed, "": start, "deselected": [object()]}) == [
        "= lectures",
        "2 in 66 s, their kernels started; at most 1001 MB (02-capacity)",
        "02-capacity 61.0 s, 01-neurons 5.0 s",
        "slowest cells: 02-capacity Cell 0 40.0 s, 02-capacity Cell 1 21.0 s, "
        "01-neurons Cell 0 3.0 s",
        "02-capacity took 61 s, and should take 60",
        "02-capacity had 1001 MB in memory, and may have 1000",
        "= slowest files",
        "lectures/02-capacity.ipynb 61.0 s, exercises/01-neurons.ipynb 50.0 s, "
        "tests/test_a.py 9.0 s, lectures/01-neurons.ipynb 5.0 s",
    ]


def test_a_kernel_that_did_not_start_is_said_once():
    why = "pytest plugin exception: No space left on device"
    failed = {"when": "setup", "outcome": "failed", "longrepr": f"\x1b[91mSome lines\x1b[0m\n{why}"}
    cells = [report(f"lectures/01-neurons.ipynb::Cell {n}", 0, **failed) for n in range(3)]
    lines = [line for line in printed(error=cells) if line.startswith("FAILED")]
    assert lines == [f"FAILED 01-neurons, {why}"]


def test_skipped_tests_are_counted_by_their_reason():
    def skip(name, why):
        longrepr = ("test_a.py", 1, f"Skipped: {why}")
        return report(f"test_a.py::{name}", 0, outcome="skipped", longrepr=longrepr)

    skips = [skip("a", "no Chromium"), skip("b", "a wheel"), skip("c", "no Chromium")]
    assert printed(skipped=skips) == ["= skipped", "   2  no Chromium", "   1  a wheel"]


def test_a_run_of_one_file_has_nothing_to_add():
    assert printed(passed=[report("tests/test_a.py::test_b", 9)]) == []
