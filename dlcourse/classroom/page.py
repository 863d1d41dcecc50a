"""The page of the course: HTML that needs no script, in JupyterLab or alone."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from dlcourse.classroom.chapters import Chapter, Course, Exercise
from dlcourse.exercises.record import record_file

TITLE = "Deep learning, by hand and in PyTorch"


def write_page(course: Course, tree: str) -> str:
    """Write the page.

    Parameters
    ----------
    course : Course
    tree : str
        The address below which JupyterLab opens notebooks, such as "/lab/tree".
    """
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    chapters = "".join(chapter_item(chapter, tree) for chapter in course.chapters)
    notes = "".join(f'<p role="status">{escape(note)}</p>' for note in course.notes)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{TITLE}</title>\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<style>\n{style}</style></head>\n"
        f'<body><main><div class="dl-course"><h1>{TITLE}</h1>\n{notes}{going_on(course, tree)}'
        f"{altogether(course)}<h2>Chapters</h2>\n<ol>\n{chapters}</ol>\n"
        f"<p>Answers count as soon as <code>check</code> has seen them. Your progress is in "
        f"<code>{escape(str(record_file()))}</code> and is never sent anywhere.</p>"
        "</div></main></body>\n</html>\n"
    )


def going_on(course: Course, tree: str) -> str:
    """Write the link to where the learner goes on."""
    found = course.next()
    if found is None:
        return "<p>You have every point of every exercise. Nothing is left but to use it.</p>\n"
    chapter, exercise = found
    if exercise is None:
        words = f"{'Begin' if chapter is course.chapters[0] else 'Go on'} with {chapter.title}"
        where = link(words, tree, f"lectures/{chapter.name}.ipynb", go=True)
        return f"<p>{where} {minutes(chapter.minutes)}.</p>\n"
    words = f"Go on with exercise {exercise.title}"
    where = exercise_link(words, tree, chapter, exercise, go=True)
    about = link(chapter.title, tree, f"lectures/{chapter.name}.ipynb")
    return f"<p>{where} {points(exercise)}, {minutes(exercise.task.minutes)}; of {about}.</p>\n"


def altogether(course: Course) -> str:
    """Say how many exercises are done in the whole course."""
    exercises = [exercise for chapter in course.chapters for exercise in chapter.exercises]
    return f"<p>{progress('All exercises', 'the whole course', exercises)}</p>\n"


def chapter_item(chapter: Chapter, tree: str) -> str:
    """Write one chapter: its lecture, its question, and its exercises."""
    lecture = link(chapter.title, tree, f"lectures/{chapter.name}.ipynb")
    parts = [f"<h3>{lecture}</h3><p>{escape(chapter.question)} {minutes(chapter.minutes)}.</p>"]
    if chapter.exercises:
        rows = "".join(
            f"<li>{exercise_link(exercise.title, tree, chapter, exercise)}: "
            f"{state(exercise)}, {minutes(exercise.task.minutes)}</li>"
            for exercise in chapter.exercises
        )
        summary = progress("Exercises", chapter.title, chapter.exercises)
        parts.append(f"<details><summary>{summary}</summary><ul>{rows}</ul></details>")
    return f"<li>{''.join(parts)}</li>\n"


def progress(label: str, of: str, exercises: Sequence[Exercise]) -> str:
    """Write how many exercises of a part are done, in words and as a bar of points."""
    reached = sum(exercise.points for exercise in exercises)
    full = sum(exercise.task.points for exercise in exercises)
    done = sum(exercise.done for exercise in exercises)
    words = f"{label}: {done} of {len(exercises)} done, {reached} of {full} points"
    name = escape(f"Points of {of}")
    return f'{words} <progress max="{full}" value="{reached}" aria-label="{name}"></progress>'


def state(exercise: Exercise) -> str:
    """Say what has become of an exercise."""
    if exercise.done:
        return f"done, {points(exercise)}"
    return points(exercise) if exercise.tried else f"{points(exercise)}, not attempted"


def points(exercise: Exercise) -> str:
    """Write the points that there are."""
    full = exercise.task.points
    return f"{exercise.points} of {full} {'point' if full == 1 else 'points'}"


def minutes(number: int) -> str:
    """Write a number of minutes."""
    return "1 minute" if number == 1 else f"{number} minutes"


def exercise_link(
    words: str, tree: str, chapter: Chapter, exercise: Exercise, *, go: bool = False
) -> str:
    """Write a link to the cell of an exercise that says what to do."""
    cell = f"cell-id={exercise.task.id}-text"
    return link(words, tree, f"exercises/{chapter.name}.ipynb", cell, go=go)


def link(words: str, tree: str, path: str, anchor: str = "", *, go: bool = False) -> str:
    """Write a link to a notebook; `data-path` is for JupyterLab, which opens it in a tab."""
    at = f"#{anchor}" if anchor else ""
    css = ' class="dl-go"' if go else ""
    return (
        f'<a{css} href="{escape(f"{tree}/{path}{at}")}" data-path="{escape(path)}" '
        f'data-at="{escape(at)}">{escape(words)}</a>'
    )
