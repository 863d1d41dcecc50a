"""What is known of each notebook, kept in the report folder, so that a run can be taken up again.

One line of JSON for each notebook, written as soon as it is judged.  In memory is only where each
line begins.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from dlcourse import __version__
from dlcourse.grading.judging import Judged, Limits, Verdict
from dlcourse.setting_up import PACKAGE


@dataclass(frozen=True)
class Settings:
    """What the verdict on a notebook depends on, beside the notebook.

    Attributes
    ----------
    secret : int
        Source of the cases that decide.
    limits : Limits
    sandbox : bool
    """

    secret: int
    limits: Limits = field(default_factory=Limits)
    sandbox: bool = True

    def key(self, content: bytes) -> str:
        """Condense a notebook and all that its verdict depends on."""
        rest = f"{course_version()} {self}".encode()
        return hashlib.sha256(rest + b"\0" + content).hexdigest()


@cache
def course_version() -> str:
    """Name the version of the course, and condense its tasks: they may change in between."""
    digest = hashlib.sha256()
    for path in sorted((PACKAGE / "exercises").rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{__version__} {digest.hexdigest()}"


class Records:
    """The file of records.

    Parameters
    ----------
    path : Path
        A half-written last line, as an interruption leaves it, is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.open("a+b")
        self.begins: dict[str, int] = {}
        self.lectures: dict[str, tuple[str, ...]] = {}
        self.file.seek(0)
        position = 0
        for line in self.file:
            try:
                self.remember(json.loads(line), position)
            except (ValueError, LookupError, TypeError):
                if not line.endswith(b"\n"):
                    self.file.truncate(position)
                    break
            position += len(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def __contains__(self, key: str) -> bool:
        return key in self.begins

    def remember(self, record: dict[str, Any], position: int) -> None:
        """Keep in memory where a record is, and which lectures it is about."""
        lectures = dict.fromkeys(verdict["lecture"] for verdict in record["verdicts"])
        self.lectures[record["key"]] = tuple(lectures)
        self.begins[record["key"]] = position

    def add(self, key: str, judged: Judged) -> None:
        """Write a record at once."""
        verdicts = [vars(verdict) for verdict in judged.verdicts]
        record = {"key": key, "verdicts": verdicts, "seed": judged.seed, "notes": judged.notes}
        self.file.seek(0, os.SEEK_END)
        position = self.file.tell()
        self.file.write(json.dumps(record).encode() + b"\n")
        self.file.flush()
        self.remember(record, position)

    def read(self, key: str) -> Judged:
        """Read a record."""
        self.file.seek(self.begins[key])
        record = json.loads(self.file.readline())
        verdicts = [Verdict(**verdict) for verdict in record["verdicts"]]
        return Judged(verdicts, record["seed"], record["notes"])


def secret_of(folder: Path, seed: int | None) -> int:
    """Give the source of the secret cases: from a seed, or drawn once and kept in the folder.

    Parameters
    ----------
    folder : Path
        Where it is kept, readable by its owner alone.
    seed : int, optional
        Gives the same secret on every machine; whoever knows it can draw the cases.

    Raises
    ------
    ValueError
        When what was kept is damaged.
    """
    if seed is None:
        path = folder / "secret-seed"
        if not path.exists():
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                file.write(f"{secrets.randbits(62)}\n")
        try:
            seed = int(path.read_text(encoding="utf-8"))
        except ValueError:
            raise ValueError(f"{path} is damaged; remove it, and new cases are drawn") from None
    return int.from_bytes(hashlib.sha256(f"secret {seed}".encode()).digest()[:8], "big")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let one run at a time write into a folder.

    Raises
    ------
    ValueError
        When another one does.
    """
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise ValueError(
            f"another run is writing to {folder}; wait for it, or name another"
        ) from None
