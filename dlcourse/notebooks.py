"""Lectures as files: run them, and keep their outputs current."""

import asyncio
import copy
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from rich.console import Console
from rich.table import Table

from dlcourse.lecture_rules import (
    KERNEL,
    Notebook,
    alt_texts,
    code_cells,
    htmls,
    problems,
    shorten,
)
from dlcourse.setting_up import ONE_THREAD, course_root
from dlcourse.stopping import unusable
from dlcourse.writing import remove_parts, write_whole

SLOWEST = 5  # cells that `dlcourse notebooks check` names
MEMORY = 1000  # megabytes that a lecture may take
NOT_STARTED = "the kernel did not start"


@dataclass
class Run:
    """What came of executing one notebook.

    Attributes
    ----------
    path : Path
        The notebook.
    notebook : notebook, optional
        With its new outputs, tidied; None when it failed.
    seconds : dict of int to float
        How long each code cell took, by its number.
    megabytes : float
        Of memory that the kernel had after the cell after which it had most.
    failure : str
        One line that says what went wrong, or nothing.
    """

    path: Path
    notebook: Notebook = None
    seconds: dict[int, float] = field(default_factory=dict)
    megabytes: float = 0.0
    failure: str = ""

    @property
    def total(self) -> float:
        """Seconds of all cells together."""
        return sum(self.seconds.values())

    @property
    def slowest(self) -> str:
        """The slowest cell and its seconds."""
        if not self.seconds:
            return ""
        number = max(self.seconds, key=lambda n: self.seconds[n])
        return f"cell {number}, {self.seconds[number]:.1f} s"


def lectures(names: Sequence[str] = ()) -> list[Path]:
    """Find lectures by number, by name, or by path; all of them when none is named.

    Parameters
    ----------
    names : sequence of str
        Such as "03", "03-training" or "lectures/03-training.ipynb".

    Returns
    -------
    list of Path

    Raises
    ------
    ValueError
        When a name fits no notebook.
    """
    folder = course_root() / "lectures"
    everything = sorted(folder.glob("*.ipynb"))
    found = []
    for name in names:
        fitting = [p for p in everything if p.stem == name or p.stem.startswith(f"{name}-")]
        if Path(name).suffix == ".ipynb" and Path(name).is_file():
            fitting = [Path(name)]
        if not fitting:
            known = ", ".join(p.stem for p in everything) or "none yet"
            raise ValueError(f"no lecture is called {name!r}; there are {known}")
        found += fitting
    return found or everything


def execute(path: Path, *, timeout: float = 120) -> Run:
    """Run every cell of a notebook in a fresh kernel, from the notebook's own folder.

    Parameters
    ----------
    path : Path
        The notebook; the file is not changed.
    timeout : float
        Seconds that one cell may take.

    Notes
    -----
    A kernel's ports are chosen before it takes them, and another process may be faster: a
    kernel that does not come up is started once more.
    """
    run = attempt(path, timeout)
    return attempt(path, timeout) if run.failure.endswith(NOT_STARTED) else run


def attempt(path: Path, timeout: float) -> Run:
    """Run every cell of a notebook in one kernel."""
    run = Run(path)
    started: dict[int, float] = {}
    notebook = nbformat.read(path, as_version=4)
    numbers = {i: n for n, (i, _) in enumerate(code_cells(notebook), start=1)}

    def on_start(cell: Notebook, cell_index: int) -> None:
        started[cell_index] = time.perf_counter()

    def on_executed(cell: Notebook, cell_index: int, execute_reply: Any) -> None:
        run.seconds[numbers[cell_index]] = time.perf_counter() - started[cell_index]
        run.megabytes = max(run.megabytes, memory_of(client))

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[])),
        timeout=timeout,
        shutdown_kernel="immediate",  # one that hangs does not listen
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.resolve().parent)}},
        on_cell_start=on_start,
        on_cell_executed=on_executed,
    )
    environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}
    environment.pop("MPLBACKEND", None)  # the kernel's own shows forgotten figures
    try:
        silent: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
        asyncio.run(client.async_execute(env=environment, cleanup_kc=True, **silent))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        index = max(started, default=0)
        first = notebook.cells[index].source.splitlines()[0] if notebook.cells else ""
        run.failure = (
            f"{path.name}, cell {numbers.get(index, 1)} ({first}): {reason(error, timeout)}"
        )
        return run
    except RuntimeError:  # what the client says of a kernel that does not answer
        if started:
            raise
        run.failure = f"{path.name}: {NOT_STARTED}"
        return run
    run.notebook = tidy(notebook)
    return run


