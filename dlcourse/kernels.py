"""The kernels that run lectures: what they are given, and whether one hangs."""

import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from dlcourse.setting_up import PACKAGE

PATIENCE = 60  # seconds; see `Watch`


def without_network(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the variables of a kernel whose Python refuses to leave this machine."""
    paths = [str(PACKAGE / "kernel_start"), *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(paths)}


class Watch:
    """Tell a cell that hangs from one that computes on a slow or busy machine.

    Parameters
    ----------
    pid : int
        The process of the kernel.
    patience : float
        Seconds of the processor's time that a cell may take; and seconds of the clock, if it hardly
        computes.

    Attributes
    ----------
    hung : bool
        Whether a cell has been found to hang.

    Notes
    -----
    A loop without end computes, and is known by the processor's time, which does not grow because
    others compute, too.  What waits for ever is known by the clock.
    """

    def __init__(self, pid: int, patience: float = PATIENCE):
        self.pid, self.patience, self.hung = pid, patience, False
        self.began, self.before = time.monotonic(), processor_seconds(self.pid)

    def hangs(self) -> bool:
        """Whether the cell that began with this watch has had its time."""
        passed = time.monotonic() - self.began
        if passed > self.patience:
            computed = processor_seconds(self.pid) - self.before
            self.hung = computed > self.patience or computed < passed / 10
        return self.hung


def processor_seconds(pid: int) -> float:
    """Give the processor's time that a process and those it started have taken; 0 when gone."""
    total = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += sum(each.cpu_times()[:4])  # those of children that have ended, too
    return total


def peak_megabytes(pid: int) -> float:
    """Give the most memory that a process has had, or has now on macOS; 0 when it is gone."""
    try:
        most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
        if most:
            return int(most[1]) * 1024 / 1e6
    except OSError:
        pass
    most_of = [0.0]
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):  # Windows: venv's Python is two
            memory = each.memory_info()
            most_of.append(getattr(memory, "peak_wset", memory.rss) / 1e6)
    return max(most_of)
