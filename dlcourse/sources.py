"""Show the two sources of a concept side by side in a notebook."""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator
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
    """Fold lines that are too long for half a page where Python allows it.

    Lines are broken inside brackets only, and comments at their ends move above them, so that what
    is shown can be typed and run.  A line without such a place stays long.
    """
    lines, comments, places = source.splitlines(), {}, list(break_places(source))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and len(lines[token.start[0] - 1]) > WIDTH:
            comments[token.start[0]] = token.start[1]
    result: list[str] = []
    for number, line in enumerate(lines, start=1):
        indent = line[: len(line) - len(line.lstrip())]
        if number in comments:
            line, comment = line[: comments[number]].rstrip(), line[comments[number] + 1 :]
            result += textwrap.wrap(
                comment.strip(),
                WIDTH,
                initial_indent=indent + "# ",
                subsequent_indent=indent + "# ",
            )
            if not line:
                continue
        inside = {column: depth for row, column, depth in places if row == number}
        result += broken(line, inside, indent + " " * 8)
    return "\n".join(result)


def broken(line: str, depths: dict[int, int], indent: str) -> Iterator[str]:
    """Break a line at some of the columns: at a space, and outside of inner brackets if it can."""
    start, lead = 0, ""
    while len(lead) + len(line) - start > WIDTH:
        room = start + WIDTH - len(lead)
        fitting = [column for column in depths if start < column <= room and column < len(line)]
        fitting = [column for column in fitting if line[column] == " "] or fitting
        late = [column for column in fitting if column > (start + room) // 2]
        at = min(late, key=lambda c: (depths[c], -c)) if late else max(fitting, default=0)
        if not line[start:at].strip():
            break
        yield lead + line[start:at].rstrip()
        start, lead = at + (line[at] == " "), indent
    yield lead + line[start:]


def break_places(source: str) -> Iterator[tuple[int, int, int]]:
    """Give line, column, and depth of each gap inside brackets: a space, or behind a ``(``."""
    f_start, f_end = (getattr(tokenize, f"FSTRING_{end}", None) for end in ("START", "END"))
    depth = strings = 0
    end, opened = (0, 0), False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        gap = token.start[0] == end[0] and token.start[1] > end[1]
        if depth and not strings and (gap or opened) and token.string not in ("", ")", "]", "}"):
            yield *end, depth
        strings += (token.type == f_start) - (token.type == f_end)
        depth += (
            (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        )
        end, opened = token.end, token.string == "(" and not strings
