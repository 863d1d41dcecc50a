"""The first page, and the page of the slides: every row, what was found, and its concepts."""

from collections.abc import Sequence

from dlcourse.classroom.chapters import opening
from dlcourse.site.reference import place
from dlcourse.site.rst import escape, heading, link, table
from dlcourse.site.selection import Selection, family_of
from dlcourse.slides import ROWS, SOURCES, STATUSES, Row
from dlcourse.twins import TWINS

WELCOME = """
Every concept of a lecture is implemented twice under one name: by hand in NumPy, with its gradient
written out, and in PyTorch; and the two are tested to be equal. These pages show the lectures with
what they compute. To run them yourself, to change them, and to have your answers checked, get the
course and start ``python3 -m dlcourse lab``.
"""


def first_page(selection: Selection) -> str:
    """Write the first page: what the course is, and its lectures."""
    rows = []
    for name in selection.lectures:
        title, question, _ = opening(name)
        exercises = f"exercises/{name}.html" if name in selection.exercises else ""
        rows.append(
            (
                link(escape(title), f"lectures/{name}.html"),
                escape(question),
                link("exercises", exercises) if exercises else "",
            )
        )
    return "\n".join(
        [
            ":hide-toc:\n",
            heading("Deep learning, by hand and in PyTorch", "="),
            WELCOME,
            table(("lecture", "question", "exercises"), rows, "30 55 15"),
            "See also the :doc:`reference of both sides <reference/index>` and the "
            ":doc:`rows of the slides <slides>`.\n",
            contents("Lectures", [f"lectures/{name}" for name in selection.lectures]),
            contents("Exercises", [f"exercises/{name}" for name in selection.exercises]),
            contents("Look up", ["slides", "reference/index"]),
        ]
    )


def contents(caption: str, pages: Sequence[str]) -> str:
    """Write a part of the list of pages at the side."""
    entries = "".join(f"   {page}\n" for page in pages)
    return f".. toctree::\n   :hidden:\n   :caption: {caption}\n\n{entries}"


def slides(selection: Selection) -> str:
    """Write the page of the slides' rows, in the order of the lectures."""
    parts = [
        heading("What the slides say", "="),
        "Every statement of the slides has a number, and an entry in the ledger: what the course "
        "found about it, and how.\n",
        "\n".join(f"- **{status}**: {meaning}" for status, meaning in STATUSES.items()) + "\n",
    ]
    lectures = sorted({row.lecture for row in ROWS.values()})
    for name in lectures:
        rows = [row for row in ROWS.values() if row.lecture == name]
        parts.append(heading(name, "-"))
        if selection.has(f"lectures/{name}"):
            parts.append(f"Taught in :doc:`lectures/{name}`.\n")
        lines = [
            (f"_`{row.id}`", escape(row.says), ledger(row), concepts(row.id, selection))
            for row in rows
        ]
        columns = ("row", "what it says", "what we found", "concepts")
        parts.append(table(columns, lines, "8 34 36 22"))
    return "\n".join(parts)


def ledger(row: Row) -> str:
    """Say what was found about a row: its status first, then how far it holds, and its sources."""
    parts = [f"**{row.status}**" + (f": {escape(row.found)}." if row.found else ".")]
    if row.limit:
        parts.append(f"*But* {escape(row.limit)}.")
    if row.measured:
        parts.append(
            f"Measured ({escape(row.runs or 'exactly')}): {escape('; '.join(row.measured))}."
        )
    parts += [f"Source: {escape(SOURCES[key].reference)}." for key in row.sources]
    return " ".join(parts)


def concepts(row: str, selection: Selection) -> str:
    """Name the concepts that implement a row."""
    links = []
    for twin in TWINS:
        if row in twin.slides.split():
            family = family_of(twin.by_hand())
            page = f"reference/{family}"
            built = selection.has(page)
            links.append(link(twin.name, f"{page}.html#{place(twin)}") if built else twin.name)
    return ", ".join(links)
