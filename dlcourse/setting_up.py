"""Set up the environment of the course: with the standard library alone, leaving nothing broken.

The environment is the folder `.venv` of the checkout.  A marker is written into it before
anything else and a stamp after everything else, so that three states can be told apart:
finished (the stamp fits), to be brought up to date (the stamp is of other requirements), and
interrupted (no stamp), which is made anew.  A `.venv` without the marker is somebody else's and
is not touched.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Small nets run fastest on one thread, and two pools of threads stand in each other's way."""

PACKAGE = Path(__file__).resolve().parent
SPACE_NEEDED = 2.5e9  # bytes; a finished environment takes about 1.5e9, and pip unpacks beside it
MARKER, STAMP, LOG = "made-by-dlcourse", "dlcourse-stamp", "dlcourse-setup.log"
UNPACKING = "unpacking everything, the longest step"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
HOSTILE = (  # settings of the user's shell that would send an installation elsewhere
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_ROOT",
    "PIP_TARGET",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
)


class SetupError(Exception):
    """Something keeps the environment from being made; the message says what to do."""


def checkout() -> Path | None:
    """Find the checkout that this package is part of, if it is not installed from a wheel."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "lectures").is_dir() else None


def course_root() -> Path:
    """Find the folder with lectures/ and tests/: the checkout, or what the wheel brought along."""
    return checkout() or PACKAGE / "course"


def venv_folder(root: Path) -> Path:
    """Say where the environment of a checkout is: DLCOURSE_VENV, or its folder .venv."""
    return Path(os.environ.get("DLCOURSE_VENV") or root / ".venv").absolute()


def python_of(venv: Path) -> Path:
    """Say where the interpreter of an environment is."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# ---- is everything there? -------------------------------------------------------------


def requirements(root: Path | None, *, test: bool = True) -> list[str]:
    """List the requirements of the course, such as "numpy>=2.1"."""
    if root is None:
        wanted = importlib.metadata.requires("dlcourse") or []
        return [line.partition(";")[0].strip() for line in wanted if test or "extra" not in line]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["test"] if test else []
    return [*project["dependencies"], *extra]


def missing(root: Path | None, *, test: bool = True) -> list[str]:
    """List the requirements that this interpreter does not have, dlcourse itself included."""
    lacking = []
    for requirement in ["dlcourse", *requirements(root, test=test)]:
        name, _, lowest = requirement.partition(">=")
        try:
            found = importlib.metadata.version(name.strip())
        except importlib.metadata.PackageNotFoundError:
            lacking.append(requirement)
            continue
        if numbers(found) < numbers(lowest):
            lacking.append(requirement)
    return lacking


def numbers(version: str) -> list[int]:
    """Read the leading numbers of a version, for comparing with a lowest one."""
    return [int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3]]


