"""The record of a learner's progress: one local file, never sent anywhere."""

import hashlib
import html
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from dlcourse.exercises.result import Result
from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import LECTURES, tasks_of
from dlcourse.writing import remove_parts, write_whole

VERSION = 1


def record_file() -> Path:
    """Say where the record is: DLCOURSE_PROGRESS, or a file in the user's data folder."""
    chosen = os.environ.get("DLCOURSE_PROGRESS")
    return Path(chosen) if chosen else user_data_path("dlcourse", appauthor=False) / "progress.json"


def keep(result: Result, answer: Callable[..., Any] | None) -> tuple[str, ...]:
    """Add a result to the record; the best points count.

    Parameters
    ----------
    result : Result
    answer : callable, optional
        The same answer checked again is no further attempt.

    Returns
    -------
    tuple of str
        What the learner should know, such as that nothing could be kept.
    """
    if result.state == "not attempted":
        return ()
    path = record_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=2):
            tasks, notes = read(path)
            if tasks is None:
                return notes
            entry = tasks.setdefault(result.task.id, {"points": 0, "attempts": 0, "last": ""})
            this = fingerprint(answer)
            entry["attempts"] += entry["last"] != this
            entry["points"] = max(entry["points"], result.points)
            entry["last"] = this
            write(path, tasks)
            remove_parts(path.parent)
    except (OSError, Timeout) as error:
        reason = getattr(error, "strerror", None) or "another notebook is writing to it"
        return (f"Your progress could not be kept in {path} ({reason}).",)
    return notes


def fingerprint(answer: Callable[..., Any] | None) -> str:
    """Condense the code of an answer to a few digits, to notice that it is the same."""
    code = getattr(answer, "__code__", None)
    parts = () if code is None else (code.co_code, repr(code.co_names), constants(code))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def constants(code: Any) -> str:
    """Write the constants of a function, without the addresses of functions inside it."""
    return repr([c.co_code if hasattr(c, "co_code") else c for c in code.co_consts])


def read(path: Path) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Read the record; set a broken file aside, and leave one of a newer course alone.

    Returns
    -------
    (dict or None, tuple of str)
        What is recorded of each task, None where nothing may be written; and what to say.
    """
    if not path.is_file():
        return {}, ()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version, tasks = int(found["version"]), found["tasks"]
        if version > VERSION:
            said = f"{path} is of a newer course, so this progress is not kept; update the course."
            return None, (said,)
        for entry in tasks.values():
            int(entry["points"]), int(entry["attempts"]), str(entry["last"])
    except (ValueError, KeyError, TypeError, AttributeError):
        aside = path.with_name(
            f"{path.name}.broken-{len(list(path.parent.glob('*.broken-*'))) + 1}"
        )
        path.replace(aside)
        return {}, (
            f"The record of your progress was broken; it is now {aside}, a new one begins.",
        )
    return dict(tasks), ()


def write(path: Path, tasks: dict[str, Any]) -> None:
    """Replace the record in one step, so that it is never half written."""
    text = json.dumps({"version": VERSION, "tasks": tasks}, indent=1, sort_keys=True)
    write_whole(path, text, private=True)


@dataclass(frozen=True)
class Standing:
    """How far somebody is: rows of names and numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        table = [self.header, *self.rows]
        widths = [max(len(row[k]) for row in table) for k in range(len(self.header))]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in table
        ]
        return "\n".join([self.title, *(line.rstrip() for line in lines), *self.notes])

    def _repr_html_(self) -> str:
        def row(cells: tuple[str, ...], tag: str) -> str:
            inside = "".join(
                f'<{tag} style="text-align: {"left" if k == 0 else "right"}">'
                f"{html.escape(cell)}</{tag}>"
                for k, cell in enumerate(cells)
            )
            return f"<tr>{inside}</tr>"

        body = "".join(row(cells, "td") for cells in self.rows)
        notes = "".join(f"<div>{html.escape(note)}</div>" for note in self.notes)
        caption = f'<caption style="text-align: left"><b>{html.escape(self.title)}</b></caption>'
        return f"<table>{caption}{row(self.header, 'th')}{body}</table>{notes}"


def so_far(lecture: str | None = None) -> Standing:
    """Show how far you are.

    Parameters
    ----------
    lecture : str, optional
        Such as "10-convnets": its tasks one by one.  All lectures when None.

    Returns
    -------
    Standing
        A table: the last line of a cell shows it.

    Raises
    ------
    ValueError
        When there is no such lecture with exercises.
    """
    tasks, notes = read(record_file())

    def done(task: Task, what: str) -> int:
        return int((tasks or {}).get(task.id, {}).get(what, 0))

    if lecture is not None:
        rows = [
            (task.title, f"{done(task, 'points')} of {task.points}", str(done(task, "attempts")))
            for task in tasks_of(lecture)
        ]
        return Standing(f"Exercises {lecture}", ("task", "points", "attempts"), tuple(rows), notes)
    table: list[tuple[str, ...]] = []
    for name in LECTURES:
        own = tasks_of(name)
        points = sum(done(task, "points") for task in own)
        finished = sum(done(task, "points") == task.points for task in own)
        attempts = sum(done(task, "attempts") for task in own)
        full = sum(task.points for task in own)
        table.append((name, f"{finished} of {len(own)}", f"{points} of {full}", str(attempts)))
    header = ("exercises", "tasks done", "points", "attempts")
    return Standing("Your progress", header, tuple(table), notes)
