"""What `dlcourse slides` prints: the coverage of every chapter, or all there is about one row."""

from collections import Counter
from collections.abc import Iterator

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


def one_row(name: str) -> str:
    """Write all there is about one row.

    Raises
    ------
    ValueError
        When there is no such row; the message names those that are spelled alike.
    """
    return "\n".join(described(trace(find(name))))


def described(found: Trace) -> Iterator[str]:
    """Yield the lines about a row."""
    row = found.row
    yield f"{row.id}  {row.says}"
    yield f"      {row.kind}; {row.status}: {STATUSES[row.status]}"
    yield from labelled("found", [row.found])
    yield from labelled("limit", [row.limit])
    for what, number in (("printed", row.slide), ("computed", row.value)):
        yield from labelled(what, [f"{number:,} {row.unit}"] if number is not None else [])
    yield from labelled("runs", [row.runs])
    yield from labelled("claimed", [f"{c.sentence} ({c.lecture})" for c in found.claims])
    yield from labelled("source", [quoted(key) for key in row.sources])
    yield from labelled("slide", list(dict.fromkeys(p.slide for p in PASSAGES if row.id in p.rows)))
    yield from labelled("lines", [", ".join(found.lines) or OUTSIDE[row.outside]])
    yield from labelled("taught", [cell.link for cell in found.cells])
    yield from labelled("code", [f"{twin}: {', '.join(places(twin))}" for twin in found.twins])
    yield from labelled(
        "task", [f"exercises/{lecture}.ipynb: {task}" for lecture, task in found.tasks]
    )
    yield from labelled("test", found.tests)
    yield from labelled("lacks", found.gaps)


def labelled(label: str, lines: list[str] | tuple[str, ...]) -> Iterator[str]:
    """Yield lines behind a label, which stands only once."""
    for number, line in enumerate(filter(None, lines)):
        yield f"  {label if number == 0 else '':9} {line}"


def quoted(key: str) -> str:
    """Write a source, and whether it was read."""
    source = SOURCES[key]
    return source.reference + ("" if source.seen else " (not seen)")
