"""Read the rows, the passages, the sources and the symbols from their files."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dlcourse.slides.row import Passage, Row, Source, Symbol, numbers

FOLDER = Path(__file__).parent


def table(name: str) -> Mapping[str, Any]:
    """Read a TOML file of this folder."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def rows() -> dict[str, Row]:
    """Read every row; each file is named after the lecture that teaches what is in it.

    Raises
    ------
    ValueError
        When an entry lacks a field, or has one that rows do not have.
    """
    found = {}
    for path in sorted((FOLDER / "rows").glob("*.toml")):
        for name, entry in table(f"rows/{path.name}").items():
            try:
                found[name] = Row(id=name, lecture=path.stem, **frozen(entry))
            except TypeError as error:
                raise ValueError(f"row {name} in {path.name}: {error}") from error
    return found


def passages() -> Iterator[Passage]:
    """Read which rows each line of the slides' text belongs to."""
    for slide in table("passages.toml")["slide"]:
        for part in slide["lines"].split(";"):
            lines, *names = part.split()
            yield Passage(*numbers(lines), tuple(names), slide["title"])


def sources() -> dict[str, Source]:
    """Read the sources."""
    return {key: Source(key=key, **frozen(entry)) for key, entry in table("sources.toml").items()}


def symbols() -> tuple[Symbol, ...]:
    """Read the symbols."""
    return tuple(Symbol(**entry) for entry in table("symbols.toml")["symbol"])


def frozen(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Make tuples of the lists in an entry."""
    return {
        field: tuple(value) if isinstance(value, list) else value for field, value in entry.items()
    }
