"""The rows of the slides: every statement of the lecture, numbered, and the ledger about them.

The data stand in TOML files: `rows/` has one file for each lecture, with what each row says, of
what kind it is, and what the course found; `passages.toml` says which lines of the slides' text
belong to which rows; `sources.toml` and `symbols.toml` are the sources and the glossary.

What follows from elsewhere is not written down again: the concepts, tasks, tests and cells of a
row are found by its name (`dlcourse.slides.trace`).
"""

import re
from difflib import get_close_matches

from dlcourse.slides import reading
from dlcourse.slides.row import KINDS, OUTSIDE, STATUSES, Passage, Row, Source, Symbol

__all__ = [
    "KINDS",
    "LINES",
    "OUTSIDE",
    "PASSAGES",
    "ROWS",
    "SOURCES",
    "STATUSES",
    "SYMBOLS",
    "Passage",
    "Row",
    "Source",
    "Symbol",
    "check_claim",
    "find",
    "lecture_of",
    "unread",
]

LINES = 2386
"""Lines of the slides' text."""

ROWS: dict[str, Row] = reading.rows()
"""Every row by its name, lecture by lecture."""

PASSAGES: tuple[Passage, ...] = tuple(reading.passages())
"""The lines of the slides' text in their order."""

SOURCES: dict[str, Source] = reading.sources()
"""Every source by its key."""

SYMBOLS: tuple[Symbol, ...] = reading.symbols()
"""The glossary."""


def unread() -> list[int]:
    """List the lines of the slides' text, from the first to the last, that no passage has.

    Returns
    -------
    list of int
        Empty when every line has its passage.
    """
    known = {line for passage in PASSAGES for line in range(passage.first, passage.last + 1)}
    return sorted(set(range(1, LINES + 1)) - known)


def lecture_of(row: str) -> str | None:
    """Name the lecture that teaches a row.

    Parameters
    ----------
    row : str
        Such as R05 or BN11.

    Returns
    -------
    str or None
        Such as 05-regularization; None where there is no such row.
    """
    return ROWS[row].lecture if row in ROWS else None


def find(name: str) -> Row:
    """Find a row by its name; upper and lower case, and a missing zero, do not matter.

    Parameters
    ----------
    name : str
        Such as "R12", "r12" or "r5".

    Returns
    -------
    Row

    Raises
    ------
    ValueError
        When there is no such row; the message names those that are spelled alike.
    """
    parts = re.fullmatch(r"([a-z]+)(\d+)", name.strip().lower())
    row = f"{parts[1].upper()}{int(parts[2]):02}" if parts else name.strip().upper()
    if row in ROWS:
        return ROWS[row]
    group = row.rstrip("0123456789")
    last = [other for other in ROWS if ROWS[other].group == group][-1:]
    close = get_close_matches(row, ROWS, n=3, cutoff=0.5)
    hint = f"{group} goes up to {last[0]}" if last else f"try {' or '.join(close)}"
    raise ValueError(
        f"the slides have no row {name!r}; "
        f"{hint if last or close else 'rows are named such as R12'}"
    )


def check_claim(row: str, sentence: str) -> None:
    """See that the ledger has what a lecture claims about a row.

    Parameters
    ----------
    row : str
        Such as R12.
    sentence : str
        Word for word.

    Raises
    ------
    ValueError
        When there is no such row, or its entry does not have this sentence.
    """
    entry = find(row)
    if sentence not in entry.measured:
        raise ValueError(
            f"{row}: the ledger does not have the claim that {sentence}; if it is meant, "
            f"change `measured` of {row} in dlcourse/slides/rows/{entry.lecture}.toml"
        )
