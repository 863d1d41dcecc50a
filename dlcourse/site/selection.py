"""Which pages there are, and which of them are built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.setting_up import course_root
from dlcourse.twins import TWINS


@dataclass(frozen=True)
class Selection:
    """The names of the pages to build, in their order.

    Attributes
    ----------
    lectures, exercises : sequence of str
        Such as "07-dropout".
    families : sequence of str
        Pages of the reference: files of `by_hand`, such as "dropout".
    """

    lectures: Sequence[str]
    exercises: Sequence[str]
    families: Sequence[str]

    def has(self, page: str) -> bool:
        """Whether a page is built, such as lectures/07-dropout."""
        folder, _, name = page.partition("/")
        return name in {
            "lectures": self.lectures,
            "exercises": self.exercises,
            "reference": self.families,
        }.get(folder, ())


def whole_course() -> Selection:
    """Select every page."""
    families = dict.fromkeys(family_of(twin.by_hand()) for twin in TWINS)
    return Selection(notebooks_in("lectures"), notebooks_in("exercises"), list(families))


def notebooks_in(folder: str) -> list[str]:
    """Name the notebooks of a folder of the course."""
    return sorted(path.stem for path in (course_root() / folder).glob("*.ipynb"))


def notebook(folder: str, name: str) -> Path:
    """Say where a notebook is."""
    return course_root() / folder / f"{name}.ipynb"


def family_of(concept: Callable[..., object]) -> str:
    """Name the file that a concept is written in."""
    return concept.__module__.rpartition(".")[2]
