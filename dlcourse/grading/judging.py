"""Judge a notebook: run it in the sandbox, compare outside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dlcourse.by_hand.box import Array
from dlcourse.exercises.judge import AnswerKey, answer_key, judge
from dlcourse.exercises.probe import Seen
from dlcourse.exercises.result import Failure, Result
from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import tasks_of
from dlcourse.grading.inside.messages import BadMessageError, frames, unpack
from dlcourse.grading.notebook import leans_on_torch, lectures_in
from dlcourse.grading.sandbox import Server

STUCK = 4  # cells that are left out, one after another, when a notebook gets stuck in them

ENDED = {
    "silent": "it did not come to an end in time",
    "late": "the notebook took too long",
    "long": "it wrote far more than an answer",
    "died": "it ended the program",
    "finished": "it gave nothing",
}


@dataclass(frozen=True)
class Limits:
    """What a submission may take.

    Attributes
    ----------
    silence : float
        Seconds for one cell or one task.
    seconds : int
        For the notebook as a whole, of time and of the processor.
    memory, disk : int
        Bytes beyond what NumPy takes; megabytes in its own folder.
    """

    silence: float = 5.0
    seconds: int = 60
    memory: int = 2 << 30
    disk: int = 64


@dataclass(frozen=True)
class Verdict:
    """What became of one task.

    Attributes
    ----------
    task : str
    state : str
        "right", "wrong" or "not attempted".
    points, full : int
    text, page : str
        The feedback, plain and as HTML; it shows public cases only.
    hint : str
    """

    task: str
    state: str
    points: int
    full: int
    text: str
    page: str
    hint: str


@dataclass
class Judged:
    """What became of one notebook.

    Attributes
    ----------
    verdicts : dict of str to Verdict
        By task.
    notes : list of str
        Cells that failed, and what else there is to say.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def judge_notebook(
    cells: Sequence[str], servers: dict[bool, Server], *, secret: int, limits: Limits
) -> Judged:
    """Judge every task that a notebook answers.

    Parameters
    ----------
    cells : sequence of str
        Its code.
    servers : dict of bool to Server
        The sandbox without PyTorch, and the one with it.
    secret : int
        Source of the cases that decide; the public ones only explain.
    limits : Limits
    """
    lectures = lectures_in(list(cells))
    if not lectures:
        return Judged(notes=["it answers no task of this course"])
    judged, seed = Judged(), personal_seed(cells)
    tasks = [task for lecture in lectures for task in tasks_of(lecture)]
    for torch in (False, True):
        own = [task for task in tasks if (task.kind == "torch") == torch]
        if own:
            found = run(list(cells), own, servers[torch], seed, secret, limits, judged.notes)
            for task in own:
                judged.verdicts[task.id] = verdict(
                    task, found.get(task.id), cells, seed=seed, secret=secret
                )
    judged.notes = list(dict.fromkeys(judged.notes))
    return judged


def personal_seed(cells: Sequence[str]) -> int:
    """Read whose numbers the questions had: the line `SEED = 0` of the notebook."""
    match = re.search(r"^SEED\s*=\s*(\d{1,9})\b", "\n".join(cells), flags=re.MULTILINE)
    return int(match[1]) if match else 0


def keys_of(task: Task, seed: int, secret: int) -> list[AnswerKey]:
    """Give the keys of a task: the public cases, and the secret ones if it takes arguments."""
    public = answer_key(task, seed)
    return [public] if not task.inputs or task.numbers else [public, answer_key(task, secret)]


