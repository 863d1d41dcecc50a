"""A row of the slides: one statement of the lecture, and what the course found out about it."""

import re
from dataclasses import dataclass

KINDS = ("definition", "equation", "claim", "number", "figure", "table", "algorithm")

STATUSES = {
    "computed": "worked out exactly, by hand and in PyTorch, or proven by a test",
    "reproduced": "measured with several seeds, in the lecture, as an order or a range",
    "quoted": "taken from its source: it cannot be computed here",
    "erratum": "not as the slide says: a test shows what is right",
    "not reproduced": "tried without success, or not tried, for the reason given",
    "explained": "said and taught; there is nothing to compute",
}
"""What the course can say of a row."""

OUTSIDE = {
    "figure": "only in a figure of the slides",
    "background": "not on the slides, but needed beside them",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One statement of the slides, and its entry in the ledger.

    Attributes
    ----------
    id : str
        Such as "R12".
    says : str
        What the slide says, in our words.
    kind, status : str
        One of `KINDS`, and one of `STATUSES`.
    lecture : str
        The lecture that teaches it, such as "05-regularization".
    found : str
        What the course found; of an erratum, what is right.
    limit : str
        What did not hold, or only so far: the honest negative result.
    slide, value : float, optional
        The number on the slide, and the number that is computed for it.
    unit : str
        Of both.
    runs : str
        How many seeds, nets, or draws a reproduction rests on.
    measured : tuple of str
        What lectures claim about it, word for word: orders and ranges that are checked by every
        run of the lecture.
    sources : tuple of str
        Keys of the sources that it is quoted from.
    outside : str
        Why it has no line in the text of the slides, one of `OUTSIDE`; empty for most.
    tests : tuple of str
        Tests that prove it, beside those that are named after it.
    """

    id: str
    says: str
    kind: str
    status: str
    lecture: str
    found: str = ""
    limit: str = ""
    slide: float | None = None
    value: float | None = None
    unit: str = ""
    runs: str = ""
    measured: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    outside: str = ""
    tests: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The letters of its name, such as BN."""
        return self.id.rstrip("0123456789")


@dataclass(frozen=True)
class Passage:
    """Neighbouring lines in the text of a slide, and the rows that they belong to.

    Attributes
    ----------
    first, last : int
        Numbers of lines, from 1.
    rows : tuple of str
        Their names; "title" where it is a heading.
    slide : str
        The title of the slide.
    """

    first: int
    last: int
    rows: tuple[str, ...]
    slide: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where something on the slides, or a number beside them, comes from.

    Attributes
    ----------
    key : str
    reference : str
        Authors, year, title, place.
    seen : bool
        Whether the quoted text or table was read, in the source or in a copy of it.
    lines : tuple of str
        Lines of the slides that name it; empty where the course adds it.
    """

    key: str
    reference: str
    seen: bool
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """A symbol of the slides, and the code that gives its value in either library.

    Attributes
    ----------
    symbol, means : str
        As on the slides, and in words.
    row : str
        The row that brings it in.
    by_hand, in_torch : str
        Expressions in the names of `dlcourse.slides.glossary.example`; `in_torch` is empty where
        both sides write the same.
    """

    symbol: str
    means: str
    row: str
    by_hand: str
    in_torch: str = ""


def numbers(lines: str) -> tuple[int, int]:
    """Read a range of lines, such as "12-15" or "12"."""
    first, _, last = lines.partition("-")
    if not re.fullmatch(r"\d+(-\d+)?", lines) or int(last or first) < int(first):
        raise ValueError(f"{lines!r} is no range of lines, such as 12-15")
    return int(first), int(last or first)
