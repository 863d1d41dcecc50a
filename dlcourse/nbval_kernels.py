"""A plugin for pytest: nbval's kernels have no network, and are seen to die or to hang.

nbval itself waits for a kernel that has died as long as for one that computes.  The memory that a
notebook took goes along with its reports; `dlcourse.at_a_glance` prints it.
"""

import os
import sys
from collections.abc import Generator
from queue import Empty
from typing import Any

import pytest

from dlcourse.kernels import PATIENCE, Watch, peak_megabytes, without_network

# jsonschema, which checks notebooks, would import it for seconds, to check web addresses; there are
# none in notebooks.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbval.plugin  # noqa: E402


class KernelDiedError(Exception):
    """A kernel has ended before its cell."""


class WatchedKernel(nbval.plugin.RunningKernel):  # type: ignore[misc]
    """A kernel of nbval without a network, that is looked after while a cell runs."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", without_network(os.environ)["PYTHONPATH"])
            super().__init__(*arguments, **options)

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return int(self.km.provisioner.pid)

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait until the kernel has run a cell; raise `queue.Empty` when it hangs."""
        watch = Watch(self.pid, PATIENCE if timeout is None else timeout)
        while not watch.hangs():
            try:
                return super().await_reply(msg_id, timeout=0.5)
            except Empty:
                if not self.is_alive():
                    raise KernelDiedError from None
        raise Empty


def pytest_configure() -> None:
    """Let nbval start kernels of ours."""
    nbval.plugin.RunningKernel = WatchedKernel


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Note the memory of a kernel; end one that has died or hung, since no further cell counts."""
    if not isinstance(item, nbval.plugin.IPyNbCell):
        return (yield)
    notebook = item.parent
    try:
        yield
    except KernelDiedError:
        notebook.timed_out = True  # nbval's mark of one whose further cells are expected to fail
        item.raise_cell_error("The kernel died")
    finally:
        if notebook.kernel.is_alive():
            item.user_properties.append(("megabytes", peak_megabytes(notebook.kernel.pid)))
            if notebook.timed_out:
                notebook.kernel.stop()
