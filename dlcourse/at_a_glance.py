"""A plugin for pytest that ends with what a maintainer wants to know at a glance.

How long the lectures took and which cells most, the slowest files, and why tests were skipped.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

import pytest

from dlcourse.lecture_rules import MEMORY, SECONDS

SLOWEST = 5  # files, and cells of lectures


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print a section for each of these, where there is something to say."""
    stats = terminalreporter.stats
    reports = [r for some in stats.values() for r in some if isinstance(r, pytest.TestReport)]
    for title, lines in (
        ("lectures", list(lectures(reports))),
        ("slowest files", list(slowest_files(reports))),
        ("skipped", list(skipped(stats.get("skipped", [])))),
    ):
        if lines:
            terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)


def lectures(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """Say how long lectures took, which took too much, their slowest cells, and what failed."""
    files: dict[str, float] = defaultdict(float)
    cells: dict[str, float] = defaultdict(float)
    megabytes: dict[str, float] = defaultdict(float)
    failures: dict[str, None] = {}  # a kernel that did not start fails every cell: say it once
    for report in filter(of_a_lecture, reports):
        file, _, cell = report.nodeid.partition("::")
        lecture = PurePath(file).stem
        files[lecture] += report.duration
        cells[f"{lecture} {cell}"] += report.duration if report.when == "call" else 0
        had: list[Any] = [value for name, value in report.user_properties if name == "megabytes"]
        megabytes[lecture] = max([megabytes[lecture], *had])
        if report.failed:
            failures[f"FAILED {lecture}, {what_failed(report)}"] = None
    if not files:
        return
    most = max(megabytes, key=lambda lecture: megabytes[lecture])
    took = f"{len(files)} in {sum(files.values()):.0f} s, their kernels started; "
    yield took + f"at most {megabytes[most]:.0f} MB ({most})"
    yield ranking(files, len(files))
    yield f"slowest cells: {ranking(cells)}"
    for lecture in sorted(files):
        if files[lecture] > SECONDS:
            yield f"{lecture} took {files[lecture]:.0f} s, and should take {SECONDS}"
        if megabytes[lecture] > MEMORY:
            yield f"{lecture} had {megabytes[lecture]:.0f} MB in memory, and may have {MEMORY}"
    yield from failures


def of_a_lecture(report: pytest.TestReport) -> bool:
    """Whether a report is of a notebook's cell, and not of an exercise."""
    file = PurePath(report.nodeid.partition("::")[0])
    return file.suffix == ".ipynb" and file.parent.name in {"lectures", ""}


def what_failed(report: pytest.TestReport) -> str:
    """Find in nbval's account of a failure its one line: the cell, and why."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", report.longreprtext)
    found = re.search(r"Cell \d+: .*", plain)
    return found[0] if found else plain.strip().rpartition("\n")[2]


def slowest_files(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """Name the files that took longest: each is one worker's work."""
    files: dict[str, float] = defaultdict(float)
    for report in reports:
        files[report.nodeid.partition("::")[0]] += report.duration
    if len(files) > 1:
        yield ranking(files)


def ranking(seconds: Mapping[str, float], count: int = SLOWEST) -> str:
    """Write the largest of some times, the largest first."""
    longest = sorted(seconds, key=lambda name: -seconds[name])[:count]
    return ", ".join(f"{name} {seconds[name]:.1f} s" for name in longest)


def skipped(reports: Iterable[Any]) -> Iterator[str]:
    """Count the tests that were skipped, by their reason."""
    reasons = Counter(reason_of(report) for report in reports)
    for reason, count in reasons.most_common():
        yield f"{count:4}  {reason}"


def reason_of(report: Any) -> str:
    """Give the words with which a test, or a whole file, was skipped."""
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return str(words).removeprefix("Skipped: ")
