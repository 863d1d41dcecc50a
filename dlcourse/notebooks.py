"""Lectures as files: run them, keep their outputs current, and check how they are written."""

import copy
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from rich.console import Console
from rich.table import Table

from dlcourse.setting_up import ONE_THREAD, course_root

Notebook = Any  # nbformat's NotebookNode, which is a dict with attributes

LARGEST = 600_000  # bytes of a lecture with its outputs
ALLOWED_TAGS = {"nbval-ignore-output", "predict", "slow"}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@dataclass
class Run:
    """What came of executing one notebook.

    Attributes
    ----------
    path : Path
        The notebook.
    notebook : notebook, optional
        With its new outputs, tidied; None when it failed.
    seconds : dict of int to float
        How long each code cell took, by its number.
    failure : str
        One line that says what went wrong, or nothing.
    """

    path: Path
    notebook: Notebook = None
    seconds: dict[int, float] = field(default_factory=dict)
    failure: str = ""

    @property
    def total(self) -> float:
        """Seconds of all cells together."""
        return sum(self.seconds.values())

    @property
    def slowest(self) -> str:
        """The slowest cell and its seconds."""
        if not self.seconds:
            return ""
        number = max(self.seconds, key=lambda n: self.seconds[n])
        return f"cell {number}, {self.seconds[number]:.1f} s"


def lectures(names: Sequence[str] = ()) -> list[Path]:
    """Find lectures by number, by name, or by path; all of them when none is named.

    Parameters
    ----------
    names : sequence of str
        Such as "03", "03-training" or "lectures/03-training.ipynb".

    Raises
    ------
    ValueError
        When a name fits no notebook.
    """
    folder = course_root() / "lectures"
    everything = sorted(folder.glob("*.ipynb"))
    found = []
    for name in names:
        fitting = [p for p in everything if p.stem == name or p.stem.startswith(f"{name}-")]
        if Path(name).suffix == ".ipynb" and Path(name).is_file():
            fitting = [Path(name)]
        if not fitting:
            known = ", ".join(p.stem for p in everything) or "none yet"
            raise ValueError(f"no lecture is called {name!r}; there are {known}")
        found += fitting
    return found or everything


