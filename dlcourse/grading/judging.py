"""Judge a notebook: run it in the sandbox, compare outside."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dlcourse.exercises.borrowing import left_to, packages_closed_to
from dlcourse.exercises.judge import AnswerKey, judge
from dlcourse.exercises.result import Failure, Result
from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import tasks_of
from dlcourse.grading.notebook import leans_on, lectures_in
from dlcourse.grading.reading import Keys, Tried, read
from dlcourse.grading.sandbox import Played

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
        Seconds for one cell or one task; more where the machine is too busy to run it.
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
    task, lecture : str
    state : str
        "right", "wrong" or "not attempted".
    points, full : int
    text, page : str
        The feedback, plain and as HTML; it shows public cases only.
    hint : str
    """

    task: str
    lecture: str
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
    verdicts : list of Verdict
    seed : int
        Whose numbers the notebook says that its questions had.
    notes : list of str
        Cells that failed, and what else there is to say.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    seed: int = 0
    notes: list[str] = field(default_factory=list)


class Runner(Protocol):
    """What runs a submission: the sandbox, or what stands in for it."""

    def run(self, request: dict[str, Any], secret: list[Any]) -> Played:
        """Run a submission on public and on secret cases."""

    def stop(self) -> None:
        """End what is running."""


def judge_notebook(
    cells: Sequence[str], servers: Mapping[bool, Runner], *, secret: int, limits: Limits
) -> Judged:
    """Judge every task that a notebook answers.

    Parameters
    ----------
    cells : sequence of str
        Its code.
    servers : mapping of bool to Runner
        The sandbox with NumPy alone, for what is to be written by hand, and the one with PyTorch.
    secret : int
        Source of the cases that decide; the public ones only explain.
    limits : Limits
    """
    lectures = lectures_in(list(cells))
    if not lectures:
        return Judged(notes=["it answers no task of this course"])
    judged = Judged(seed=personal_seed(cells))
    deadline = time.monotonic() + limits.seconds
    tasks = [(lecture, task) for lecture in lectures for task in tasks_of(lecture)]
    tried: dict[str, Tried] = {}
    left = list(cells)  # without those in which the notebook gets stuck
    for torch in (False, True):
        own = [Keys(task, judged.seed, secret) for _, task in tasks if task.by_hand != torch]
        if own:
            tried |= run(left, own, servers[torch], limits, deadline, judged.notes)
    for lecture, task in tasks:
        result = result_of(Keys(task, judged.seed, secret), tried[task.id], cells)
        judged.verdicts.append(verdict(lecture, result))
    judged.notes = list(dict.fromkeys(judged.notes))
    return judged


def personal_seed(cells: Sequence[str]) -> int:
    """Read whose numbers the questions had: the line `SEED = 0` of the notebook."""
    match = re.search(r"^SEED\s*=\s*(\d{1,9})\b", "\n".join(cells), flags=re.MULTILINE)
    return int(match[1]) if match else 0


# ---- running -----------------------------------------------------------------------------------


def run(
    cells: list[str],
    keys: Sequence[Keys],
    server: Runner,
    limits: Limits,
    deadline: float,
    notes: list[str],
) -> dict[str, Tried]:
    """Run a notebook, again and again where it gets stuck, each time without what stopped it.

    Cells that stopped it are empty afterwards.

    Returns
    -------
    dict of str to Tried
        For each task what its answer did with all cases, or why there is nothing.
    """
    tried = {k.task.id: Tried() for k in keys}
    left, dropped = list(keys), 0
    while left:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            stop(tried, left, "late")
            break
        request = {
            "cells": cells,
            "functions": [k.task.function for k in left],
            "cases": [arguments_of(k.public) for k in left],
            "silence": limits.silence,
            "seconds": int(seconds) + 1,
            "memory": limits.memory,
            "disk": limits.disk,
        }
        played = server.run(request, [arguments_of(k.secret) for k in left])
        at_cell, at_task = read(played, left, cells, tried, notes)
        left = [k for k in left if not is_done(k, tried[k.task.id])]
        if at_task is None and played.ended != "finished" and dropped < STUCK:
            notes.append(f"cell {at_cell + 1} was left out: {ENDED.get(played.ended)}")
            cells[at_cell] = ""
            dropped += 1
        elif left:
            stuck = [k for k in left if k.task.id == at_task]
            only = stuck if played.ended != "late" and stuck else left
            stop(tried, only, played.ended)
            left = [k for k in left if k not in only]
    return tried


def arguments_of(key: AnswerKey | None) -> list[Any]:
    """List the arguments of all cases."""
    return [] if key is None else [case.arguments for case in key.cases]


def is_done(keys: Keys, tried: Tried) -> bool:
    """Tell whether everything is known of a task."""
    needed = tried.public is not None and (keys.secret is None or tried.secret is not None)
    return tried.missing or needed


def stop(tried: Mapping[str, Tried], keys: Sequence[Keys], ended: str) -> None:
    """Write down why there is nothing of some tasks."""
    for k in keys:
        tried[k.task.id].stopped = ENDED.get(ended, ENDED["finished"])


# ---- judging -----------------------------------------------------------------------------------


def result_of(keys: Keys, tried: Tried, cells: Sequence[str]) -> Result:
    """Judge what an answer did: the secret cases decide, the public ones explain."""
    task = keys.task
    if tried.missing:
        return Result(task, "not attempted")
    public = None if tried.public is None else judge(keys.public, tried.public)
    if public is not None and public.state == "not attempted":
        return public
    if public is None or (public.state != "right" and tried.stopped):
        said = tried.stopped or ENDED["finished"]
        return wrong(task, said.capitalize()) if public is None else public
    if public.state == "wrong":
        package = leans_on(cells, task.function, packages_closed_to(task))
        return left_to(task, package) if package else public
    if keys.secret is None:
        return public
    if tried.secret is None:
        said = tried.stopped or ENDED["finished"]
        return wrong(task, f"It is right on the cases of the check; on others like them {said}")
    secret = judge(keys.secret, tried.secret)
    if secret.state == "right":
        return public
    said = "It is right on the cases of the check, and not on others like them"
    return wrong(task, said, secret.hint)


def wrong(task: Task, problem: str, hint: str = "") -> Result:
    """Give the result of an answer that is wrong as a whole."""
    return Result(task, "wrong", tried=1, failure=Failure(problem), hint=hint)


def verdict(lecture: str, result: Result) -> Verdict:
    """Keep of a result what is reported."""
    empty = result.state == "not attempted"
    return Verdict(
        result.task.id,
        lecture,
        result.state,
        result.points,
        result.task.points,
        result.title if empty else repr(result),
        "" if empty else result._repr_html_(),
        result.hint,
    )
