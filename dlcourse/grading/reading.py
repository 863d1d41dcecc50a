"""Read what the sandbox wrote, believing none of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from dlcourse.exercises.judge import AnswerKey, answer_key
from dlcourse.exercises.probe import Seen
from dlcourse.exercises.task import LIBRARIES, Task
from dlcourse.grading.inside.messages import BadMessageError, frames, unpack
from dlcourse.grading.sandbox import Played

WORDS = 1 << 20  # bytes of one message that may be words
SPELLED = 200  # letters of one word that are read
MESSAGES = 10_000  # that are read of a half; a notebook of 2,000 cells has 4,000
MOST = 10_000  # numbers in an answer without arguments


class Keys:
    """The keys of a task: of the public cases, and of the secret ones if it takes arguments."""

    def __init__(self, task: Task, seed: int, secret: int) -> None:
        self.task = task
        self.public = answer_key(task, seed)
        drawn = task.inputs and not task.numbers
        self.secret: AnswerKey | None = answer_key(task, secret) if drawn else None


@dataclass
class Tried:
    """What is known of one task.

    Attributes
    ----------
    public, secret : list of Seen, optional
        What the answer did with the cases.
    missing : bool
        Whether there is no answer.
    stopped : str
        Why there is nothing, in a clause.
    """

    public: list[Seen] | None = None
    secret: list[Seen] | None = None
    missing: bool = False
    stopped: str = ""


def read(
    played: Played,
    keys: Sequence[Keys],
    cells: Sequence[str],
    tried: Mapping[str, Tried],
    notes: list[str],
) -> tuple[int, str | None]:
    """Read what the sandbox wrote, believing none of it.

    Returns
    -------
    (int, str or None)
        The cell that was begun last; the task that was begun last, if any was.
    """
    at_cell: int = 0
    at_task: str | None = None
    halves = ((played.public, "public"), (played.secret, "secret"))
    for written, half in halves:
        for frame in islice(frames(written), MESSAGES):
            try:
                message = unpack(frame, words=WORDS)
                if "cell" in message and half == "public":
                    at_cell = min(max(int(message["cell"]), 0), len(cells) - 1)
                    failed = printable(str(message.get("failed", ""))[:40])
                    if failed and not (keys[0].task.by_hand and imports_library(cells[at_cell])):
                        notes.append(f"cell {at_cell + 1} ended in {failed}")
                    continue
                number = int(message["task"])
                key = keys[number]
                at_task, found = key.task.id, tried[key.task.id]
                if message.get("missing") is True and half == "public":
                    found.missing = True
                elif "seen" in message and getattr(found, half) is None:
                    setattr(found, half, all_seen(message["seen"], getattr(key, half)))
            except (BadMessageError, LookupError, TypeError, ValueError, AttributeError):
                continue  # a forged message gains nothing
    return at_cell, at_task


def all_seen(messages: Sequence[Any], key: AnswerKey) -> list[Seen]:
    """Read what was seen on the cases of a key, and refuse what is no such thing."""
    return [as_seen(m, case.arguments) for m, case in zip(messages, key.cases, strict=True)]


def as_seen(message: dict[str, Any], arguments: Sequence[Any]) -> Seen:
    """Read what was seen on one case."""
    if error := printable(str(message["error"])[:60]):
        missing = str(message.get("missing", ""))
        said = f"name {missing!r} is not defined" if missing.isidentifier() else ""
        return Seen(error=error, message=said)
    values, after = tuple(message["values"]), tuple(message["after"])
    if not all(isinstance(a, np.ndarray) for a in values + after):
        raise TypeError("values are arrays")
    if len(after) != sum(not isinstance(a, str | tuple | list | dict) for a in arguments):
        raise ValueError("arguments are missing")
    if not arguments and sum(v.size for v in values) > MOST:
        raise ValueError("this is no answer")
    return Seen(tuple(short(v) for v in values), after)


def short(value: Any) -> Any:
    """Cut words that are too long for an answer."""
    long = value.dtype.kind == "U" and value.dtype.itemsize > 4 * SPELLED
    return value.astype(f"U{SPELLED}") if long else value


def printable(text: str) -> str:
    """Leave out what a terminal or a page could take for more than text."""
    return "".join(c for c in text if c.isprintable())


def imports_library(cell: str) -> bool:
    """Tell whether a cell names a package that is not there for tasks by hand.

    It fails there through no fault of its own; if it fails for tasks in PyTorch too, that is said.
    """
    return any(name in cell for name in LIBRARIES)