def execute(path: Path, *, timeout: float = 120) -> Run:
    """Run every cell of a notebook in a fresh kernel, from the notebook's own folder.

    Parameters
    ----------
    path : Path
        The notebook; the file is not changed.
    timeout : float
        Seconds that one cell may take.
    """
    run = Run(path)
    started: dict[int, float] = {}
    notebook = nbformat.read(path, as_version=4)
    numbers = {i: n for n, (i, _) in enumerate(code_cells(notebook), start=1)}

    def on_start(cell: Notebook, cell_index: int) -> None:
        started[cell_index] = time.perf_counter()

    def on_executed(cell: Notebook, cell_index: int, execute_reply: Any) -> None:
        run.seconds[numbers[cell_index]] = time.perf_counter() - started[cell_index]

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[])),
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.resolve().parent)}},
        on_cell_start=on_start,
        on_cell_executed=on_executed,
    )
    environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}
    environment.pop("MPLBACKEND", None)  # the kernel's own shows forgotten figures
    try:
        client.execute(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        index = max(started, default=0)
        first = notebook.cells[index].source.splitlines()[0] if notebook.cells else ""
        run.failure = (
            f"{path.name}, cell {numbers.get(index, 1)} ({first}): {reason(error, timeout)}"
        )
        return run
    run.notebook = tidy(notebook)
    return run


def reason(error: Exception, timeout: float) -> str:
    """Say in a few words why a cell did not finish."""
    if isinstance(error, CellTimeoutError):
        return f"took longer than {timeout:g} s"
    if isinstance(error, DeadKernelError):
        return "the kernel died"
    assert isinstance(error, CellExecutionError)
    return f"{error.ename}: {error.evalue.splitlines()[0] if error.evalue else ''}"


def execute_all(paths: Sequence[Path], *, timeout: float = 120) -> Iterator[Run]:
    """Run notebooks, two at a time, and yield what came of each in the given order."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(lambda path: execute(path, timeout=timeout), paths)


def tidy(notebook: Notebook) -> Notebook:
    """Keep of a notebook only what is the same whenever it is run."""
    tidied = copy.deepcopy(notebook)
    tidied.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    tidied.nbformat_minor = 5
    for number, cell in enumerate(tidied.cells, start=1):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": sorted(tags)} if tags else {})
        cell.setdefault("id", f"cell-{number:02}")
        for output in cell.get("outputs", []):
            output.pop("transient", None)
            if "metadata" in output:
                output["metadata"] = nbformat.from_dict({})
    return tidied


def as_text(notebook: Notebook) -> str:
    """Write a notebook as it stands in its file."""
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT)) + "\n"


def run(paths: Sequence[Path], *, timeout: float = 120) -> int:
    """Execute notebooks and write their outputs back; a failed one is left as it was.

    Returns
    -------
    int
        0, or 1 when a notebook failed.
    """
    out, failed = Console(), 0
    for result in execute_all(paths, timeout=timeout):
        if result.failure:
            failed += 1
            out.print(f"FAILED  {result.failure}", markup=False, highlight=False, soft_wrap=True)
            continue
        changed = write(result.path, as_text(result.notebook))
        state = "written" if changed else "already current"
        out.print(f"{result.path.name}: {state}, {result.total:.1f} s; {result.slowest}")
    return int(failed > 0)


def write(path: Path, text: str) -> bool:
    """Replace a file in one step, so that it is never half written; say whether it changed."""
    if path.read_text(encoding="utf-8") == text:
        return False
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=path.parent, suffix=".part", delete=False
    ) as part:
        part.write(text)
    Path(part.name).replace(path)
    return True


def check(paths: Sequence[Path], *, timeout: float = 120) -> int:
    """Execute copies of notebooks and compare everything with what is committed.

    Returns
    -------
    int
        0, or 1 when something differs, fails, or is not written as lectures are.
    """
    table = Table("lecture", "seconds", "slowest", "cells", "figures", "kB", "verdict")
    details: list[str] = []
    for result in execute_all(paths, timeout=timeout):
        committed = nbformat.read(result.path, as_version=4)
        found = [f"{result.path.name}: {problem}" for problem in problems(committed, result.path)]
        if result.failure:
            found.insert(0, result.failure)
        elif difference := first_difference(committed, result.notebook):
            found.insert(0, f"{result.path.name}, {difference}")
        details += found
        table.add_row(
            result.path.stem,
            f"{result.total:.1f}",
            result.slowest,
            str(len(code_cells(committed))),
            str(sum("<img" in html for html in htmls(committed))),
            str(result.path.stat().st_size // 1000),
            "differs" if found else "OK",
        )
    out = Console()
    out.print(table)
    for line in details:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    return int(bool(details))


def first_difference(committed: Notebook, new: Notebook) -> str:
    """Say where two notebooks first differ, or nothing."""
    if len(committed.cells) != len(new.cells):
        return f"{len(committed.cells)} cells committed, {len(new.cells)} run"
    number = 0
    for old, fresh in zip(committed.cells, new.cells, strict=True):
        number += old.cell_type == "code"
        if old == fresh:
            continue
        here = f"cell {number}" if old.cell_type == "code" else f"text before cell {number + 1}"
        for before, after in zip(lines_of(old), lines_of(fresh), strict=False):
            if before != after:
                if "<img" in before and alt_texts(before) == alt_texts(after):
                    return f"{here}: the picture differs"
                return f"{here}: committed {shorten(before)!r}, now {shorten(after)!r}"
        return f"{here}: other outputs than committed"
    if committed.metadata != new.metadata:
        return "metadata: run `dlcourse notebooks run` to tidy it"
    return ""


def lines_of(cell: Notebook) -> list[str]:
    """Write a cell with its outputs as lines, for comparing."""
    outputs = nbformat.v4.writes(nbformat.v4.new_notebook(cells=[cell]))
    return outputs.replace("\\n", "\n").splitlines()


def shorten(line: str, width: int = 100) -> str:
    """Cut what is too long to read in a message."""
    return line.strip() if len(line) <= width else line.strip()[:width] + " ..."


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


# ---- how lectures are written ---------------------------------------------------------


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
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if set(cell.metadata) - {"tags"} or tags != sorted(tags):
            yield f"cell {cell.get('id')} has other metadata than sorted tags"
        if unknown := set(tags) - ALLOWED_TAGS:
            yield f"cell {cell.get('id')} is tagged {', '.join(sorted(unknown))}"
        if "nbval-ignore-output" in tags and "claim(" not in cell.source:
            yield f"cell {cell.get('id')} is not compared and makes no claim(...)"


def broken_links(notebook: Notebook, path: Path) -> Iterator[str]:
    """Links to other lectures lead somewhere."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([\w./-]+\.ipynb)[)#]", cell.source):
                if not (path.parent / target).is_file():
                    yield f"links to {target}, which is not there"


def python_of(paths: Iterable[Path]) -> str:
    """Write notebooks as Python, for reading their changes in git (see the README)."""
    texts = []
    for path in paths:
        for cell in nbformat.read(path, as_version=4).cells:
            mark = "# %%" if cell.cell_type == "code" else "# %% [markdown]"
            body = cell.source if cell.cell_type == "code" else comment(cell.source)
            texts.append(f"{mark}\n{body}\n")
    return "\n".join(texts)


def comment(text: str) -> str:
    """Put a comment mark before each line."""
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def main() -> None:
    """Print notebooks as Python: git's textconv calls this."""
    sys.stdout.write(python_of(map(Path, sys.argv[1:])))


if __name__ == "__main__":
    main()
