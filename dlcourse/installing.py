"""Run the steps of an installation: show how far they are, and say in one sentence why one failed.

Standard library only, as it runs before anything is installed.
"""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO

LOG = "dlcourse-setup.log"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
KEPT = {  # of the user's settings for pip and Python: where packages come from, and how fast
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_KEYRING_PROVIDER",
    "PIP_NO_CACHE_DIR",
    "PIP_NO_INDEX",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TIMEOUT",
    "PIP_TRUSTED_HOST",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUNBUFFERED",
}


class SetupError(Exception):
    """Something keeps the environment from being made; the message says what to do."""


def clean_environment() -> dict[str, str]:
    """Copy the user's variables, without those that would send an installation elsewhere."""
    hostile = re.compile(r"(PIP_|PYTHON)\w+|VIRTUAL_ENV|__PYVENV_LAUNCHER__", re.ASCII)
    kept = {k: v for k, v in os.environ.items() if k in KEPT or not hostile.fullmatch(k)}
    return kept | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}


def install(python: Path, venv: Path, root: Path, *, say: Callable[[str], None]) -> None:
    """Install the course and all it needs, at the versions of constraints.txt.

    Parameters
    ----------
    python : Path
        The interpreter to install for.
    venv : Path
        Its environment, where the log is kept.
    root : Path
        The checkout.
    say : callable
        Shows one line to the user.

    Raises
    ------
    SetupError
        When pip fails.
    """
    pip = [str(python), "-m", "pip", "install", "--no-input"]
    text = (root / "constraints.txt").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if "==" in line]
    index = os.environ.get("DLCOURSE_TORCH_INDEX", TORCH_INDEX if wants_cpu_torch() else "none")
    torch = next((pin for pin in pins if pin.startswith("torch==")), None)
    if torch is not None and index != "none":
        quickly = ["--no-deps", "--timeout", "10", "--retries", "0", "--index-url", index]
        try:
            run_step([*pip, *quickly, torch], venv, "installing torch for the CPU", 1, say)
        except SetupError as error:
            if "disk" in str(error):
                raise
            say("PyTorch's index of CPU builds cannot be reached; taking the torch that pip finds.")
    course = ["-e", f"{root}[test]", "-c", str(root / "constraints.txt")]
    run_step([*pip, *course], venv, "installing", len(pins), say)


def space_needed() -> float:
    """Say how many bytes a set-up takes at its peak: 1.6e9, or 5.4e9 with CUDA, and pip's own."""
    return 2.5e9 if sys.platform != "linux" or wants_cpu_torch() else 9e9


def wants_cpu_torch() -> bool:
    """Whether the default build of torch would bring gigabytes for a card that is not there."""
    card = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists()
    return sys.platform == "linux" and not card


# ---- one step -----------------------------------------------------------------------------


def run_step(
    command: Sequence[str], venv: Path, what: str, expected: int, say: Callable[[str], None]
) -> None:
    """Run one step of the set-up, showing how far it is; its whole output goes to a log.

    Raises
    ------
    SetupError
        When it fails.
    """
    pause = 0.2 if sys.stdout.isatty() else 10  # seconds
    begun = time.monotonic()
    shown = begun - 0.9 * pause
    progress, output = Progress(what, expected, venv), []
    with (
        (venv / LOG).open("a", encoding="utf-8") as log,
        started(command, temporary_folder(venv)) as (process, lines),
    ):
        log.write(f"$ {' '.join(command)}\n")
        while (line := next_line(lines, pause)) is not None:
            log.write(line)
            log.flush()
            output.append(line)
            progress.read(line)
            if time.monotonic() - shown >= pause:
                shown = time.monotonic()
                say(f"\r{progress.text()} ({shown - begun:.0f} s)")
        process.wait()
    if process.returncode != 0:
        raise SetupError(sentence("".join(output), venv))


class Progress:
    """Tell from pip's output, and from what it has unpacked, how far it is.

    Parameters
    ----------
    what : str
        The step, such as "installing".
    expected : int
        About how many packages will come; 1 or less where counting makes no sense.
    venv : Path
        The environment.
    """

    def __init__(self, what: str, expected: int, venv: Path) -> None:
        self.what, self.expected, self.venv = what, expected, venv
        self.found, self.latest, self.before = 0, "", 0

    def read(self, line: str) -> None:
        """Take note of a line of pip's output; most mean nothing to a learner."""
        if match := re.match(r"Collecting ([\w.-]+)|Processing .*[/\\](\w+)-", line):
            self.found += 1
            self.latest = match.group(1) or match.group(2)
        elif line.startswith("Installing collected packages"):
            self.what, self.expected = "unpacking", line.count(",") + 1
            self.before = self.unpacked()

    def unpacked(self) -> int:
        """Count the packages in the environment."""
        site = "Lib" if os.name == "nt" else "lib/python*"
        return sum(1 for _ in self.venv.glob(f"{site}/site-packages/*.dist-info"))

    def text(self) -> str:
        """Say it in a few words."""
        if self.expected <= 1:
            return self.what
        if self.what == "unpacking":
            done = min(self.unpacked() - self.before, self.expected)
            return f"unpacking: {done} of {self.expected} packages"
        package = f" ({self.latest})" * bool(self.latest)
        return f"{self.what}: {self.found} of about {self.expected} packages{package}"


