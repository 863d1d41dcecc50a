"""Running a notebook in a kernel of its own, and keeping what is the same each time."""

import asyncio
import atexit
import copy
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from dlcourse.kernels import PATIENCE, Watch, peak_megabytes, processor_seconds, without_network
from dlcourse.lecture_rules import KERNEL, Notebook, code_cells
from dlcourse.setting_up import ONE_THREAD

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
        The most memory that the kernel had.
    processor : float
        Seconds of the processor's time that it took, its start included.
    failure : str
        One line that says what went wrong, or nothing.
    """

    path: Path
    notebook: Notebook = None
    seconds: dict[int, float] = field(default_factory=dict)
    megabytes: float = 0.0
    processor: float = 0.0
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


def execute(path: Path, *, patience: float = PATIENCE) -> Run:
    """Run every cell of a notebook in a fresh kernel, from the notebook's own folder.

    Parameters
    ----------
    path : Path
        The notebook; the file is not changed.
    patience : float
        Seconds after which a cell hangs; see `dlcourse.kernels.Watch`.

    Notes
    -----
    A kernel's ports are chosen before it takes them, and another process may be faster: a
    kernel that does not come up is started once more.
    """
    run = attempt(path, patience)
    return attempt(path, patience) if run.failure.endswith(NOT_STARTED) else run


def attempt(path: Path, patience: float) -> Run:
    """Run every cell of a notebook in one kernel."""
    run = Run(path)
    started: dict[int, float] = {}
    notebook = nbformat.read(path, as_version=4)
    numbers = {i: n for n, (i, _) in enumerate(code_cells(notebook), start=1)}
    watching: list[Watch] = []

    def on_start(cell: Notebook, cell_index: int) -> None:
        started[cell_index] = time.perf_counter()
        watching[:] = [Watch(manager_of(client).provisioner.pid, patience)]

    def on_executed(cell: Notebook, cell_index: int, execute_reply: Any) -> None:
        run.seconds[numbers[cell_index]] = time.perf_counter() - started[cell_index]
        pid = manager_of(client).provisioner.pid
        run.megabytes = max(run.megabytes, peak_megabytes(pid))
        run.processor = max(run.processor, processor_seconds(pid))

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[])),
        timeout=None,  # see `Watch`
        iopub_timeout=30,  # for the outputs of a cell that has ended
        shutdown_kernel="immediate",  # one that hangs does not listen
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.resolve().parent)}},
        on_cell_start=on_start,
        on_cell_executed=on_executed,
    )
    try:
        asyncio.run(watched(client, watching))
    except (CellExecutionError, DeadKernelError) as error:
        index = max(started, default=0)
        first = notebook.cells[index].source.splitlines()[0] if notebook.cells else ""
        why = reason(error, watching)
        run.failure = f"{path.name}, cell {numbers.get(index, 1)} ({first}): {why}"
        return run
    except RuntimeError:  # what the client says of a kernel that does not answer
        if started:
            raise
        run.failure = f"{path.name}: {NOT_STARTED}"
        return run
    except OSError as error:  # no room for the file by which they find each other
        run.failure = f"{path.name}: no kernel can be started: {error.strerror or error}"
        return run
    run.notebook = tidy(notebook)
    return run


async def watched(client: NotebookClient, watching: Sequence[Watch]) -> None:
    """Execute a notebook, and kill its kernel when a cell hangs."""
    environment = without_network({**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"})
    environment.pop("MPLBACKEND", None)  # the kernel's own shows forgotten figures
    silent: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)

    async def end_what_hangs() -> None:
        while not any(watch.hangs() for watch in watching):
            await asyncio.sleep(0.5)
        await manager_of(client).provisioner.kill()  # and what it started

    looking = asyncio.create_task(end_what_hangs())
    try:
        await client.async_execute(env=environment, cleanup_kc=True, **silent)
    finally:
        looking.cancel()
        atexit.unregister(client._cleanup_kernel)  # it would complain of one that did not start


def manager_of(client: NotebookClient) -> Any:
    """Give what started the kernel."""
    return client.km


def reason(error: Exception, watching: Sequence[Watch]) -> str:
    """Say in a few words why a cell did not finish."""
    if isinstance(error, DeadKernelError):
        hung = [watch for watch in watching if watch.hung]
        return f"took longer than {hung[0].patience:g} s" if hung else "the kernel died"
    assert isinstance(error, CellExecutionError)
    return f"{error.ename}: {error.evalue.splitlines()[0] if error.evalue else ''}"


def execute_all(paths: Sequence[Path], *, patience: float = PATIENCE) -> Iterator[Run]:
    """Run notebooks, two at a time, and yield what came of each in the given order."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(lambda path: execute(path, patience=patience), paths)


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
