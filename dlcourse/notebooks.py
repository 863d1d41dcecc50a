"""Lectures as files: run them, and keep their outputs current."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from dlcourse.execution import Run, execute_all
from dlcourse.kernels import PATIENCE
from dlcourse.lecture_rules import (
    MEMORY,
    SECONDS,
    Notebook,
    alt_texts,
    code_cells,
    htmls,
    problems,
    shorten,
)
from dlcourse.setting_up import course_root
from dlcourse.stopping import unusable
from dlcourse.writing import remove_parts, write_whole

SLOWEST = 5  # cells that `dlcourse notebooks check` names


def lectures(names: Sequence[str] = ()) -> list[Path]:
    """Find lectures by number, by name, or by path; all of them when none is named.

    Parameters
    ----------
    names : sequence of str
        Such as "03", "03-training" or "lectures/03-training.ipynb".

    Returns
    -------
    list of Path

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


def as_text(notebook: Notebook) -> str:
    """Write a notebook as it stands in its file.

    Parameters
    ----------
    notebook : notebook

    Returns
    -------
    str
    """
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT)) + "\n"


def run(paths: Sequence[Path], *, patience: float = PATIENCE) -> int:
    """Execute notebooks and write their outputs back; a failed one is left as it was.

    Returns
    -------
    int
        0, or 1 when a notebook failed.
    """
    out, failed = Console(), 0
    for result in execute_all(paths, patience=patience):
        if result.failure:
            failed += 1
            out.print(f"FAILED  {result.failure}", markup=False, highlight=False, soft_wrap=True)
            continue
        try:
            changed = write(result.path, as_text(result.notebook))
        except OSError as error:
            failed += 1
            out.print(f"FAILED  {unusable(error, result.path)}", markup=False, soft_wrap=True)
            continue
        state = "written" if changed else "already current"
        out.print(f"{result.path.name}: {state}, {result.total:.1f} s; {result.slowest}")
    return int(failed > 0)


def write(path: Path, text: str) -> bool:
    """Replace a file in one step, so that it is never half written.

    Parameters
    ----------
    path : Path
        A file that is there.
    text : str

    Returns
    -------
    bool
        Whether that changed it.
    """
    if path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    remove_parts(path.parent)
    return True


def check(paths: Sequence[Path], *, patience: float = PATIENCE) -> int:
    """Execute copies of notebooks and compare everything with what is committed.

    Returns
    -------
    int
        0, or 1 when something differs, fails, takes too much, or is not written as lectures are.
        A lecture over `SECONDS` is named, and is no failure: the machine may be slow or busy.
    """
    table = Table("lecture", "seconds", "slowest", "MB", "cells", "figures", "kB", "verdict")
    details: list[str] = []
    slow: list[str] = []
    cells: list[tuple[float, str]] = []
    for result in execute_all(paths, patience=patience):
        cells += [(s, f"{result.path.stem}, cell {n}") for n, s in result.seconds.items()]
        committed = nbformat.read(result.path, as_version=4)
        found = [f"{result.path.name}: {problem}" for problem in problems(committed, result.path)]
        if result.failure:
            found.insert(0, result.failure)
        elif difference := first_difference(committed, result.notebook):
            found.insert(0, f"{result.path.name}, {difference}")
        found += beyond_bounds(result)
        details += found
        if result.total > SECONDS:
            took = f"took {result.total:.0f} s, and should take {SECONDS} on a quiet machine"
            slow.append(f"{result.path.name} {took} ({result.slowest})")
        table.add_row(
            result.path.stem,
            f"{result.total:.1f}",
            result.slowest,
            f"{result.megabytes:.0f}",
            str(len(code_cells(committed))),
            str(sum("<img" in html for html in htmls(committed))),
            str(result.path.stat().st_size // 1000),
            verdict(result, found),
        )
    out = Console()
    out.print(table)
    slowest = sorted(cells, reverse=True)[:SLOWEST]
    out.print(f"{sum(seconds for seconds, _ in cells):.1f} s in all. The slowest cells:")
    for seconds, place in slowest:
        out.print(f"{seconds:7.1f} s  {place}", markup=False, highlight=False)
    for line in slow + details:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    return int(bool(details))


def verdict(run: Run, found: Sequence[str]) -> str:
    """Say in a word what came of a lecture."""
    if run.failure or found:
        return "fails" if run.failure else "differs"
    return "slow" if run.total > SECONDS else "OK"


def beyond_bounds(run: Run) -> Iterator[str]:
    """Say what a lecture takes that none may take on any machine."""
    if run.megabytes > MEMORY:
        yield f"{run.path.name} had {run.megabytes:.0f} MB in memory, and may have {MEMORY}"
    if run.processor > 2 * SECONDS:
        took = f"took {run.processor:.0f} s of the processor's time, and may take {2 * SECONDS}"
        yield f"{run.path.name} {took} ({run.slowest})"


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


def as_python(paths: Iterable[Path]) -> str:
    """Write notebooks as Python, for reading their changes in git (see CONTRIBUTING)."""
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
    sys.stdout.write(as_python(map(Path, sys.argv[1:])))


if __name__ == "__main__":
    main()
