"""Grades of a person: which attempt counts, what being late costs, and points given by hand."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dlcourse.exercises.result import Result
from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import LECTURES, everything, tasks_of
from dlcourse.grading.collect import legible
from dlcourse.grading.grading import Attempt, HandedIn
from dlcourse.grading.judging import Judged
from dlcourse.grading.records import Records

USUAL = 0.1  # share of the class from which on a lecture belongs to what is graded


@dataclass(frozen=True)
class Grade:
    """What a person has got for a task.

    Attributes
    ----------
    task, lecture : str
        No lecture for what is graded by hand alone.
    state : str
        "right", "wrong", "not attempted" or "by hand".
    points, full : float
    text, page, hint : str
        The feedback, as plain text and as HTML, and the hint in it.
    """

    task: str
    lecture: str
    state: str
    points: float
    full: float
    text: str = ""
    page: str = ""
    hint: str = ""


@dataclass
class Grades:
    """What a person has got.

    Attributes
    ----------
    person, number : str
    late : bool
    seed : int
        Whose numbers the questions had, as the notebook says.
    grades : list of Grade
    notes : list of str
        What there is to say about what was handed in.
    """

    person: str
    number: str
    late: bool = False
    seed: int = 0
    grades: list[Grade] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The sum of the points."""
        return round(sum(grade.points for grade in self.grades), 4)

    @property
    def full(self) -> float:
        """The points that can be had."""
        return round(sum(grade.full for grade in self.grades), 4)


@dataclass(frozen=True)
class Rules:
    """How points become grades.

    Attributes
    ----------
    attempts : str
        "best" or "last": which of several attempts at a lecture counts.
    late_penalty : float
        Percent of its points that a late attempt loses.
    by_hand : mapping of str to (mapping of str to float)
        Points that were given by hand, by number or name of a person and task.
    full : mapping of str to float
        The points that can be had for what is graded by hand alone.
    """

    attempts: str = "best"
    late_penalty: float = 0.0
    by_hand: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    full: Mapping[str, float] = field(default_factory=dict)


def usual_lectures(people: Sequence[HandedIn], records: Records) -> list[str]:
    """Find the lectures that the class was to answer: those that a tenth of it did."""
    met: Counter[str] = Counter()
    for person in people:
        met.update({k for a in person.attempts for k in records.lectures.get(a.key, ())})
    least = min(USUAL * len(people), max(met.values(), default=0))
    return [lecture for lecture in LECTURES if met[lecture] and met[lecture] >= least]


def grade_all(
    people: Sequence[HandedIn], records: Records, lectures: Sequence[str], rules: Rules
) -> Iterator[Grades]:
    """Grade one person after another.

    Parameters
    ----------
    people : sequence of HandedIn
    records : Records
    lectures : sequence of str
        What is graded; everybody's points are counted against all of it.
    rules : Rules

    Yields
    ------
    Grades
    """
    for person in people:
        yield grade_person(person, records, lectures, rules)


def grade_person(
    person: HandedIn, records: Records, lectures: Sequence[str], rules: Rules
) -> Grades:
    """Grade a person."""
    found = Grades(person.person, person.number, notes=list(person.notes))
    judged = [(a, records.read(a.key)) for a in person.attempts if a.key in records]
    for attempt, notebook in judged:
        found.notes += [f"{attempt.name}: {note}" for note in notebook.notes]
        others = [k for k in records.lectures[attempt.key] if k not in lectures]
        found.notes += [f"{attempt.name}: it answers {k}, which is not graded" for k in others]
    for lecture in lectures:
        attempts = [(a, j) for a, j in judged if lecture in records.lectures[a.key]]
        if not attempts:
            found.grades += [not_attempted(task, lecture) for task in tasks_of(lecture)]
            found.notes.append(f"nothing of {lecture} was handed in that can be graded")
            continue
        if len(attempts) > 1:
            names = ", ".join(a.name for a, _ in attempts)
            found.notes.append(f"{len(attempts)} attempts at {lecture}: {names}")
        attempt, notebook, grades = choose(attempts, lecture, rules)
        found.grades += grades
        found.late |= attempt.late
        found.seed = notebook.seed
        if len(attempts) > 1:
            found.notes.append(f"the {rules.attempts} attempt counts: {attempt.name}")
    add_by_hand(found, rules)
    return found


