"""Pieces of reStructuredText."""

import textwrap
from collections.abc import Iterable, Sequence


def heading(text: str, line: str) -> str:
    """Write a heading with a line below it."""
    return f"{text}\n{line * len(text)}\n"


def link(text: str, address: str) -> str:
    """Write a link to a page of the site, as seen from this one."""
    return f"`{text} <{address}>`__"


def code(source: str) -> str:
    """Write a piece of Python."""
    return f".. code-block:: python\n\n{textwrap.indent(source, '   ')}\n"


def escape(text: str) -> str:
    """Write plain words: nothing in them means anything but itself."""
    return "".join(f"\\{letter}" if letter in "\\*`|_[]<>" else letter for letter in text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], widths: str) -> str:
    """Write a table whose cells may hold links."""
    lines = [f".. list-table::\n   :header-rows: 1\n   :widths: {widths}\n"]
    for row in (heads, *rows):
        lines += [f"   {'* -' if k == 0 else '  -'} {cell}" for k, cell in enumerate(row)]
    return "\n".join(lines) + "\n"
