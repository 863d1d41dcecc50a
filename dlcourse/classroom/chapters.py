"""The chapters of the course, and how far somebody is in each."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dlcourse.exercises.record import read, record_file
from dlcourse.exercises.task import Task
from dlcourse.exercises.tasks import LECTURES, tasks_of
from dlcourse.setting_up import course_root


@dataclass(frozen=True)
class Exercise:
    """A task in its notebook, and the points that somebody has for it.

    Attributes
    ----------
    number : int
        From 1, in the order of the notebook.
    task : Task
    points : int
        The best so far.
    tried : bool
        Whether there was an answer, right or wrong.
    """

    number: int
    task: Task
    points: int = 0
    tried: bool = False

    @property
    def done(self) -> bool:
        """Whether it has all its points."""
        return self.points >= self.task.points

    @property
    def title(self) -> str:
        """Write its heading."""
        return f"{self.number} · {self.task.title}"


@dataclass(frozen=True)
class Chapter:
    """A lecture and its exercises.

    Attributes
    ----------
    name : str
        Such as "07-dropout".
    title, question : str
        From the first lines of the lecture.
    minutes : int
        What the lecture takes.
    exercises : tuple of Exercise
    """

    name: str
    title: str
    question: str
    minutes: int
    exercises: tuple[Exercise, ...] = ()

    @property
    def left(self) -> tuple[Exercise, ...]:
        """List the exercises that do not have all their points."""
        return tuple(exercise for exercise in self.exercises if not exercise.done)


@dataclass(frozen=True)
class Course:
    """The chapters of the course, and how far somebody is.

    Attributes
    ----------
    chapters : tuple of Chapter
    notes : tuple of str
        What there is to say about the record.
    """

    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...] = ()

    def next(self) -> tuple[Chapter, Exercise | None] | None:
        """Find where to go on: an exercise, or a lecture to read, or nothing is left.

        It is the first open exercise of the last chapter with an answer; when that chapter is
        done, the lecture after it; when no exercises come after it, the first that was left out.
        """
        tried = [i for i, c in enumerate(self.chapters) if any(e.tried for e in c.exercises)]
        last = max(tried, default=-1)
        if tried and self.chapters[last].left:
            return self.chapters[last], self.chapters[last].left[0]
        if any(chapter.exercises for chapter in self.chapters[last + 1 :]):
            return self.chapters[last + 1], None
        left_out = [chapter for chapter in self.chapters if chapter.left]
        return (left_out[0], left_out[0].left[0]) if left_out else None


def course_so_far() -> Course:
    """Read how far the learner is; a record that cannot be read is said to be so."""
    try:
        tasks, notes = read(record_file())
    except OSError as error:
        why = f"Your progress in {record_file()} cannot be read: {error.strerror}."
        tasks, notes = None, (why,)
    return Course(tuple(chapter(name, tasks or {}) for name in lectures()), notes)


def lectures() -> list[str]:
    """Name the lectures of the course."""
    return sorted(path.stem for path in (course_root() / "lectures").glob("*.ipynb"))


def chapter(name: str, record: Mapping[str, Any]) -> Chapter:
    """Put together what is known of one lecture.

    Parameters
    ----------
    name : str
        Such as "07-dropout".
    record : mapping
        What is kept of each task.
    """
    tasks = tasks_of(name) if name in LECTURES else ()
    exercises = tuple(
        Exercise(number, task, int(record.get(task.id, {}).get("points", 0)), task.id in record)
        for number, task in enumerate(tasks, start=1)
    )
    return Chapter(name, *opening(name), exercises)


@cache
def opening(name: str) -> tuple[str, str, int]:
    """Read the title, the question and the minutes from the first cell of a lecture."""
    path = course_root() / "lectures" / f"{name}.ipynb"
    text = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title = text.splitlines()[0].removeprefix("# ")
    question = re.search(r"^\*\*(.+)\*\*$", text, re.MULTILINE)
    minutes = re.search(r"\bTime: (\d+) minutes", text)
    return title, question[1] if question else "", int(minutes[1]) if minutes else 0
