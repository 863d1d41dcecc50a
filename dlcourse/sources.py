"""Show the two sources of a concept side by side in a notebook."""

import ast
import inspect
import textwrap
from dataclasses import dataclass

from dlcourse.twins import find


@dataclass(frozen=True)
class SideBySide:
    """Two sources: a Markdown table in JupyterLab, which colours it for its own theme."""

    name: str
    hand: str
    net: str

    def __repr__(self) -> str:
        return f"# by_hand.{self.name}\n{self.hand}\n\n# in_torch.{self.name}\n{self.net}"

    def _repr_markdown_(self) -> str:
        cells = "</td><td>".join(
            f"\n\n**`{side}.{self.name}`**\n\n```python\n{source}\n```\n\n"
            for side, source in (("by_hand", self.hand), ("in_torch", self.net))
        )
        return f'<table><tr style="vertical-align: top"><td>{cells}</td></tr></table>'


def show(name: str, *, docstrings: bool = False) -> SideBySide:
    """Put both sources of a concept side by side.

    Parameters
    ----------
    name : str
        As exported by `by_hand` and `in_torch`.
    docstrings : bool
        Whether to keep the docstrings.

    Returns
    -------
    SideBySide
        Shown by the notebook when it is the last line of a cell.

    Raises
    ------
    ValueError
        When there is no such concept; the message names those that are spelled alike.
    """
    twin = find(name)
    hand, net = map(inspect.getsource, (twin.by_hand(), twin.in_torch()))
    if not docstrings:
        hand, net = without_docstrings(hand), without_docstrings(net)
    return SideBySide(twin.name, hand.strip(), net.strip())


def without_docstrings(source: str) -> str:
    """Take out the docstrings of a class or function and of its methods."""
    source = textwrap.dedent(source)
    lines = source.splitlines()
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            last = node.body[0].end_lineno or node.body[0].lineno
            blank_below = last < len(lines) and not lines[last].strip()
            dropped |= set(range(node.body[0].lineno - 1, last + blank_below))
    return "\n".join(line for number, line in enumerate(lines) if number not in dropped)
