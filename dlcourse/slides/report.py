"""What `dlcourse slides` prints: the coverage of every chapter, or all there is about one row."""

from collections import Counter
from collections.abc import Iterator, Sequence

from dlcourse.slides import PASSAGES, ROWS, SOURCES, STATUSES, find, unread
from dlcourse.slides.row import OUTSIDE
from dlcourse.slides.trace import Trace, places, trace


def coverage() -> tuple[str, int]:
    """Write the table of chapters: rows, how many are proven, and of which status they are.

    Returns
    -------
    str
        The table, and what is not proven yet.
    int
        How many rows lack something.
    """
    traces = [trace(row) for row in ROWS.values()]
    lectures = sorted({found.row.lecture for found in traces})
    width = max(len(lecture) for lecture in lectures)
    columns = ["rows", "proven", *STATUSES, "tests", "tasks", "claims"]
    lines = [f"{'lecture':{width}}  " + "  ".join(columns)]
    for lecture in [*lectures, "all"]:
        chosen = [found for found in traces if lecture in (found.row.lecture, "all")]
        counts = counted(chosen)
        cells = (f"{counts[column]:{len(column)}}" for column in columns)
        lines.append(f"{lecture:{width}}  " + "  ".join(cells))
    lacking = [found for found in traces if found.gaps]
    share = 100 * (len(traces) - len(lacking)) / len(traces)
    lines += ["", f"{share:.1f} % of {len(traces)} rows are traced to their proof."]
    lines.append(f"Lines of the slides' text without a row or heading: {len(unread())}.")
    lines += [f"{found.row.id} lacks: {'; '.join(found.gaps)}" for found in lacking]
    return "\n".join(lines), len(lacking)


def counted(traces: list[Trace]) -> Counter[str]:
    """Count what the columns of the table show."""
    counts = Counter(found.row.status for found in traces)
    counts["rows"] = len(traces)
    counts["proven"] = sum(not found.gaps for found in traces)
    counts["tests"] = len({test for found in traces for test in found.tests})
    counts["tasks"] = len({task for found in traces for task in found.tasks})
    counts["claims"] = sum(len(found.claims) for found in traces)
    return counts


def one_row(name: str) -> tuple[str, int]:
    """Write all there is about one row.

    Returns
    -------
    str
        A line for each piece, behind its label.
    int
        How many things the row lacks.

    Raises
    ------
    ValueError
        When there is no such row; the message names those that are spelled alike.
    """
    found = trace(find(name))
    lines = [f"{found.row.id}  {found.row.says}"]
    last = ""
    for label, line in described(found):
        lines.append(f"  {'' if label == last else label:9} {line}")
        last = label
    return "\n".join(lines), len(found.gaps)


def described(found: Trace) -> Iterator[tuple[str, str]]:
    """Yield what there is about a row, each line with its label."""
    row = found.row
    slides = dict.fromkeys(p.slide for p in PASSAGES if row.id in p.rows)
    parts: dict[str, Sequence[str]] = {
        "kind": [row.kind],
        "status": [f"{row.status}: {STATUSES[row.status]}"],
        "found": [row.found],
        "but": [row.limit],
        "printed": [f"{row.slide:,} {row.unit}"] if row.slide is not None else [],
        "computed": [f"{row.value:,} {row.unit}"] if row.value is not None else [],
        "runs": [row.runs],
        "claimed": [f"{claim.sentence} ({claim.lecture})" for claim in found.claims],
        "recorded": [f"dlcourse reproduce show {name}" for name in found.records],
        "source": [quoted(key) for key in row.sources],
        "slide": list(slides),
        "lines": [", ".join(found.lines) or OUTSIDE[row.outside]],
        "taught": [cell.link for cell in found.cells],
        "code": [f"{twin}: {', '.join(places(twin))}" for twin in found.twins],
        "task": [f"exercises/{lecture}.ipynb: {task}" for lecture, task in found.tasks],
        "test": found.tests,
        "lacks": found.gaps,
    }
    for label, lines in parts.items():
        yield from ((label, line) for line in lines if line)


def quoted(key: str) -> str:
    """Write a source, and whether it was read."""
    source = SOURCES[key]
    return source.reference + ("" if source.seen else " (not seen)")
