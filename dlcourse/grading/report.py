"""Write what a class has got: tables, files for learning platforms, and a page for each person."""

import csv
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlcourse.exercises.tasks import everything
from dlcourse.grading.grades import Grade, Grades
from dlcourse.grading.pages import class_page, person_page
from dlcourse.writing import remove_parts, write_whole

LMS = ("canvas", "moodle")
MANY = 200  # notes on the page of the class; all are in notes.csv
DEVICES = r"con|prn|aux|nul|(com|lpt)\d"  # names that Windows keeps for itself


@dataclass
class Overview:
    """What is known of a class without its persons.

    Attributes
    ----------
    shares : list of float
        Each person's share of the full points.
    states : dict of str to Counter
        For each task, how many are right, wrong, not attempted or by hand.
    mistakes : Counter
        How often each known mistake was made: by task and hint.
    full : float
        The points that can be had.
    notes : list of (str, str)
        Whom a note is about, and what it says: the first `MANY`.
    noted : int
        How many notes there are.
    """

    shares: list[float] = field(default_factory=list)
    states: dict[str, Counter[str]] = field(default_factory=dict)
    mistakes: Counter[tuple[str, str]] = field(default_factory=Counter)
    full: float = 0.0
    notes: list[tuple[str, str]] = field(default_factory=list)
    noted: int = 0

    def add(self, grades: Grades) -> None:
        """Count a person in."""
        self.full = grades.full
        self.shares.append(grades.points / grades.full if grades.full else 0.0)
        self.noted += len(grades.notes)
        room = MANY - len(self.notes)
        self.notes += [(grades.person, note) for note in grades.notes[:room]]
        for grade in grades.grades:
            self.states.setdefault(grade.task, Counter())[grade.state] += 1
            if grade.hint:
                self.mistakes[grade.task, grade.hint] += 1


def write_report(
    folder: Path, people: Iterable[Grades], *, lms: Sequence[str] = (), assignment: str
) -> Overview:
    """Write the whole report.

    Parameters
    ----------
    folder : Path
    people : iterable of Grades
    lms : sequence of str
        "canvas", "moodle".
    assignment : str
        What Canvas calls what is graded.

    Returns
    -------
    Overview
    """
    overview, written = Overview(), set()
    tables = {"grades.csv": Table(folder / "grades.csv"), "notes.csv": Table(folder / "notes.csv")}
    tables |= {f"{name}.csv": Table(folder / f"{name}.csv") for name in lms}
    for name in ("results", "feedback"):
        (folder / name).mkdir(exist_ok=True)
    for first, grades in enumerate(people):
        if first == 0:
            tables["grades.csv"].row(*grades_header(grades))
            tables["notes.csv"].row("person", "number", "note")
            for name in lms:
                for row in LMS_HEADERS[name](grades, assignment):
                    tables[f"{name}.csv"].row(*row)
        overview.add(grades)
        tables["grades.csv"].row(*grades_row(grades))
        for note in grades.notes:
            tables["notes.csv"].row(grades.person, grades.number, note)
        for name in lms:
            tables[f"{name}.csv"].row(*LMS_ROWS[name](grades))
        stem = file_name(grades.person, grades.number)
        results = json.dumps(gradescope(grades), ensure_ascii=False)
        write_whole(folder / "results" / f"{stem}.json", results)
        write_whole(folder / "feedback" / f"{stem}.html", person_page(grades))
        written.add(stem)
    for table in tables.values():
        table.close()
    write_whole(folder / "class.html", class_page(overview, assignment))
    remove_others(folder, written)
    return overview


def remove_others(folder: Path, written: set[str]) -> None:
    """Remove pages of people who are no longer there, and what an earlier run left unfinished."""
    for name, suffix in (("results", ".json"), ("feedback", ".html")):
        for path in (folder / name).glob(f"*{suffix}"):
            if path.stem not in written:
                path.unlink()
        remove_parts(folder / name)
    remove_parts(folder)