def fingerprint(root: Path) -> str:
    """Condense what an environment depends on."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


# ---- making it --------------------------------------------------------------------------


def ensure(root: Path, *, say: Callable[[str], None]) -> Path:
    """Give an interpreter with everything the course needs, made now if need be.

    Parameters
    ----------
    root : Path
        The checkout.
    say : callable
        Shows one line to the user.

    Returns
    -------
    Path
        The interpreter.

    Raises
    ------
    SetupError
        When it cannot be made; the message is one sentence that says what to do.
    """
    venv = venv_folder(root)
    if is_finished(venv, root):
        return python_of(venv)
    if venv.exists() and not (venv / MARKER).is_file():
        return foreign(venv)
    with only_one(venv, say):
        if not is_finished(venv, root):
            try:
                make(venv, root, say)
            except OSError as error:
                raise SetupError(sentence(str(error), venv)) from error
    return python_of(venv)


def is_finished(venv: Path, root: Path) -> bool:
    """Whether an environment is complete and fits the requirements of today."""
    stamp = venv / STAMP
    fits = stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint(root)
    return fits and python_of(venv).exists()


def foreign(venv: Path) -> Path:
    """Use an environment that we did not make if it has everything, and else leave it alone."""
    python = python_of(venv)
    if python.exists():
        ask = "from dlcourse import setting_up as s; raise SystemExit(len(s.missing(s.checkout())))"
        asked = subprocess.run([python, "-c", ask], env=clean_environment(), check=False)
        if asked.returncode == 0:
            return python
    raise SetupError(
        f"{venv} was not made by dlcourse and lacks what the course needs; move it away, or set "
        "DLCOURSE_VENV to another folder, and start again."
    )


def make(venv: Path, root: Path, say: Callable[[str], None]) -> None:
    """Make or update an environment; write its stamp last."""
    if (venv / STAMP).is_file() and python_of(venv).exists():
        say("The requirements have changed; bringing the environment up to date.")
        (venv / STAMP).unlink()
    else:
        if venv.exists():
            say("The last set-up was interrupted; starting it again.")
            shutil.rmtree(venv)
        check_possible(venv)
        say(f"Setting up the course in {venv} (once; about 1.5 GB, a minute or a few).")
        venv.mkdir(parents=True)
        (venv / MARKER).write_text("dlcourse may delete this folder.\n", encoding="utf-8")
        run_step([sys.executable, "-m", "venv", str(venv)], venv, "making an environment", 0, say)
    install(venv, root, say)
    partial = venv / (STAMP + ".part")
    partial.write_text(fingerprint(root), encoding="utf-8")
    partial.replace(venv / STAMP)
    say("The environment is ready.")


def check_possible(venv: Path) -> None:
    """Refuse at once what would fail later."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            f"this Python ({sys.executable}) cannot make environments, because its module "
            f"ensurepip is missing; on Debian or Ubuntu run `sudo apt install {version}-venv`, "
            "elsewhere install Python from python.org, and start again."
        )
    parent = next(folder for folder in venv.parents if folder.exists())
    if not os.access(parent, os.W_OK):
        raise SetupError(
            f"the folder {parent} cannot be written to; copy the course to a folder of your own, "
            "or set DLCOURSE_VENV to one, and start again."
        )
    free = shutil.disk_usage(parent).free
    if free < SPACE_NEEDED:
        raise SetupError(
            f"the disk of {parent} has {free / 1e9:.1f} GB free and the course needs "
            f"{SPACE_NEEDED / 1e9:.1f} GB; free some space, or set DLCOURSE_VENV to a folder on "
            "another disk, and start again."
        )


def install(venv: Path, root: Path, say: Callable[[str], None]) -> None:
    """Install the course and all it needs, at the versions of constraints.txt."""
    pip = [str(python_of(venv)), "-m", "pip", "install", "--no-input"]
    pins = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    index = os.environ.get("DLCOURSE_TORCH_INDEX", TORCH_INDEX if wants_cpu_torch() else "none")
    torch = next((pin for pin in pins if pin.startswith("torch==")), None)
    if torch is not None and index != "none":
        quickly = ["--no-deps", "--timeout", "10", "--retries", "0", "--index-url", index]
        try:
            run_step([*pip, *quickly, torch], venv, "torch for the CPU", 1, say)
        except SetupError:
            say("The CPU build of torch is not to be had there; taking the one pip finds.")
    course = ["-e", f"{root}[test]", "-c", str(root / "constraints.txt")]
    run_step([*pip, *course], venv, "installing", len(pins), say)


def wants_cpu_torch() -> bool:
    """Whether the default build of torch would bring gigabytes for a card that is not there."""
    card = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists()
    return sys.platform == "linux" and not card