def run(
    cells: list[str],
    tasks: Sequence[Task],
    server: Server,
    seed: int,
    secret: int,
    limits: Limits,
    notes: list[str],
) -> dict[str, list[Seen] | str]:
    """Run a notebook, again and again where it gets stuck, each time without what stopped it.

    Returns
    -------
    dict of str to (list of Seen, or str)
        For each task what its answer did with all cases, or why there is nothing.
    """
    found: dict[str, list[Seen] | str] = {}
    left, dropped = list(tasks), 0
    while left:
        request = {
            "cells": cells,
            "tasks": [
                {
                    "function": task.function,
                    "cases": [c.arguments for k in keys_of(task, seed, secret) for c in k.cases],
                }
                for task in left
            ],
            **vars(limits),
        }
        ended, written = server.run(request)
        at_cell, at_task, done = read(written, left, cells, found, notes)
        left = [task for k, task in enumerate(left) if k not in done]
        if ended == "finished" and not left:
            break
        if at_task is None and at_cell is not None and dropped < STUCK:
            notes.append(f"cell {at_cell + 1} was left out: {ENDED[ended]}")
            cells = [*cells[:at_cell], "", *cells[at_cell + 1 :]]
            dropped += 1
            continue
        stopped = left[:1] if at_task is not None and ended != "late" else left
        for task in stopped:
            found[task.id] = ENDED[ended]
        left = [task for task in left if task not in stopped]
    return found


def read(
    written: bytes,
    tasks: Sequence[Task],
    cells: Sequence[str],
    found: dict[str, list[Seen] | str],
    notes: list[str],
) -> tuple[int | None, int | None, set[int]]:
    """Read what the sandbox wrote, believing none of it.

    Returns
    -------
    (int or None, int or None, set of int)
        The cell and the task that were begun last, and the tasks that are done.
    """
    at_cell: int | None = None
    at_task: int | None = None
    done: set[int] = set()
    for frame in frames(written):
        try:
            message = unpack(frame)
            if "cell" in message:
                at_cell = min(max(int(message["cell"]), 0), len(cells) - 1)
                if failed := str(message.get("failed", ""))[:40]:
                    notes.append(f"cell {at_cell + 1} ended in {failed}")
                continue
            number = int(message["task"])
            task = tasks[number]
            at_task = number
            if message.get("missing"):
                found[task.id] = "missing"
                done.add(number)
            elif "seen" in message:
                found[task.id] = [as_seen(s) for s in message["seen"]]
                done.add(number)
        except (BadMessageError, KeyError, IndexError, TypeError, ValueError, AttributeError):
            continue  # a forged message gains nothing
    return at_cell, at_task, done


def as_seen(message: dict[str, Any]) -> Seen:
    """Read what was seen, and refuse what is no such thing."""
    values, after = tuple(message["values"]), tuple(message["after"])
    if not all(isinstance(a, Array.__origin__) for a in values + after):  # type: ignore[attr-defined]
        raise TypeError("values are arrays")
    missing = str(message.get("missing", ""))
    said = f"name {missing!r} is not defined" if missing.isidentifier() else ""
    return Seen(values, after, str(message["error"])[:60], said)


def verdict(
    task: Task, found: list[Seen] | str | None, cells: Sequence[str], *, seed: int, secret: int
) -> Verdict:
    """Judge what an answer did: the secret cases decide, the public ones explain."""
    keys = keys_of(task, seed, secret)
    if found is None or found == "missing":
        return as_verdict(Result(task, "not attempted"))
    counts = [len(key.cases) for key in keys]
    if isinstance(found, str) or len(found) != sum(counts):
        said = ENDED["finished"] if not isinstance(found, str) else found
        return as_verdict(Result(task, "wrong", tried=1, failure=Failure(said.capitalize())))
    results = [
        judge(key, found[sum(counts[:k]) : sum(counts[: k + 1])]) for k, key in enumerate(keys)
    ]
    wrong = [result for result in results if result.state == "wrong"]
    if not wrong:
        return as_verdict(results[0])
    if task.kind != "torch" and leans_on_torch(list(cells), task.function):
        hint = "Here you write it yourself, with NumPy alone."
        failure = Failure("It leaves the work to PyTorch")
        return as_verdict(Result(task, "wrong", tried=1, failure=failure, hint=hint))
    if results[0].state != "right":
        return as_verdict(results[0])
    failure = Failure("It is right on the cases of the check, and not on others like them")
    return as_verdict(Result(task, "wrong", tried=1, failure=failure, hint=wrong[0].hint))


def as_verdict(result: Result) -> Verdict:
    """Keep of a result what is reported."""
    return Verdict(
        result.task.id,
        result.state,
        result.points,
        result.task.points,
        repr(result),
        result._repr_html_(),
        result.hint,
    )