class Table:
    """A CSV file that is written row by row, and is there when it is closed.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path, self.partial = path, path.with_name(path.name + ".part")
        self.file = self.partial.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")

    def row(self, *cells: object) -> None:
        """Write a row; text that a spreadsheet would compute is quoted."""
        self.writer.writerow([harmless(c) if isinstance(c, str) else c for c in cells])

    def close(self) -> None:
        """Put the file where it belongs."""
        self.file.close()
        self.partial.replace(self.path)


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking somebody's name for a formula."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) and text != "-" else text


def file_name(person: str, number: str) -> str:
    """Make the name of a person's files: letters, digits and dashes, and never the same twice."""
    plain = unicodedata.normalize("NFKD", person).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    if slug == person and slug and not number and not re.fullmatch(DEVICES, slug):
        return slug
    own = number or hashlib.sha256(person.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{slug}--{own}"  # two dashes, which no name alone gives


# ---- tables --------------------------------------------------------------------------------------


def grades_header(grades: Grades) -> list[object]:
    """Name the columns of grades.csv."""
    tasks = [grade.task for grade in grades.grades]
    return ["person", "number", "points", "of", "late", "seed", *tasks, "notes"]


def grades_row(grades: Grades) -> list[object]:
    """Write a person's row of grades.csv; a task that was not attempted has no points."""
    row: list[object] = [grades.person, grades.number, plain(grades.points), plain(grades.full)]
    row += ["late" if grades.late else "", grades.seed]
    row += ["" if g.state == "not attempted" else plain(g.points) for g in grades.grades]
    return [*row, "; ".join(grades.notes)]


def canvas_header(grades: Grades, assignment: str) -> list[list[object]]:
    """Name the columns that Canvas wants, up to Section, and the points that can be had."""
    columns: list[object] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]
    return [columns, ["    Points Possible", "", "", "", "", plain(grades.full)]]


def canvas_row(grades: Grades) -> list[object]:
    """Write a person's row for Canvas."""
    return [grades.person, grades.number, "", "", "", plain(grades.points)]


def moodle_header(grades: Grades, assignment: str) -> list[list[object]]:
    """Name the columns of the grading worksheet, as Moodle in English reads them."""
    return [
        [
            "Identifier",
            "Full name",
            "Grade",
            "Maximum Grade",
            "Last modified (grade)",
            "Feedback comments",
        ]
    ]


def moodle_row(grades: Grades) -> list[object]:
    """Write a person's row for Moodle, which knows people by their number alone."""
    said = "; ".join(f"{g.task}: {g.state}" for g in grades.grades)
    number = f"Participant {grades.number}" if grades.number else ""
    return [number, grades.person, plain(grades.points), plain(grades.full), "-", said]


LMS_HEADERS = {"canvas": canvas_header, "moodle": moodle_header}
LMS_ROWS = {"canvas": canvas_row, "moodle": moodle_row}


def gradescope(grades: Grades) -> dict[str, Any]:
    """Write a person's results in the schema of Gradescope."""
    return {
        "score": plain(grades.points),
        "output": "\n".join(grades.notes),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [gradescope_test(number, g) for number, g in enumerate(grades.grades, start=1)],
    }


def gradescope_test(number: int, grade: Grade) -> dict[str, Any]:
    """Write a task as a test in the schema of Gradescope."""
    passed = grade.points >= grade.full or grade.state == "right"
    return {
        "name": title_of(grade.task),
        "number": str(number),
        "score": plain(grade.points),
        "max_score": plain(grade.full),
        "status": "passed" if passed else "failed",
        "output": grade.text,
        "output_format": "text",
        "visibility": "visible",
        "tags": [tag for tag in (grade.lecture, grade.task) if tag],
    }


def title_of(task: str) -> str:
    """Give the title of a task, or its id if it is none of the course."""
    return everything()[task][1].title if task in everything() else task


def plain(points: float) -> float | int:
    """Write whole points without a fraction."""
    return int(points) if points == int(points) else points