def memory_of(client: NotebookClient) -> float:
    """Give the megabytes that the kernel has in memory; 0 when it is gone."""
    manager: Any = client.km
    try:
        return float(psutil.Process(manager.provisioner.pid).memory_info().rss) / 1e6
    except (psutil.Error, AttributeError):
        return 0.0


def reason(error: Exception, timeout: float) -> str:
    """Say in a few words why a cell did not finish."""
    if isinstance(error, CellTimeoutError):
        return f"took longer than {timeout:g} s"
    if isinstance(error, DeadKernelError):
        return "the kernel died"
    assert isinstance(error, CellExecutionError)
    return f"{error.ename}: {error.evalue.splitlines()[0] if error.evalue else ''}"


def execute_all(paths: Sequence[Path], *, timeout: float = 120) -> Iterator[Run]:
    """Run notebooks, two at a time, and yield what came of each in the given order."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(lambda path: execute(path, timeout=timeout), paths)


def tidy(notebook: Notebook) -> Notebook:
    """Keep of a notebook only what is the same whenever it is run.

    Parameters
    ----------
    notebook : notebook
        As read by nbformat.  It is not changed.

    Returns
    -------
    notebook
    """
    tidied = copy.deepcopy(notebook)
    tidied.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    tidied.nbformat_minor = 5
    for number, cell in enumerate(tidied.cells, start=1):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": sorted(tags)} if tags else {})
        cell.setdefault("id", f"cell-{number:02}")
        if cell.cell_type == "code":
            cell.outputs = [still(output) for output in cell.outputs if not is_progress(output)]
        for output in cell.get("outputs", []):
            output.pop("transient", None)
            if "metadata" in output:
                output["metadata"] = nbformat.from_dict({})
    return tidied


def still(output: Any) -> Any:
    """Keep of a moving picture the still one, which is shown without a kernel too."""
    if "text/html" in output.get("data", ()):
        output.data.pop("application/vnd.jupyter.widget-view+json", None)
    return output


def is_progress(output: Any) -> bool:
    """Tell whether an output is the bar of a long loop: a widget with nothing beside it."""
    return set(output.get("data", ())) == {"application/vnd.jupyter.widget-view+json"}


def as_text(notebook: Notebook) -> str:
    """Write a notebook as it stands in its file.

    Parameters
    ----------
    notebook : notebook

    Returns
    -------
    str
    """
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT)) + "\n"


def run(paths: Sequence[Path], *, timeout: float = 120) -> int:
    """Execute notebooks and write their outputs back; a failed one is left as it was.

    Returns
    -------
    int
        0, or 1 when a notebook failed.
    """
    out, failed = Console(), 0
    for result in execute_all(paths, timeout=timeout):
        if result.failure:
            failed += 1
            out.print(f"FAILED  {result.failure}", markup=False, highlight=False, soft_wrap=True)
            continue
        try:
            changed = write(result.path, as_text(result.notebook))
        except OSError as error:
            failed += 1
            out.print(f"FAILED  {unusable(error, result.path)}", markup=False, soft_wrap=True)
            continue
        state = "written" if changed else "already current"
        out.print(f"{result.path.name}: {state}, {result.total:.1f} s; {result.slowest}")
    return int(failed > 0)


def write(path: Path, text: str) -> bool:
    """Replace a file in one step, so that it is never half written.

    Parameters
    ----------
    path : Path
        A file that is there.
    text : str

    Returns
    -------
    bool
        Whether that changed it.
    """
    if path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    remove_parts(path.parent)
    return True


def check(paths: Sequence[Path], *, timeout: float = 120) -> int:
    """Execute copies of notebooks and compare everything with what is committed.

    Returns
    -------
    int
        0, or 1 when something differs, fails, or is not written as lectures are.
    """
    table = Table("lecture", "seconds", "slowest", "MB", "cells", "figures", "kB", "verdict")
    details: list[str] = []
    cells: list[tuple[float, str]] = []
    for result in execute_all(paths, timeout=timeout):
        cells += [(s, f"{result.path.stem}, cell {n}") for n, s in result.seconds.items()]
        committed = nbformat.read(result.path, as_version=4)
        found = [f"{result.path.name}: {problem}" for problem in problems(committed, result.path)]
        if result.failure:
            found.insert(0, result.failure)
        elif difference := first_difference(committed, result.notebook):
            found.insert(0, f"{result.path.name}, {difference}")
        if result.megabytes > MEMORY:
            had = f"had {result.megabytes:.0f} MB in memory, and should have {MEMORY} at most"
            found.append(f"{result.path.name} {had}")
        details += found
        table.add_row(
            result.path.stem,
            f"{result.total:.1f}",
            result.slowest,
            f"{result.megabytes:.0f}",
            str(len(code_cells(committed))),
            str(sum("<img" in html for html in htmls(committed))),
            str(result.path.stat().st_size // 1000),
            "differs" if found else "OK",
        )
    out = Console()
    out.print(table)
    slowest = sorted(cells, reverse=True)[:SLOWEST]
    out.print(f"{sum(seconds for seconds, _ in cells):.1f} s in all. The slowest cells:")
    for seconds, place in slowest:
        out.print(f"{seconds:7.1f} s  {place}", markup=False, highlight=False)
    for line in details:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    return int(bool(details))


def first_difference(committed: Notebook, new: Notebook) -> str:
    """Say where two notebooks first differ, or nothing."""
    if len(committed.cells) != len(new.cells):
        return f"{len(committed.cells)} cells committed, {len(new.cells)} run"
    number = 0
    for old, fresh in zip(committed.cells, new.cells, strict=True):
        number += old.cell_type == "code"
        if old == fresh:
            continue
        here = f"cell {number}" if old.cell_type == "code" else f"text before cell {number + 1}"
        for before, after in zip(lines_of(old), lines_of(fresh), strict=False):
            if before != after:
                if "<img" in before and alt_texts(before) == alt_texts(after):
                    return f"{here}: the picture differs"
                return f"{here}: committed {shorten(before)!r}, now {shorten(after)!r}"
        return f"{here}: other outputs than committed"
    if committed.metadata != new.metadata:
        return "metadata: run `dlcourse notebooks run` to tidy it"
    return ""


def lines_of(cell: Notebook) -> list[str]:
    """Write a cell with its outputs as lines, for comparing."""
    outputs = nbformat.v4.writes(nbformat.v4.new_notebook(cells=[cell]))
    return outputs.replace("\\n", "\n").splitlines()


def as_python(paths: Iterable[Path]) -> str:
    """Write notebooks as Python, for reading their changes in git (see CONTRIBUTING)."""
    texts = []
    for path in paths:
        for cell in nbformat.read(path, as_version=4).cells:
            mark = "# %%" if cell.cell_type == "code" else "# %% [markdown]"
            body = cell.source if cell.cell_type == "code" else comment(cell.source)
            texts.append(f"{mark}\n{body}\n")
    return "\n".join(texts)


def comment(text: str) -> str:
    """Put a comment mark before each line."""
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def main() -> None:
    """Print notebooks as Python: git's textconv calls this."""
    sys.stdout.write(as_python(map(Path, sys.argv[1:])))


if __name__ == "__main__":
    main()
