"""The reference: for each concept both sides, docstrings and sources next to each other."""

import inspect
import textwrap
from collections.abc import Iterable
from importlib import import_module

from dlcourse.cases.case import Twin
from dlcourse.site.rst import code, heading, link
from dlcourse.site.selection import Selection, family_of
from dlcourse.slides import lecture_of
from dlcourse.sources import show
from dlcourse.twins import TWINS


def index(selection: Selection) -> str:
    """Write the page that lists all families of concepts."""
    lines = [heading("Reference", "=")]
    lines.append(
        "Every concept exists twice under one name: by hand in NumPy, and in PyTorch. "
        "Arguments, shapes and errors are the same on both sides.\n"
    )
    for family in selection.families:
        names = ", ".join(
            link(twin.name, f"{family}.html#{place(twin)}") for twin in members(family)
        )
        lines.append(f":doc:`{family}`\n    {summary(family)}\n\n    {names}\n")
    entries = "".join(f"   {family}\n" for family in selection.families)
    lines.append(f".. toctree::\n   :hidden:\n\n{entries}")
    return "\n".join(lines)


def page_of(family: str, selection: Selection) -> str:
    """Write the page of one family of concepts."""
    parts = [":hide-toc:\n", heading(title(family), "="), f"{summary(family)}\n"]
    parts += [concept(twin, selection) for twin in members(family)]
    return "\n".join(parts)


def members(family: str) -> list[Twin]:
    """List the concepts of a family."""
    return [twin for twin in TWINS if family_of(twin.by_hand()) == family]


def concept(twin: Twin, selection: Selection) -> str:
    """Write the part about one concept: where it is taught, both docstrings, both sources."""
    shared = twin.by_hand() is twin.in_torch()
    kind = "autoclass" if inspect.isclass(twin.by_hand()) else "autofunction"
    docs = [
        f".. {kind}:: dlcourse.{side}.{twin.name}\n" + "   :members:\n" * (kind == "autoclass")
        for side in ("by_hand", "in_torch")
    ]
    shown = show(twin.name)
    sources = [code(shown.hand), code(shown.net)]
    if shared:
        docs, sources = docs[:1], sources[:1]
    return "\n".join(
        [
            heading(twin.name, "-"),
            taught(twin.slides.split(), selection),
            "Both sides share it.\n" * shared,
            side_by_side(docs),
            f".. rubric:: Sources of {twin.name}, without docstrings and annotations\n",
            side_by_side(sources),
        ]
    )


def side_by_side(parts: Iterable[str]) -> str:
    """Put the two sides into two columns."""
    columns = (f".. container:: twin\n\n{textwrap.indent(part, '   ')}\n" for part in parts)
    return f".. container:: twins\n\n{textwrap.indent(''.join(columns), '   ')}\n"


def taught(rows: list[str], selection: Selection) -> str:
    """Say which rows of the slides a concept implements, and which lectures teach it."""
    slides = ", ".join(link(row, f"../slides.html#{row.lower()}") for row in rows)
    names = dict.fromkeys(name for row in rows if (name := lecture_of(row)))
    lectures = ", ".join(
        link(name, f"../lectures/{name}.html") if selection.has(f"lectures/{name}") else name
        for name in names
    )
    return f"Slides: {slides}. Taught in {lectures}.\n" if rows else ""


def title(family: str) -> str:
    """Write the name of a family in words, or as its main concept is written."""
    words = family.replace("_", " ")
    names = {twin.name.lower(): twin.name for twin in members(family)}
    return names.get(words, words.capitalize())


def summary(family: str) -> str:
    """Give the first sentence of the file of a family."""
    doc = inspect.getdoc(import_module(f"dlcourse.by_hand.{family}")) or ""
    return doc.partition("\n\n")[0].replace("\n", " ")


def place(twin: Twin) -> str:
    """Name the place of a concept on its page."""
    return f"dlcourse.by_hand.{twin.name}"
