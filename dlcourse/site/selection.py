"""Which pages there are, and which of them are built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.setting_up import course_root
from dlcourse.site.elsewhere import Repository
from dlcourse.slides import lecture_of
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
    repository : Repository, optional
        Where the notebooks are public: pages then say how to run them on Binder and Colab.
    """

    lectures: Sequence[str]
    exercises: Sequence[str]
    families: Sequence[str]
    repository: Repository | None = None

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


def part(names: Sequence[str]) -> Selection:
    """Select some lectures, their exercises, and the concepts that they teach.

    Parameters
    ----------
    names : sequence of str
        Such as "07" or "07-dropout".

    Raises
    ------
    ValueError
        When a name fits no lecture.
    """
    from dlcourse.notebooks import lectures

    chosen = sorted({path.stem for path in lectures(names)})
    families = dict.fromkeys(
        family_of(twin.by_hand())
        for twin in TWINS
        if any(lecture_of(row) in chosen for row in twin.slides.split())
    )
    return Selection(
        chosen, [name for name in notebooks_in("exercises") if name in chosen], list(families)
    )


def notebooks_in(folder: str) -> list[str]:
    """Name the notebooks of a folder of the course."""
    return sorted(path.stem for path in (course_root() / folder).glob("*.ipynb"))


def notebook(folder: str, name: str) -> Path:
    """Say where a notebook is."""
    return course_root() / folder / f"{name}.ipynb"


def family_of(concept: Callable[..., object]) -> str:
    """Name the file that a concept is written in."""
    return concept.__module__.rpartition(".")[2]
