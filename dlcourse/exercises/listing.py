"""The list of tasks, for instructors."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from dlcourse.exercises.tasks import chosen, tasks_of


def list_tasks(lectures: Sequence[str] = ()) -> int:
    """Print the tasks of lectures.

    Parameters
    ----------
    lectures : sequence of str
        Such as "10" or "10-convnets"; all of them when empty.

    Returns
    -------
    int
        0.

    Raises
    ------
    ValueError
        When a name fits no lecture.
    """
    table = Table(
        Column("task", no_wrap=True), "kind", "points", "min", "level", "rows", "mistakes"
    )
    points = minutes = mistakes = count = 0
    for lecture in chosen(lectures):
        for task in tasks_of(lecture):
            table.add_row(
                task.id,
                task.kind,
                str(task.points),
                str(task.minutes),
                str(task.difficulty),
                task.rows,
                str(len(task.wrong)),
            )
            count, points, minutes = count + 1, points + task.points, minutes + task.minutes
            mistakes += len(task.wrong)
    out = Console()
    out.print(table)
    out.print(f"{count} tasks, {points} points, {minutes} minutes, {mistakes} known mistakes")
    return 0