def run_step(
    command: Sequence[str], venv: Path, what: str, expected: int, say: Callable[[str], None]
) -> None:
    """Run one step of the set-up, showing how far it is; its whole output goes to a log."""
    log = venv / LOG
    seen, step, started, shown = 0, "", time.monotonic(), 0.0
    lines: queue.Queue[str] = queue.Queue()
    with (
        log.open("a", encoding="utf-8") as kept,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        kept.write(f"$ {' '.join(command)}\n")
        reader = threading.Thread(target=pass_on, args=(process, lines), daemon=True)
        reader.start()
        while reader.is_alive() or not lines.empty():
            with suppress(queue.Empty):  # pip is silent for long: the clock goes on all the same
                line = lines.get(timeout=0.5)
                kept.write(line)
                kept.flush()
                step = progress(line) or step
                seen += line.startswith("Collecting ")
            pause = 0.2 if sys.stdout.isatty() else 10
            if step and time.monotonic() - shown > pause:
                shown = time.monotonic()
                counted = expected > 1 and step != UNPACKING
                of = f"{min(seen, expected)} of {expected}, " if counted else ""
                say(f"\r{what}: {of}{step} ({shown - started:.0f} s)")
    if process.returncode != 0:
        raise SetupError(sentence(last_step(log), venv))


def pass_on(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    """Read what a process prints, line by line, while somebody else watches the clock."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)


def progress(line: str) -> str:
    """Say in a few words what a line of pip's output means; most mean nothing to a learner."""
    if match := re.match(r"Collecting ([\w.-]+)", line):
        return match.group(1)
    if line.startswith("Installing collected packages"):
        return UNPACKING
    return ""


def last_step(log: Path) -> str:
    """Read what the last command wrote to the log."""
    return log.read_text(encoding="utf-8", errors="replace").rpartition("\n$ ")[2]


def sentence(output: str, venv: Path) -> str:
    """Say in one sentence why a step failed, and what to do."""
    again = "then start again: nothing is broken."
    if re.search(r"No space left on device|Errno 28|Disk quota|not enough space", output):
        return f"the disk is full; free about {SPACE_NEEDED / 1e9:.1f} GB, {again}"
    if re.search(r"Permission denied|Errno 13|Read-only file system", output):
        return f"{venv} cannot be written to; set DLCOURSE_VENV to a folder of your own, {again}"
    unfit = re.search(r"No matching distribution found for ([\w.=+-]+)", output)
    if unfit and not re.search(r"from versions: none|connection|resol", output, re.IGNORECASE):
        python = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f"there is no {unfit.group(1)} for Python {python} on this machine; start with another "
            "Python from 3.11 on, such as `python3.12 -m dlcourse lab`."
        )
    if unfit or re.search(r"onnection|resol|network|timed out|proxy", output, re.IGNORECASE):
        return f"the packages could not be fetched; check the network or pip's settings, {again}"
    reason = output.strip().splitlines()[-1] if output.strip() else "no reason was given"
    return f"the set-up failed ({reason}); read {venv / LOG}, {again}"


def clean_environment() -> dict[str, str]:
    """Copy the user's variables, without those that would send an installation elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name not in HOSTILE}
    return kept | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}


@contextmanager
def only_one(venv: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Let one set-up run at a time; the others wait for it."""
    lock = venv.with_name(venv.name + ".lock")
    try:
        held = lock.open("w", encoding="utf-8")
    except OSError as error:
        raise SetupError(sentence(str(error), venv)) from error
    with held:
        if not try_lock(held.fileno()):
            say("Another set-up of the course is running; waiting for it.")
            while not try_lock(held.fileno()):
                time.sleep(0.5)
        yield


def try_lock(descriptor: int) -> bool:
    """Take the lock on an open file if nobody has it; it ends with the process."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def go_on_inside(python: Path, arguments: Sequence[str], extra: Mapping[str, str]) -> int:
    """Run the command with another interpreter, in place of this one where the system can."""
    command = [str(python), "-m", "dlcourse", *arguments]
    environment = clean_environment() | dict(extra)
    if os.name == "nt":
        return subprocess.run(command, env=environment, check=False).returncode
    sys.stdout.flush()
    os.execve(python, command, environment)
