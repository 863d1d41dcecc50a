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
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dlcourse.installing import (
    SetupError,
    clean_environment,
    install,
    no_ensurepip,
    run_step,
    sentence,
    space_needed,
)

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Small nets run fastest on one thread, and two pools of threads stand in each other's way."""

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**32),
    "MALLOC_TRIM_THRESHOLD_": str(2**32),
}
"""Freed memory stays with the process: to get it anew from the system costs more than many an
operation, and the benchmark is about operations."""

PACKAGE = Path(__file__).resolve().parent
MARKER, STAMP = "made-by-dlcourse", "dlcourse-stamp"


def checkout() -> Path | None:
    """Find the checkout that this package is part of, if it is not installed from a wheel."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "lectures").is_dir() else None


def course_root() -> Path:
    """Find the folder with lectures/ and tests/: the checkout, or what the wheel brought along."""
    return checkout() or PACKAGE / "course"


def venv_folder(root: Path) -> Path:
    """Say where the environment of a checkout is: DLCOURSE_VENV, or its folder .venv."""
    return Path(os.environ.get("DLCOURSE_VENV") or root / ".venv").expanduser().absolute()


def python_of(venv: Path) -> Path:
    """Say where the interpreter of an environment is."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# ---- is everything there? -------------------------------------------------------------


def suffices(root: Path | None, *, test: bool) -> bool:
    """Whether this interpreter has everything, and is not in a half-made environment of ours.

    Everything is what the course needs, and, if `test`, what its tests need. What a single command
    needs besides, such as the site or the sandbox, it asks for itself.
    """
    if root is not None and Path(sys.prefix).resolve() == venv_folder(root).resolve():
        venv = venv_folder(root)
        if (venv / MARKER).is_file() and not is_finished(venv, root):
            return False
    return not missing(root, test=test)


def requirements(root: Path | None, *, test: bool) -> list[str]:
    """List the requirements of the course, such as "numpy>=2.1", and of its tests."""
    if root is None:
        known = importlib.metadata.requires("dlcourse") or []
        wanted = [line for line in known if extra_of(line) in ("", "test" if test else "")]
    else:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        extra = project["optional-dependencies"]["test"] if test else []
        wanted = [*project["dependencies"], *extra]
    return [line.partition(";")[0].strip() for line in wanted if is_for_here(line)]


def extra_of(requirement: str) -> str:
    """Name the extra that a requirement of an installed package is for; none for most."""
    extra = re.search(r"extra\s*==\s*['\"]([\w.-]+)['\"]", requirement)
    return extra[1] if extra else ""


def is_for_here(requirement: str) -> bool:
    """Whether a requirement is for this system: its marker may name another."""
    system = re.search(r"sys_platform\s*==\s*['\"](\w+)['\"]", requirement)
    return system is None or system[1] == sys.platform


def missing(root: Path | None, *, test: bool) -> list[str]:
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


def to_add(extra: str) -> str:
    """Write the command that adds an extra of the course to this environment."""
    root = checkout()
    pinned = f"-e '{root}[{extra}]' -c '{root}/constraints.txt'"
    what = f"'dlcourse[{extra}]'" if root is None else pinned
    return f"{sys.executable} -m pip install {what}"


def numbers(version: str) -> list[int]:
    """Read the leading numbers of a version, for comparing with a lowest one."""
    found = [int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3]]
    return found + [0] * (3 - len(found))


def fingerprint(root: Path, venv: Path) -> str:
    """Condense what an environment depends on: its interpreter, and the requirements."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes())
    return f"{interpreter(venv)} {digest.hexdigest()}"


def interpreter(venv: Path) -> str:
    """Name the interpreter behind an environment, such as python3.11; an upgrade may change it."""
    return python_of(venv).resolve().name


# ---- making it --------------------------------------------------------------------------


def ensure(root: Path, *, test: bool, say: Callable[[str], None]) -> Path:
    """Give an interpreter with everything the course needs, made now if need be.

    Parameters
    ----------
    root : Path
        The checkout.
    test : bool
        Whether an environment of the user must have what the tests need, too; ours always has.
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
    try:
        if is_finished(venv, root):
            return python_of(venv)
        if is_foreign(venv):
            return foreign(venv, root, test=test)
        check_writable(venv)
        with only_one(venv, say):
            if not is_finished(venv, root):
                make(venv, root, say)
    except OSError as error:
        raise SetupError(sentence(str(error), venv)) from error
    return python_of(venv)


