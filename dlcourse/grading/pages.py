"""Pages of a report: one for each person, and one of the class; each stands alone in its file."""

import html
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dlcourse.exercises.result import MARKS
from dlcourse.exercises.tasks import everything
from dlcourse.grading.grades import Grade, Grades

if TYPE_CHECKING:
    from dlcourse.grading.report import Overview

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding: 0.3rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.8rem 0.2rem 0;
  border-bottom: 1px solid GrayText; }
th, td { overflow-wrap: anywhere; }
@media (max-width: 30rem) { th, td { padding-right: 0.4rem; font-size: 0.85rem; } }
td.number { text-align: right; }
td th, td td { border: 0; }
section { margin: 1.5rem 0; }
pre { overflow-x: auto; white-space: pre-wrap; }
svg { width: 100%; height: auto; }
svg text { fill: CanvasText; font: 13px system-ui, sans-serif; }
svg rect { stroke: CanvasText; stroke-width: 1; }
.right { fill: CanvasText; } .wrong { fill: url(#stripes); } .open { fill: Canvas; }
svg rect.paper { fill: Canvas; stroke: none; } .stripe { stroke: CanvasText; stroke-width: 2; }
""".strip()

STATES = {"right": "right", "by hand": "right", "wrong": "wrong", "not attempted": "open"}
BIN = 10  # percent


def page(title: str, body: Iterable[str]) -> str:
    """Write a page that loads nothing and runs nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(title)}</title>",
            f"<style>\n{STYLE}\n</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{html.escape(title)}</h1>",
            *body,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; the first cell of a row is its heading."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    lines = [f"<table>\n<caption>{html.escape(caption)}</caption>", f"<tr>{head}</tr>"]
    for first, *others in rows:
        cells = "".join(cell(value) for value in others)
        lines.append(f'<tr><th scope="row">{html.escape(str(first))}</th>{cells}</tr>')
    return "\n".join([*lines, "</table>"])


def cell(value: object) -> str:
    """Write a cell; numbers stand to the right."""
    number = ' class="number"' if isinstance(value, int | float) else ""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"<td{number}>{html.escape(text)}</td>"


# ---- of a person ---------------------------------------------------------------------------------


def person_page(grades: Grades) -> str:
    """Write the feedback for a person."""
    body = [f"<p>{grades.points:g} of {grades.full:g} points.</p>"]
    if grades.late:
        body.append("<p>It was handed in late.</p>")
    if grades.notes:
        items = "".join(f"<li>{html.escape(note)}</li>" for note in grades.notes)
        body.append(f"<h2>About what you handed in</h2>\n<ul>{items}</ul>")
    rows = [(heading(g), f"{mark(g)} {g.state}", g.points, g.full) for g in grades.grades]
    body.append("<h2>Overview</h2>")
    body.append(table("Your points", ("task", "result", "points", "of"), rows))
    body.append("<h2>Task by task</h2>")
    for grade in grades.grades:
        said = grade.page or f"<p>{html.escape(grade.text)}</p>"
        body.append(f"<section>\n<h3>{html.escape(heading(grade))}</h3>\n{said}\n</section>")
    return page(f"Feedback for {grades.person}", body)


def heading(grade: Grade) -> str:
    """Name a task by its title and id."""
    known = everything()
    return f"{known[grade.task][1].title} ({grade.task})" if grade.task in known else grade.task


def mark(grade: Grade) -> str:
    """Give the sign of a state, which says it without colour."""
    return MARKS.get(grade.state, "✎")


# ---- of the class --------------------------------------------------------------------------------


def class_page(overview: "Overview", assignment: str) -> str:
    """Write the page of the class: what it can, what it does not, and who needs a look."""
    people = len(overview.shares)
    counted = "1 person" if people == 1 else f"{people} persons"
    body = [f"<p>{counted}, {overview.full:g} points to be had.</p>"]
    body += ["<h2>How the points are spread</h2>", histogram(overview.shares)]
    body += ["<h2>Task by task</h2>", task_picture(overview.states)]
    columns = ["task", "right", "wrong", "not attempted", "by hand"]
    rows = [
        (task, *(states[name] for name in columns[1:])) for task, states in overview.states.items()
    ]
    body.append(table("How many had each task right", columns, rows))
    body.append("<h2>The commonest mistakes</h2>")
    most = sorted(overview.mistakes.items(), key=lambda item: (-item[1], item[0]))[:30]
    mistakes = [(task, name_of(task, hint), count, hint) for (task, hint), count in most]
    if mistakes:
        columns = ["task", "mistake", "persons", "what they were told"]
        body.append(table("Known mistakes", columns, mistakes))
    else:
        body.append("<p>No known mistake was made.</p>")
    if overview.notes:
        body.append("<h2>What to look at</h2>")
        body.append(table("Notes on what was handed in", ("person", "note"), overview.notes))
        if more := overview.noted - len(overview.notes):
            body.append(f"<p>And {more} more, in notes.csv.</p>")
    return page(f"{assignment}: the class", body)


def name_of(task: str, hint: str) -> str:
    """Name the mistake that a hint is about."""
    known = everything()[task][1].wrong if task in everything() else ()
    return next(
        (wrong.name for wrong in known if wrong.hint == hint), "leaves the work to a package"
    )


def histogram(shares: Sequence[float]) -> str:
    """Draw how many persons have which share of the points."""
    counts = Counter(min(int(100 * share / BIN), 100 // BIN - 1) for share in shares)
    bins = range(100 // BIN)
    most = max(counts.values(), default=1)
    spread = ", ".join(f"{BIN * k} to {BIN * k + BIN} %: {counts[k]}" for k in bins if counts[k])
    marks = []
    for k in bins:
        height = 150 * counts[k] / most
        x, y = 10 + 60 * k, 180 - height
        marks.append(f'<rect class="right" x="{x}" y="{y:.1f}" width="56" height="{height:.1f}"/>')
        marks.append(f'<text x="{x + 28}" y="{y - 5:.1f}" text-anchor="middle">{counts[k]}</text>')
        label = f"{BIN * k}–{BIN * k + BIN}"
        marks.append(f'<text x="{x + 28}" y="198" text-anchor="middle">{label}</text>')
    drawn = picture(f"Persons by their share of the points: {spread or 'none'}.", marks, 620, 205)
    return f"{drawn}\n<p>Persons by their share of the points, in percent.</p>"


def task_picture(states: dict[str, Counter[str]]) -> str:
    """Draw for each task the shares of right and wrong answers, and of none."""
    stripes = (
        '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" class="paper"/>'
        '<line x1="1" y1="0" x2="1" y2="6" class="stripe"/></pattern></defs>'
    )
    marks, said = [stripes], []
    for row, (task, counts) in enumerate(states.items()):
        x, y, total = 230.0, 10 + 24 * row, max(counts.total(), 1)
        right = counts["right"] + counts["by hand"]
        said.append(f"{task} {100 * right / total:.0f} % right")
        marks.append(f'<text x="220" y="{y + 14}" text-anchor="end">{html.escape(task)}</text>')
        for state, look in STATES.items():
            width = 380 * counts[state] / total
            if width:
                marks.append(
                    f'<rect class="{look}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="18"/>'
                )
            x += width
    legend = "Filled: right; striped: wrong; empty: not attempted."
    drawn = picture(
        f"Of each task: {', '.join(said) or 'nothing'}.", marks, 620, 20 + 24 * len(states)
    )
    return f"{drawn}\n<p>{legend}</p>"


def picture(alt: str, marks: Iterable[str], width: int, height: int) -> str:
    """Write a picture with words for those who do not see it."""
    inside = "\n".join(marks)
    said = html.escape(alt)
    return (
        f'<svg role="img" aria-label="{said}" viewBox="0 0 {width} {height}">\n'
        f"<title>{said}</title>\n{inside}\n</svg>"
    )
