"""Tables about the slides, for the lecture on their claims: each is made from the rows."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcourse.slides import ROWS, SOURCES, STATUSES, SYMBOLS, find
from dlcourse.slides.report import described
from dlcourse.slides.row import Row
from dlcourse.slides.trace import trace


@dataclass(frozen=True)
class Table:
    """A table: HTML in a notebook, lines of cells elsewhere.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuple of str
    code : tuple of str
        Columns that hold code.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    code: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "\n".join(" | ".join(row) for row in (self.columns, *self.rows))

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align: left">{html.escape(c)}</th>' for c in self.columns)
        body = "".join(
            "<tr>" + "".join(map(self.cell, self.columns, row)) + "</tr>" for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def cell(self, column: str, text: str) -> str:
        """Write a cell in HTML."""
        text = html.escape(text)
        text = f"<code>{text}</code>" if column in self.code and text else text
        return f'<td style="text-align: left; vertical-align: top">{text}</td>'


def with_status(status: str) -> list[Row]:
    """List the rows of a status, in the order of the lectures."""
    return [row for row in ROWS.values() if row.status == status]


def statuses() -> Table:
    """Say what each status means, and how many rows have it."""
    rows = ((s, str(len(with_status(s))), meaning) for s, meaning in STATUSES.items())
    return Table(("status", "rows", "what it means"), tuple(rows))


def scorecard() -> dict[str, dict[str, int]]:
    """Count the rows of each status, for each lecture."""
    counts: dict[str, dict[str, int]] = {}
    for row in ROWS.values():
        counts.setdefault(row.lecture, dict.fromkeys(STATUSES, 0))[row.status] += 1
    return counts


def one(name: str) -> Table:
    """Follow one row from the slide to its proof, as `dlcourse slides` does."""
    found = trace(find(name))
    parts = [(label, re.sub(r"(\.py):\d+", r"\1", line)) for label, line in described(found)]
    return Table(("", found.row.id), (("says", found.row.says), *parts))


def numbers(computed: Mapping[str, float]) -> Table:
    """Put the numbers on the slides beside those that are computed.

    Parameters
    ----------
    computed : mapping of str to float
        The number of each row, computed just now.
    """
    rows = []
    for name, value in computed.items():
        row = ROWS[name]
        printed = "" if row.slide is None else f"{row.slide:,}"
        shown = f"{value:,.0f}" if float(row.value or 0).is_integer() else f"{value:.4g}"
        rows.append((name, printed, shown, row.unit, row.status))
    return Table(("row", "printed", "computed", "unit", "status"), tuple(rows))


def errata() -> Table:
    """List what the slides say, and what is right."""
    rows = ((row.id, row.says, row.found) for row in with_status("erratum"))
    return Table(("row", "the slide", "right is"), tuple(rows))


def limits(*lectures: str) -> Table:
    """List what did not hold, or only so far, in some lectures, such as "05" and "06"."""
    rows = (
        (row.id, row.says, row.limit, row.runs)
        for row in ROWS.values()
        if row.limit and row.lecture[:2] in lectures
    )
    return Table(("row", "the slide", "but", "rests on"), tuple(rows))


def quoted() -> Table:
    """List what is quoted, and from where."""
    rows = ((row.id, row.says, row.found, cited(row)) for row in with_status("quoted"))
    return Table(("row", "the slide", "what is known", "source"), tuple(rows))


def not_reproduced() -> Table:
    """List what could not be reproduced, and why."""
    rows = ((row.id, row.says, row.found) for row in with_status("not reproduced"))
    return Table(("row", "the slide", "why not"), tuple(rows))


def cited(row: Row) -> str:
    """Name the sources of a row in short: authors, and whether they were read."""
    names = []
    for key in row.sources:
        source = SOURCES[key]
        names.append(source.reference.partition(":")[0] + (" (not seen)" * (not source.seen)))
    return "; ".join(names)


def symbols() -> Table:
    """Put the symbols of the slides beside the code of both sides."""
    rows = tuple((s.symbol, s.means, s.by_hand, s.in_torch or "the same", s.row) for s in SYMBOLS)
    columns = ("symbol", "what it is", "by_hand", "in_torch", "row")
    return Table(columns, rows, code=("by_hand", "in_torch"))


def credits() -> Table:
    """List the sources, where the slides name them, and what is quoted from them."""
    rows: list[tuple[str, ...]] = []
    for source in SOURCES.values():
        quoting = [row.id for row in ROWS.values() if source.key in row.sources]
        seen = "yes" if source.seen else "no"
        rows.append((source.reference, ", ".join(source.lines), ", ".join(quoting), seen))
    return Table(("source", "lines of the slides", "quoted in", "seen"), tuple(rows))


def summary() -> Mapping[str, Any]:
    """Count what the lecture speaks of: rows, statuses, claims, limits."""
    return {
        "rows": len(ROWS),
        **{status: len(with_status(status)) for status in STATUSES},
        "claims": sum(len(row.measured) for row in ROWS.values()),
        "limits": sum(bool(row.limit) for row in ROWS.values()),
    }