def temporary_folder(venv: Path) -> dict[str, str]:
    """Let pip unpack inside the environment: a killed pip's leavings go with it.

    Not on Windows, whose paths must stay short.
    """
    if os.name == "nt":
        return {}
    folder = venv / "tmp"
    folder.mkdir(exist_ok=True)
    return {"TMPDIR": str(folder)}


@contextmanager
def started(
    command: Sequence[str], variables: dict[str, str]
) -> Iterator[tuple["subprocess.Popen[str]", "Queue[str | None]"]]:
    """Start a command whose lines come in a queue; whatever happens, it does not outlive us.

    It inherits the lock of the set-up, so that even if this process is killed nobody else
    begins while the command still writes.
    """
    lines: Queue[str | None] = Queue()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=clean_environment() | variables,
        text=True,
        encoding="utf-8",
        errors="replace",
        close_fds=False,
        start_new_session=os.name != "nt",  # Ctrl-C reaches it once, through us
    )
    assert process.stdout is not None
    reader = Thread(target=pour, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        if process.poll() is None:
            end(process)
        reader.join(timeout=5)


def pour(source: IO[str], lines: "Queue[str | None]") -> None:
    """Put each line into a queue, and None at the end."""
    with source:
        for line in source:
            lines.put(line)
    lines.put(None)


def next_line(lines: "Queue[str | None]", seconds: float) -> str | None:
    """Take the next line; "" if none came in time, None at the end."""
    try:
        return lines.get(timeout=seconds)
    except Empty:
        return ""


def end(process: "subprocess.Popen[str]") -> None:
    """Ask a command to stop as Ctrl-C does, so that it removes its temporary files; then insist."""
    if sys.platform == "win32":
        process.terminate()
    else:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# ---- what to say ------------------------------------------------------------------------


FULL = r"No space left on device|Errno 28|Disk quota exceeded|not enough space"
NO_ENSUREPIP = r"ensurepip is not\s+available|No module named '?ensurepip"
NO_NETWORK = (
    r"ConnectionError|Connection (refused|reset|aborted|broken)|connection broken|Max retries "
    r"exceeded|name resolution|Name or service not known|getaddrinfo failed|nodename nor servname|"
    r"Network is unreachable|timed out|ProxyError|SSLError|Could not fetch URL|HTTPError|HTTP error"
)
UNFIT = r"No matching distribution found for ([\w.=+-]+)"
FORBIDDEN = r"Permission denied|Errno 13|Read-only file system|Access is denied|WinError (5|32)\b"


def sentence(output: str, venv: Path) -> str:
    """Say in one sentence why a step failed, and what to do."""
    again = "start again: nothing is broken."
    if re.search(FULL, output, re.IGNORECASE):
        return (
            f"the disk of {venv} is full; free about {space_needed() / 1e9:.1f} GB, or set "
            f"DLCOURSE_VENV to a folder on another disk, and {again}"
        )
    if re.search(NO_ENSUREPIP, output):
        return no_ensurepip()
    if re.search(NO_NETWORK, output):
        return (
            f"the packages could not be fetched; check the network and pip's settings, and {again}"
        )
    if unfit := re.search(UNFIT, output):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f"there is no {unfit.group(1)} for Python {version} on {platform.system()} "
            f"{platform.machine()}; start again with another Python from 3.11 on, 64 bits."
        )
    if re.search(FORBIDDEN, output):
        return (
            f"{venv} cannot be written to; close what may be using it, or set DLCOURSE_VENV to a "
            f"folder of your own, and {again}"
        )
    lines = ["no reason given", *output.strip().splitlines()]
    reason = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1])
    return f"the set-up failed ({reason.strip()}); read {venv / LOG}, and {again}"


def no_ensurepip() -> str:
    """Say what to do when Python came without the part that makes environments."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return (
        f"this Python ({sys.executable}) cannot make environments, because its module ensurepip is "
        f"missing; on Debian or Ubuntu run `sudo apt install {version}-venv`, elsewhere install "
        "Python from python.org, and start again."
    )


# ---- going on -----------------------------------------------------------------------------


def hand_over(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path | None = None
) -> int:
    """Run a command in place of this process; on Windows, beside it.

    Returns
    -------
    int
        Its exit code, where this process is still there.
    """
    sys.stdout.flush()
    if os.name == "nt":
        return wait_for(command, environment=environment, folder=folder)
    if folder is not None:
        os.chdir(folder)
    os.execve(command[0], list(command), dict(environment))


def wait_for(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path | None = None
) -> int:
    """Run a command to its end; Ctrl-C is its business, and so it ends in its own way."""
    process = subprocess.Popen(command, cwd=folder, env=dict(environment))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