def choose(
    attempts: Sequence[tuple[Attempt, Judged]], lecture: str, rules: Rules
) -> tuple[Attempt, Judged, list[Grade]]:
    """Choose the attempt that counts, the last of those that are equally good."""
    graded = [(a, j, grades_of(a, j, lecture, rules)) for a, j in attempts]
    if rules.attempts == "last":
        return graded[-1]
    return max(reversed(graded), key=lambda found: sum(grade.points for grade in found[2]))


def grades_of(attempt: Attempt, judged: Judged, lecture: str, rules: Rules) -> list[Grade]:
    """Turn verdicts into grades; a late attempt costs a share of the points."""
    share = 1 - rules.late_penalty / 100 if attempt.late else 1.0
    return [
        Grade(
            verdict.task,
            lecture,
            verdict.state,
            round(verdict.points * share, 4),
            verdict.full,
            verdict.text,
            verdict.page,
            verdict.hint,
        )
        for verdict in judged.verdicts
        if verdict.lecture == lecture
    ]


def not_attempted(task: Task, lecture: str) -> Grade:
    """Give the grade of what was not handed in."""
    return Grade(
        task.id, lecture, "not attempted", 0, task.points, Result(task, "not attempted").title
    )


def add_by_hand(found: Grades, rules: Rules) -> None:
    """Put in the points that were given by hand, in place of others or beside them."""
    given = {**rules.by_hand.get(found.person, {}), **rules.by_hand.get(found.number, {})}
    for k, grade in enumerate(found.grades):
        if grade.task in given:
            points = given[grade.task]
            found.grades[k] = replace(grade, state="by hand", points=points, hint="")
            found.notes.append(f"{grade.task}: {points:g} points by hand, not {grade.points:g}")
    for task, full in rules.full.items():
        points = given.get(task, 0.0)
        text = f"{task}: {points:g} of {full:g} points, graded by a person"
        found.grades.append(Grade(task, "", "by hand", points, full, text))


# ---- points by hand ------------------------------------------------------------------------------


def read_points(path: Path) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Read points that were given by hand.

    Parameters
    ----------
    path : Path
        A table with the columns person (or number), task, points and, if wanted, of: the points
        that can be had for a task that is none of the course.

    Returns
    -------
    (dict, dict)
        Points by person and task; the points that can be had for tasks that are none of the
        course.

    Raises
    ------
    ValueError
        When it is no such table; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            semicolons = head.count(";") > head.count(",")
            return points_in(csv.DictReader(file, delimiter=";" if semicolons else ","), path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in UTF-8; save it as CSV UTF-8") from error
    except csv.Error as error:
        raise ValueError(f"{path} is no table: {error}") from error


def points_in(
    rows: "csv.DictReader[str]", path: Path
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Read the rows of a table of points, as `read_points` gives them."""
    given: dict[str, dict[str, float]] = {}
    full: dict[str, float] = {}
    columns = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
    who = columns.get("number", columns.get("person"))
    if who is None or not {"task", "points"} <= set(columns):
        raise ValueError(f"{path} needs the columns person (or number), task and points")
    for row in rows:
        place = f"{path}, line {rows.line_num}"
        name = (row[who] or "").strip() or (row.get(columns.get("person", who)) or "").strip()
        person, task = legible(name), (row[columns["task"]] or "").strip()
        if not person or not task:
            raise ValueError(f"{place}: the person or the task is missing")
        points = number_in(row[columns["points"]], place)
        most = number_in(row[columns["of"]], place) if row.get(columns.get("of")) else points
        if task in given.setdefault(person, {}):
            raise ValueError(f"{place}: {person} has points for {task} already")
        given[person][task] = points
        if task not in everything():
            full[task] = max(full.get(task, 0.0), most)
    return given, full


def number_in(text: str | None, place: str) -> float:
    """Read points."""
    try:
        points = float((text or "").strip().replace(",", "."))
    except ValueError:
        points = float("nan")
    if not 0 <= points < 1e6:
        raise ValueError(f"{place}: {text!r} should be points, such as 2.5")
    return points
