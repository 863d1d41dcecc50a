"""Read a submitted notebook, which may be broken in every way."""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from dlcourse.exercises.tasks import LECTURES, tasks_of

MANY = 2000  # cells
MAGIC = r"^([ \t]*)([%!?].*|\S*\?+[ \t]*)$"  # lines that only a notebook understands


class UnreadableError(Exception):
    """A file is no notebook that can be graded; the message says why."""


def read_cells(content: bytes) -> list[str]:
    """Give the Python code of a notebook, cell by cell.

    Magics and shell commands do nothing.

    Parameters
    ----------
    content : bytes
        The file.

    Raises
    ------
    UnreadableError
        When it is not JSON, not a notebook, or not in Python.
    """
    notebook = parsed(content)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if (
        cells is None
        and isinstance(notebook, dict)
        and isinstance(notebook.get("worksheets"), list)
    ):
        raise UnreadableError("it is in a format of before 2015; save it anew in JupyterLab")
    if not isinstance(cells, list):
        raise UnreadableError("it is no notebook: it has no cells")
    if language := other_language(notebook):
        raise UnreadableError(f"it is in {language}, not in Python")
    if len(cells) > MANY:
        raise UnreadableError(f"it has {len(cells)} cells; {MANY} are the most")
    sources = [source_of(cell) for cell in cells]
    return without_stubs([source for source in sources if source.strip()])


def parsed(content: bytes) -> Any:
    """Read JSON, or say in a learner's words why it is none.

    Raises
    ------
    UnreadableError
    """
    if not content.strip():
        raise UnreadableError("it is empty")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableError("it is no text in UTF-8") from None
    except RecursionError:
        raise UnreadableError("it is nested too deep") from None
    except json.JSONDecodeError as error:
        if re.search(rb"^<{7} ", content, flags=re.MULTILINE):
            raise UnreadableError("git left two versions of it in one file") from None
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        said = "it breaks off" if cut and error.pos else "it is no notebook: it is damaged"
        raise UnreadableError(f"{said} in line {error.lineno}") from None
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableError(f"it is no notebook: {error}"[:150]) from None


def other_language(notebook: dict[str, Any]) -> str:
    """Name the language of a notebook if it is not Python."""
    metadata = notebook.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    for place in ("kernelspec", "language_info"):
        about = metadata.get(place)
        if isinstance(about, dict):
            language = str(about.get("language") or about.get("name") or "python")
            if "python" not in language.casefold() and place == "language_info":
                return language[:30]
            if place == "kernelspec" and about.get("language", "python") != "python":
                return str(about["language"])[:30]
    return ""


def source_of(cell: Any) -> str:
    """Give the code of a cell; magics, shell commands and cells in other languages give nothing."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(str(line) for line in source)
    if not isinstance(source, str) or source.lstrip().startswith("%%"):
        return ""
    return source if statements(source) else re.sub(MAGIC, r"\1pass", source, flags=re.MULTILINE)


def without_stubs(cells: list[str]) -> list[str]:
    """Leave out stubs of what is written elsewhere: copies of a cell do no harm."""
    written = {name for cell in cells for name, stub in functions(cell) if not stub}
    kept = []
    for cell in cells:
        found = functions(cell)
        if found and all(stub and name in written for name, stub in found):
            continue
        kept.append(cell)
    return kept


@lru_cache(maxsize=1000)  # it is asked for again and again, and many cells are everybody's
def statements(cell: str) -> list[ast.stmt]:
    """Read the statements of a cell; nothing of one that is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def functions(cell: str) -> list[tuple[str, bool]]:
    """List the functions that a cell defines, and whether each is but a stub."""
    found = (node for node in statements(cell) if isinstance(node, ast.FunctionDef))
    return [(node.name, is_stub(node)) for node in found]


def is_stub(function: ast.FunctionDef) -> bool:
    """Tell a function that only says that it is not written."""
    return any(
        isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
        for node in function.body
    )


def lectures_in(cells: list[str]) -> list[str]:
    """Find the lectures whose tasks a notebook answers.

    They are those of which it has half the answers at least, written or not; or else the one of
    which it has most, since a function may have the name of another lecture's task by chance.
    """
    names = {name for cell in cells for name, _ in functions(cell)}
    shares = {
        lecture: sum(task.function in names for task in tasks_of(lecture)) / len(tasks_of(lecture))
        for lecture in LECTURES
    }
    most = max(shares.values())
    return [k for k, share in shares.items() if share and (share >= 0.5 or share == most)]


def leans_on(cells: Sequence[str], function: str, packages: Sequence[str]) -> str:
    """Name the package that a function names, itself or through what it calls, or nothing.

    This explains why an answer fails where the package is not there; it decides nothing.
    """
    nodes = [node for cell in cells for node in statements(cell)]
    defined = {name: node for node in nodes for name in defined_by(node)}
    known = {name: name for name in packages} | dict(imports_in(nodes))
    left, met = [function], {function}
    while left:
        for part in ast.walk(defined.get(left.pop(), ast.Pass())):
            names = [name for _, name in imports_in([part])]
            if isinstance(part, ast.Name):
                names += [known.get(part.id, "")]
                if part.id not in met:
                    met.add(part.id)
                    left.append(part.id)
            elif isinstance(part, ast.Call) and "import" in ast.unparse(part.func):
                names += [str(a.value) for a in part.args if isinstance(a, ast.Constant)]
            for package in packages:
                if any(f"{name}.".startswith(f"{package}.") for name in names):
                    return package
    return ""


def defined_by(node: ast.stmt) -> list[str]:
    """Name what a statement defines: a function, a class, or variables."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def imports_in(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """List what statements import: the name that it gets, and its full name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname or top), (alias.name if alias.asname else top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name), f"{node.module}.{alias.name}"
