"""The trace from a row of the slides to its proof: cells, concepts, tasks, and tests."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dlcourse.setting_up import course_root
from dlcourse.slides import PASSAGES, ROWS
from dlcourse.slides.row import Row

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Cell:
    """A cell of a lecture that names a row, and the heading that it stands under."""

    lecture: str
    id: str
    heading: str

    @property
    def link(self) -> str:
        """Where it is, as JupyterLab and the web site find it."""
        return f"lectures/{self.lecture}.ipynb#{self.heading.replace(' ', '-')}"


@dataclass(frozen=True)
class Claim:
    """A claim that a lecture makes, and whether its committed output shows that it held."""

    lecture: str
    cell: str
    row: str
    sentence: str
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything in the course that belongs to a row.

    Attributes
    ----------
    row : Row
    lines : tuple of str
        Ranges of lines in the text of the slides.
    cells : tuple of Cell
        Of its lecture, in their order; the first is where it is taught.
    twins : tuple of str
        Names of concepts.
    tasks : tuple of (str, str)
        Lecture and name of each task.
    tests : tuple of str
        As pytest names them, such as tests/test_known_values.py::test_n13_...
    claims : tuple of Claim
        What lectures measure live.
    records : tuple of str
        Experiments at full size about it, of which a record comes with the course.
    """

    row: Row
    lines: tuple[str, ...]
    cells: tuple[Cell, ...]
    twins: tuple[str, ...]
    tasks: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
    claims: tuple[Claim, ...]
    records: tuple[str, ...]

    @property
    def gaps(self) -> list[str]:
        """Say what the row still lacks, each in a few words; empty when it is proven."""
        row, found = self.row, []
        if not self.cells:
            found.append(f"no cell of {row.lecture} names it")
        if not self.lines and not row.outside:
            found.append("no line of the slides belongs to it")
        shown = bool(self.tests or self.claims) or row.value is not None
        evidence = shown or (bool(self.twins) and row.kind not in ("claim", "number"))
        if row.status in ("computed", "erratum", "reproduced") and not evidence:
            found.append("no concept, test or claim proves it")
        if row.status == "erratum" and not (self.tests and row.found):
            found.append("no test shows what is right")
        if row.status == "reproduced" and not (self.claims and row.runs):
            found.append("no lecture claims it with seeds")
        if row.status == "quoted" and not row.sources:
            found.append("no source is named")
        if row.kind in ("claim", "number") and not row.found:
            found.append("the ledger does not say what was found")
        if row.limit and not shown:
            found.append("nothing shows its limit")
        return found


def trace(row: Row) -> Trace:
    """Follow a row through the course."""
    return Trace(
        row=row,
        lines=tuple(
            f"{p.first}-{p.last}" if p.first < p.last else str(p.first)
            for p in PASSAGES
            if row.id in p.rows
        ),
        cells=tuple(cells_naming(row.id, row.lecture)),
        twins=twins().get(row.id, ()),
        tasks=tasks().get(row.id, ()),
        tests=(*tests().get(row.id, ()), *row.tests),
        claims=tuple(claim for claim in claims() if claim.row == row.id),
        records=records().get(row.id, ()),
    )


def cells_naming(row: str, lecture: str) -> Iterator[Cell]:
    """Yield the cells of a lecture that name a row, its title and its code left out."""
    heading = ""
    for cell in cells_of(lecture)[1:]:
        if cell["cell_type"] != "markdown":
            continue
        text = "".join(cell["source"])
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        heading = headings[0] if headings else heading
        if re.search(rf"\b{row}\b", text):
            yield Cell(lecture, cell["id"], heading)


@cache
def cells_of(lecture: str) -> Sequence[Mapping[str, Any]]:
    """Read the cells of a lecture; none where there is no such file."""
    path = course_root() / "lectures" / f"{lecture}.ipynb"
    if not path.is_file():
        return []
    cells: Sequence[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


@cache
def lectures() -> tuple[str, ...]:
    """Name the lectures that are there."""
    return tuple(path.stem for path in sorted((course_root() / "lectures").glob("*.ipynb")))


@cache
def claims() -> tuple[Claim, ...]:
    """Find every claim of every lecture."""
    return tuple(
        claim
        for lecture in lectures()
        for cell in cells_of(lecture)
        if cell["cell_type"] == "code"
        for claim in claims_in(lecture, cell)
    )


def claims_in(lecture: str, cell: Mapping[str, Any]) -> Iterator[Claim]:
    """Yield the claims that a cell makes by `claim(row, sentence, holds)`."""
    source = "".join(cell["source"])
    if "claim(" not in source:
        return
    shown = "\n".join(
        "".join(output.get("data", {}).get("text/plain", "")) for output in cell["outputs"]
    )
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "claim":
            row, sentence = (as_text(argument) for argument in node.args[:2])
            note = f"Measured ({row})\n{sentence}"
            yield Claim(lecture, cell["id"], row, sentence, note in shown)


def as_text(node: ast.expr) -> str:
    """Read a string from code; of anything else, the code itself, which no ledger has."""
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


@cache
def twins() -> dict[str, tuple[str, ...]]:
    """Name the concepts of each row."""
    from dlcourse.twins import TWINS

    return {row: tuple(t.name for t in TWINS if row in t.slides.split()) for row in ROWS}


@cache
def tasks() -> dict[str, tuple[tuple[str, str], ...]]:
    """Name the tasks of each row, with their lectures."""
    from dlcourse.exercises.tasks import LECTURES, tasks_of

    pairs = [(lecture, task) for lecture in LECTURES for task in tasks_of(lecture)]
    return {
        row: tuple((lecture, task.id) for lecture, task in pairs if row in task.rows.split())
        for row in ROWS
    }


@cache
def records() -> dict[str, tuple[str, ...]]:
    """Name the recorded experiments of each row."""
    from dlcourse.reproduce.experiments import RECIPES
    from dlcourse.reproduce.records import FOLDER

    kept = [recipe for recipe in RECIPES if (FOLDER / f"{recipe.name}.json").is_file()]
    return {row: tuple(r.name for r in kept if row in r.rows.split()) for row in ROWS}


@cache
def tests() -> dict[str, tuple[str, ...]]:
    """Find the tests that are named after each row, such as `test_n15_n16_derivatives`."""
    found: dict[str, tuple[str, ...]] = {}
    for name in all_tests():
        words = name.rpartition("::test_")[2].split("_")
        for word in words:
            if not re.fullmatch(r"and|[a-z]{1,2}\d\d", word):
                break
            if word != "and":
                found[word.upper()] = (*found.get(word.upper(), ()), name)
    return found


@cache
def all_tests() -> tuple[str, ...]:
    """Name every test of the course, as pytest does."""
    return tuple(
        f"tests/{path.name}::{node.name}"
        for path in sorted((course_root() / "tests").glob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def places(concept: str) -> Iterator[str]:
    """Yield where both sides of a concept are defined, as file and line."""
    for side in ("by_hand", "in_torch"):
        for path in sorted((PACKAGE / side).glob("*.py")):
            line = definitions(path).get(concept)
            if line is not None:
                yield f"dlcourse/{side}/{path.name}:{line}"


@cache
def definitions(path: Path) -> dict[str, int]:
    """Find the line of each class and function of a file, without importing it."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return {n.name: n.lineno for n in nodes if isinstance(n, ast.ClassDef | ast.FunctionDef)}
