"""Show the two sources of a concept side by side in a notebook."""

import ast
import inspect
import textwrap
from dataclasses import dataclass

from dlcourse.twins import find

WIDTH = 56  # characters that fit into half a page


@dataclass(frozen=True)
class SideBySide:
    """Two sources: a Markdown table in JupyterLab, which colours it for its own theme."""

    name: str
    hand: str
    net: str

    def __repr__(self) -> str:
        return f"# by_hand.{self.name}\n{self.hand}\n\n# in_torch.{self.name}\n{self.net}"

    def _repr_markdown_(self) -> str:
        cells = "".join(
            f'<td style="vertical-align: top; text-align: left">\n\n'
            f"**`{side}.{self.name}`**\n\n```python\n{folded(source)}\n```\n\n</td>"
            for side, source in (("by_hand", self.hand), ("in_torch", self.net))
        )
        return f"<table><tr>{cells}</tr></table>"


def show(name: str, *, details: bool = False) -> SideBySide:
    """Put both sources of a concept side by side.

    Parameters
    ----------
    name : str
        As exported by `by_hand` and `in_torch`.
    details : bool
        Whether to keep docstrings and type annotations.

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
    hand, net = (inspect.getsource(side) for side in (twin.by_hand(), twin.in_torch()))
    if not details:
        hand, net = (without_annotations(without_docstrings(source)) for source in (hand, net))
    return SideBySide(twin.name, hand.strip(), net.strip())


def without_docstrings(source: str) -> str:
    """Take out the docstrings of a class or function and of its methods."""
    source = textwrap.dedent(source)
    lines = source.splitlines()
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or len(node.body) == 1:
            continue  # a docstring that stands alone is the whole body
        if ast.get_docstring(node) is not None:
            last = node.body[0].end_lineno or node.body[0].lineno
            blank_below = last < len(lines) and not lines[last].strip()
            dropped |= set(range(node.body[0].lineno - 1, last + blank_below))
    return "\n".join(line for number, line in enumerate(lines) if number not in dropped)


def without_annotations(source: str) -> str:
    """Take out type annotations, and let a signature stand on one line where it fits."""
    lines = source.splitlines()
    cuts: list[tuple[int, int, ast.expr, str]] = []  # line, column, annotation, what follows
    functions = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg) and node.annotation is not None:
            cuts.append((node.lineno, node.col_offset + len(node.arg), node.annotation, "="))
        elif isinstance(node, ast.AnnAssign):
            column = node.target.end_col_offset or 0
            cuts.append((node.lineno, column, node.annotation, " = "))
        elif isinstance(node, ast.FunctionDef):
            functions.append((node.lineno - 1, node.body[0].lineno - 1))
            if node.returns is not None:
                number = node.returns.lineno
                arrow = lines[number - 1].rindex(" ->", 0, node.returns.col_offset)
                cuts.append((number, arrow, node.returns, ""))
    for number, column, annotation, equals in sorted(cuts, key=lambda c: c[:2], reverse=True):
        line = lines[number - 1]
        rest = line[annotation.end_col_offset :]
        if rest.startswith(" = "):
            rest = equals + rest[3:]
        lines[number - 1] = line[:column] + rest
    for first, body in sorted(functions, reverse=True):
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        signature = " ".join(line.strip() for line in lines[first:body])
        signature = indent + signature.replace("( ", "(").replace(", )", ")").replace(" )", ")")
        if len(signature) <= WIDTH:
            lines[first:body] = [signature]
    return "\n".join(lines)


def folded(source: str) -> str:
    """Fold lines that are too long for half a page, at a space outside of strings."""
    lines = []
    for line in source.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + 8)
        while len(line) > WIDTH:
            quotes = [line[:i].count('"') % 2 for i in range(WIDTH + 1)]
            at = max((i for i in range(WIDTH) if line[i] == " " and not quotes[i]), default=0)
            if not line[:at].strip():
                break
            lines.append(line[:at])
            line = indent + line[at + 1 :]
        lines.append(line)
    return "\n".join(lines)
