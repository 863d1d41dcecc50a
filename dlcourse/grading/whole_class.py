"""The command `dlcourse grade`: collect, judge, report."""

import re
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from dlcourse.exercises.tasks import chosen
from dlcourse.grading.collect import collect
from dlcourse.grading.grades import Rules, grade_all, read_points, usual_lectures
from dlcourse.grading.grading import HandedIn, hand_in, judge_class
from dlcourse.grading.judging import Limits
from dlcourse.grading.records import Records, Settings, alone_in, secret_of
from dlcourse.grading.report import LMS, Overview, write_report
from dlcourse.grading.sandbox import Server
from dlcourse.processes import connected
from dlcourse.progress import progress


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What an instructor chooses.

    Attributes
    ----------
    lectures : sequence of str
        What is graded, such as "04"; when empty, what a tenth of the class answered.
    seed : int, optional
        Source of the secret cases; when not given, drawn once for the report.
    attempts : str
        "best" or "last".
    late_penalty : float
        Percent.
    points : Path, optional
        Table of points given by hand.
    lms : sequence of str
        "canvas", "moodle".
    assignment : str
        What the learning platform calls it; when empty, the names of the lectures.
    limits : Limits
    workers : int, optional
    scheduler : str, optional
        Address of a Dask cluster.
    sandbox : bool
    """

    lectures: Sequence[str] = ()
    seed: int | None = None
    attempts: str = "best"
    late_penalty: float = 0.0
    points: Path | None = None
    lms: Sequence[str] = ()
    assignment: str = ""
    limits: Limits = field(default_factory=Limits)
    workers: int | None = None
    scheduler: str | None = None
    sandbox: bool = True


def grade_class(source: Path, out: Path, choices: Choices) -> Overview:
    """Grade everything that was handed in, and write the report.

    Parameters
    ----------
    source : Path
        A folder or a zip, as `collect` takes it.
    out : Path
        The folder of the report, which also keeps what is judged already.
    choices : Choices

    Returns
    -------
    Overview

    Raises
    ------
    ValueError
        When something is asked for that does not fit.
    SandboxError
        When the sandbox does not work here.
    GradingError
        When workers die again and again.
    """
    check(source, out, choices)
    lectures = chosen(choices.lectures) if choices.lectures else []
    by_hand, full = read_points(choices.points) if choices.points else ({}, {})
    rules = Rules(choices.attempts, choices.late_penalty, by_hand, full)
    people = collect(source)
    if problem := blocked(out):
        raise ValueError(f"the folder {out} cannot be made: {problem}")
    if choices.sandbox and choices.scheduler is None:
        with Server(torch=False) as server:
            server.start()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"the folder {out} cannot be made: {error.strerror}") from error
    with alone_in(out), Records(out / "judged.jsonl") as records:
        settings = Settings(secret_of(out, choices.seed), choices.limits, choices.sandbox)
        handed_in = [hand_in(person, settings) for person in people]
        left = {a.key for h in handed_in for a in h.attempts if a.key not in records}
        with (
            connected(choices.workers, choices.scheduler) as cluster,
            closing(
                judge_class(people, records, settings, workers=choices.workers, cluster=cluster)
            ) as judged,
        ):
            for _ in progress((1 for n in judged for _ in range(n)), "notebooks", total=len(left)):
                pass
        lectures = lectures or usual_lectures(handed_in, records)
        add_unknown(handed_in, rules)
        return write_report(
            out,
            grade_all(handed_in, records, lectures, rules),
            lms=choices.lms,
            assignment=choices.assignment or "Exercises " + ", ".join(lectures),
        )


def blocked(out: Path) -> str:
    """Say what stands where a folder above the report should be; nothing when nothing does."""
    files = [parent for parent in out.parents if parent.exists() and not parent.is_dir()]
    return f"{files[0]} is a file" if files else ""


def check(source: Path, out: Path, choices: Choices) -> None:
    """Refuse what does not fit, before anything is done.

    Raises
    ------
    ValueError
        Says what.
    """
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; name a folder for the report")
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"{out} is inside {source}; name a folder elsewhere for the report")
    if choices.attempts not in ("best", "last"):
        raise ValueError(f"--attempts is best or last, not {choices.attempts}")
    for name in choices.lms:
        if name not in LMS:
            raise ValueError(f"--lms is canvas or moodle, not {name}")
    address = choices.scheduler or "host:8786"
    if not re.fullmatch(r"(\w+://)?[^/\s]+:\d+", address):
        raise ValueError(f"--scheduler is an address such as tcp://host:8786, not {address}")
    if choices.points is not None and not choices.points.is_file():
        raise ValueError(f"there is no {choices.points}; --points is a table of points")


def add_unknown(handed_in: Sequence[HandedIn], rules: Rules) -> None:
    """Say on standard error whose points by hand go to nobody."""
    known = {name for h in handed_in for name in (h.person, h.number)}
    for person in rules.by_hand:
        if person not in known:
            sys.stderr.write(f"dlcourse: points were given to {person}, who handed in nothing.\n")
