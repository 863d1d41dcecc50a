"""How long it takes to import the course: each import in a process of its own."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

MODULES = "dlcourse", "numpy", "dlcourse.by_hand", "torch", "dlcourse.in_torch"


def report(out: Console, *, quick: bool) -> dict[str, float]:
    """Print how long each import takes.

    Parameters
    ----------
    out : Console
    quick : bool
        Whether it is only to be seen that it runs.

    Returns
    -------
    dict of str to float
        Milliseconds of each.
    """
    table = Table("import", "ms")
    found = dict(import_times(1 if quick else 7))
    for module, milliseconds in found.items():
        table.add_row(module, f"{milliseconds:.0f}")
    out.print(table)
    return found


def import_times(rounds: int) -> Iterator[tuple[str, float]]:
    """Take the median time of each import, less that of a process that imports nothing.

    Yields
    ------
    (str, float)
        A module, and milliseconds.
    """
    bare = median_time("pass", rounds)
    for module in MODULES:
        yield module, 1000 * max(median_time(f"import {module}", rounds) - bare, 0.0)


def median_time(code: str, rounds: int) -> float:
    """Take the median seconds of running code in a new process."""
    command = [sys.executable, "-c", code]
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run(command, check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)