def is_finished(venv: Path, root: Path) -> bool:
    """Whether an environment is complete and fits the requirements of today."""
    fits = read_stamp(venv) == fingerprint(root, venv)
    return fits and python_of(venv).exists()


def read_stamp(venv: Path) -> str:
    """Read what a finished environment was made for; an unfinished one has no stamp."""
    stamp = venv / STAMP
    return stamp.read_text(encoding="utf-8") if stamp.is_file() else ""


def is_foreign(venv: Path) -> bool:
    """Whether something that we did not make stands where the environment should be."""
    if not venv.is_dir():
        return venv.exists()
    return not (venv / MARKER).is_file() and any(venv.iterdir())


def foreign(venv: Path, root: Path, *, test: bool) -> Path:
    """Use an environment that we did not make if it has everything, and else leave it alone."""
    python = python_of(venv)
    if python.exists():
        ask = (
            "from dlcourse import setting_up as s; "
            f"raise SystemExit(len(s.missing(s.checkout(), test={test})))"
        )
        asked = subprocess.run(
            [python, "-c", ask],
            cwd=root,
            env=clean_environment(),
            capture_output=True,
            check=False,
        )
        if asked.returncode == 0:
            return python
    raise SetupError(
        f"{venv} was not made by dlcourse and lacks what the course needs; move it away, or set "
        "DLCOURSE_VENV to another folder, and start again."
    )


def make(venv: Path, root: Path, say: Callable[[str], None]) -> None:
    """Make or update an environment; write its stamp last."""
    made_for = read_stamp(venv).partition(" ")[0]
    if made_for == interpreter(venv) and python_of(venv).exists():
        say("The requirements have changed; bringing the environment up to date.")
        (venv / STAMP).unlink()
    else:
        make_anew(venv, say)
    install(python_of(venv), venv, root, say=say)
    partial = venv / (STAMP + ".part")
    partial.write_text(fingerprint(root, venv), encoding="utf-8")
    partial.replace(venv / STAMP)
    say("The environment is ready.")


def make_anew(venv: Path, say: Callable[[str], None]) -> None:
    """Make an environment with nothing but pip in it, in place of a half-made one."""
    if (venv / MARKER).is_file():
        ready = (venv / STAMP).is_file()
        say(
            "The Python of the environment has changed; making it anew."
            if ready
            else "The last set-up did not finish; starting it again."
        )
        empty(venv)
    check_possible(venv)
    say(f"Setting up the course in {venv} (once; a minute or a few).")
    venv.mkdir(exist_ok=True)
    (venv / MARKER).write_text("dlcourse may delete this folder.\n", encoding="utf-8")
    base = getattr(sys, "_base_executable", None) or sys.executable  # outlives what we delete
    run_step([base, "-m", "venv", str(venv)], venv, "making an environment", 0, say)


def empty(venv: Path) -> None:
    """Delete what is in an environment of ours, but not its marker: it must stay known as ours."""
    for path in venv.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARKER:
            path.unlink()


def check_writable(venv: Path) -> None:
    """Refuse a place where nothing can be written, and make the folders above the environment."""
    parent = next(folder for folder in venv.parents if folder.exists())
    if not os.access(parent, os.W_OK):
        raise SetupError(
            f"the folder {parent} cannot be written to; copy the course to a folder of your own, "
            "or set DLCOURSE_VENV to one, and start again."
        )
    venv.parent.mkdir(parents=True, exist_ok=True)


def check_possible(venv: Path) -> None:
    """Refuse at once what would fail later."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(no_ensurepip())
    free = shutil.disk_usage(venv.parent).free
    if free < space_needed():
        raise SetupError(
            f"the disk of {venv.parent} has {free / 1e9:.1f} GB free and the course needs "
            f"{space_needed() / 1e9:.1f} GB; free some space, or set DLCOURSE_VENV to a folder on "
            "another disk, and start again."
        )


@contextmanager
def only_one(venv: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Let one set-up run at a time; the others wait for it."""
    with venv.with_name(venv.name + ".lock").open("w", encoding="utf-8") as held:
        if not try_lock(held.fileno()):
            say("Another set-up of the course is running; waiting for it.")
            while not try_lock(held.fileno()):
                time.sleep(0.5)
        os.set_inheritable(held.fileno(), True)  # a step that outlives us goes on holding it
        yield


def try_lock(descriptor: int) -> bool:
    """Take the lock on an open file if nobody has it; it ends with the processes that hold it."""
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
