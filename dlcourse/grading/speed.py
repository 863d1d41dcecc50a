"""The speed of grading: notebooks a minute, and memory, which should not grow with the class."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from dlcourse.setting_up import course_root

NOTEBOOK = "04-backprop"  # its answers take NumPy and PyTorch
OFTEN = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True)
class Graded:
    """How a class was graded.

    Attributes
    ----------
    notebooks : int
    seconds : float
        From the command to its end: the sandboxes start, and the report is written.
    parent, child : float
        Megabytes at their peak, of the grader and of the largest process that it started.
    """

    notebooks: int
    seconds: float
    parent: float
    child: float

    @property
    def a_minute(self) -> float:
        """Notebooks in a minute."""
        return 60 * self.notebooks / self.seconds


def grading_speed(sizes: Sequence[int]) -> Iterator[Graded]:
    """Grade classes of several sizes, on all cores and in the sandbox.

    Parameters
    ----------
    sizes : sequence of int
        How many notebooks each class hands in, all different.

    Yields
    ------
    Graded

    Raises
    ------
    ValueError
        When there are no solutions to hand in, or grading does not work here.
    """
    source = course_root() / "solutions" / f"{NOTEBOOK}.ipynb"
    if not source.is_file():
        raise ValueError("grading is measured in a checkout, which has solutions to hand in")
    content = json.loads(source.read_text(encoding="utf-8"))
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            hand_in(content, Path(folder) / "class", size)
            yield graded(Path(folder), size)


def hand_in(notebook: dict[str, object], folder: Path, people: int) -> None:
    """Write as many notebooks, no two of them the same."""
    folder.mkdir()
    for number in range(people):
        notebook["number"] = number
        (folder / f"{number:05d}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def graded(folder: Path, notebooks: int) -> Graded:
    """Run the command in a process of its own, and look at its memory again and again."""
    command = [sys.executable, "-m", "dlcourse", "grade", "class", "--out", "report", "--seed", "1"]
    started, parent, child = time.perf_counter(), 0, 0
    with tempfile.TemporaryFile() as said:
        process = psutil.Popen(command, cwd=folder, stdout=said, stderr=said)
        while process.poll() is None:
            parent = max(parent, memory_of(process))
            child = max([child, *map(memory_of, children_of(process))])
            time.sleep(OFTEN)
        seconds = time.perf_counter() - started
        said.seek(0)
        last = said.read().decode(errors="replace").strip().splitlines()[-1:]
    if process.returncode != 0:
        raise ValueError(" ".join(last) or "grading ended without a word")
    return Graded(notebooks, seconds, parent / 1e6, child / 1e6)


def children_of(process: psutil.Process) -> list[psutil.Process]:
    """List the processes that a process started, and those that they started."""
    try:
        return process.children(recursive=True)
    except psutil.Error:  # it has just ended
        return []


def memory_of(process: psutil.Process) -> int:
    """Give the bytes that a process has in memory; a fork counts what it shares, too."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
