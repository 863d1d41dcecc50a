"""The learner's own copy of the course, when it came as a wheel."""

from collections.abc import Callable, Sequence
from pathlib import Path

from dlcourse import setting_up
from dlcourse.writing import write_whole


def own_copy(say: Callable[[str], None]) -> Path:
    """Find or make the learner's own copy of the lectures, when the course came as a wheel.

    Raises
    ------
    OSError
        When it cannot be made; the message is one sentence.
    """
    here = Path.cwd()
    if (here / "lectures" / "00-start.ipynb").is_file():
        return here
    folder = here / "dlcourse-course"
    try:
        new, kept = copy_course(folder, but=("tests", "pyproject.toml"))
    except OSError as error:
        raise OSError(
            f"the lectures cannot be copied to {folder} ({error.strerror}); "
            "go to a folder of your own."
        ) from error
    news = [f"{new} new files"] * bool(new)
    news += [f"left as they are, since they differ from the course's: {kept}"] * bool(kept)
    say(f"The course is in {folder}{': ' * bool(news)}{'; '.join(news)}.")
    return folder


def copy_course(target: Path, *, but: Sequence[str] = ()) -> tuple[int, int]:
    """Copy the course of the wheel, leaving alone what is there already.

    Returns
    -------
    (int, int)
        How many files are new, and how many were there in another version.
    """
    source, new, kept = setting_up.course_root(), 0, 0
    for file in sorted(source.rglob("*")):
        inside = file.relative_to(source)
        if not file.is_file() or "__pycache__" in inside.parts or inside.parts[0] in but:
            continue
        place = target / inside
        if place.exists():
            kept += place.read_bytes() != file.read_bytes()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, file.read_bytes())
        new += 1
    return new, kept
