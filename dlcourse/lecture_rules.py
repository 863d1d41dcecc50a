"""How lectures are written: the rules that every committed notebook keeps."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Notebook = Any  # nbformat's NotebookNode, which is a dict with attributes

LARGEST = 600_000  # bytes of a lecture with its outputs
SECONDS = 60  # that a lecture should take; twice as many of the processor's are too many anywhere
MEMORY = 1000  # megabytes that it may have
ALLOWED_TAGS = {"nbval-ignore-output", "predict", "slow"}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def problems(notebook: Notebook, path: Path | None = None) -> list[str]:
    """List what is not as it should be in a committed lecture.

    Parameters
    ----------
    notebook : notebook
        As read by nbformat.
    path : Path, optional
        Where it stands, for its size and its links.

    Returns
    -------
    list of str
        One sentence for each problem; empty for a good lecture.
    """
    checks = (executed, outputs_clean, figures_readable, sources_clean, shape, metadata_minimal)
    found = [problem for check in checks for problem in check(notebook)]
    if path is not None:
        if path.stat().st_size > LARGEST:
            size = path.stat().st_size // 1000
            found.append(f"is {size} kB; {LARGEST // 1000} kB are allowed: draw smaller figures")
        found += broken_links(notebook, path)
    return found


def executed(notebook: Notebook) -> Iterator[str]:
    """Every code cell has run, from top to bottom: counts are 1 to n."""
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield "its cells are not numbered 1 to n: run `dlcourse notebooks run`"


def outputs_clean(notebook: Notebook) -> Iterator[str]:
    """Find outputs that differ between machines: errors, addresses, paths."""
    forbidden = {
        r"\b0x[0-9a-fA-F]{6,}\b": "a memory address",
        r"(?<![\w.])/(?:home|root|tmp|work|Users|usr|var|opt)/\w": "an absolute path",
        r"\b[A-Z]:\\\\?\w": "an absolute path",
        r"<(?:Figure size|Axes|matplotlib)": "the name of a figure object",
        r"<dlcourse\.[\w.]+ ": "the name of an object",
    }
    for number, (_, cell) in enumerate(code_cells(notebook), start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {number} ends in an error: {output.ename}"
            if output.output_type == "stream" and output.name == "stderr":
                yield f"cell {number} prints to stderr: {shorten(output.text)}"
            data = output.get("data", {"text/plain": output.get("text", "")})
            for mime in data:
                if mime.startswith("image/"):
                    yield f"cell {number} shows {mime} without alt text: end it with plots.show"
            text = re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+", "", str(dict(data)))
            for pattern, what in forbidden.items():
                if match := re.search(pattern, text):
                    yield f"cell {number} prints {what}: {match.group(0)}"


def figures_readable(notebook: Notebook) -> Iterator[str]:
    """Every figure has an alt text that says something, with a number in it."""
    for html in htmls(notebook):
        for alt in alt_texts(html):
            if not 40 <= len(alt) <= 600:
                yield f"an alt text has {len(alt)} characters; write a sentence: {alt!r}"
            elif not re.search(r"\d", alt):
                yield f"an alt text has no number in it: {alt!r}"


def sources_clean(notebook: Notebook) -> Iterator[str]:
    """Code is plain Python in short cells, with all imports in the first one."""
    forbidden = {
        r"^\s*[%!]": "a magic or shell command",
        r"^\s*from .* import \*": "a star import",
        r"\bsys\.path\b": "sys.path",
        r"\bpip\b.*\binstall\b": "an installation",
    }
    for number, (_, cell) in enumerate(code_cells(notebook), start=1):
        for pattern, what in forbidden.items():
            if re.search(pattern, cell.source, re.MULTILINE):
                yield f"cell {number} has {what}"
        if number > 1 and re.search(r"^(import|from) ", cell.source, re.MULTILINE):
            yield f"cell {number} imports; imports belong into the first code cell"
        sorting = len(re.findall(r"\barg(?:sort|partition)\(", cell.source))
        if sorting > cell.source.count('kind="stable"'):
            yield (
                f'cell {number} sorts without kind="stable": what is alike then comes in an order '
                "that depends on the processor"
            )
        if len(cell.source.splitlines()) > 30:
            yield f"cell {number} has {len(cell.source.splitlines())} lines; cut it in two"


def shape(notebook: Notebook) -> Iterator[str]:
    """See that a lecture begins with its title and ends with what to keep."""
    cells = notebook.cells
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        yield "its first cell is not its title, `# ...`"
    if len(cells) < 2 or cells[1].cell_type != "code":
        yield "its second cell is not the imports"
    last = cells[-1] if cells else None
    if last is None or last.cell_type != "markdown" or "## Keep" not in last.source:
        yield "its last cell is not `## Keep`"
    elif len(re.findall(r"^- ", last.source, re.MULTILINE)) > 5:
        yield "`## Keep` has more than five points"
    level = 0
    for cell in cells:
        for heading in re.findall(r"^(#+) ", cell.source, re.MULTILINE):
            if cell.cell_type == "markdown":
                if len(heading) > level + 1:
                    yield f"a heading skips a level: {shorten(cell.source.splitlines()[0])}"
                level = len(heading)


def metadata_minimal(notebook: Notebook) -> Iterator[str]:
    """Nothing is kept that differs from machine to machine; tags are known and sorted."""
    if notebook.metadata != {"kernelspec": KERNEL, "language_info": {"name": "python"}}:
        yield "its metadata are not minimal: run `dlcourse notebooks run`"
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or len(set(ids)) < len(ids):
        yield "cells lack an id of their own"
    numbers = {i: f"cell {n}" for n, (i, _) in enumerate(code_cells(notebook), start=1)}
    for i, cell in enumerate(notebook.cells):
        here, tags = numbers.get(i, f"text {cell.get('id')}"), cell.metadata.get("tags", [])
        if set(cell.metadata) - {"tags"} or tags != sorted(tags):
            yield f"{here} has other metadata than sorted tags: run `dlcourse notebooks run`"
        if unknown := set(tags) - ALLOWED_TAGS:
            allowed = ", ".join(sorted(ALLOWED_TAGS))
            yield f"{here} is tagged {', '.join(sorted(unknown))}; lectures use {allowed}"
        if "nbval-ignore-output" in tags and "claim(" not in cell.source:
            yield f"{here} is tagged nbval-ignore-output, not compared, and makes no claim(...)"


def broken_links(notebook: Notebook, path: Path) -> Iterator[str]:
    """Links to other lectures lead somewhere."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([\w./-]+\.ipynb)[)#]", cell.source):
                if not (path.parent / target).is_file():
                    yield f"links to {target}, which is not there"


def code_cells(notebook: Notebook) -> list[tuple[int, Notebook]]:
    """Give the code cells with their positions."""
    return [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def htmls(notebook: Notebook) -> Iterator[str]:
    """Yield every HTML output."""
    for _, cell in code_cells(notebook):
        for output in cell.outputs:
            if "text/html" in output.get("data", {}):
                yield output.data["text/html"]


def alt_texts(html: str) -> list[str]:
    """Read the alt text of each picture in a piece of HTML; empty where there is none."""
    found = []
    for picture in re.findall(r"<img[^>]*>", html):
        alt = re.search(r'alt="([^"]*)"', picture)
        found.append(alt.group(1) if alt else "")
    return found


def shorten(line: str, width: int = 100) -> str:
    """Cut what is too long to read in a message."""
    return line.strip() if len(line) <= width else line.strip()[:width] + " ..."
