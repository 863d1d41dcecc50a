"""Every row of the slides is traced to its proof, and the ledger is what lectures measure."""

import dataclasses
import re
from collections import Counter

import numpy as np
import pytest
from command_line import dlcourse

from dlcourse import by_hand, in_torch, slides
from dlcourse.parity import side_of
from dlcourse.reproduce.experiments import RECIPES
from dlcourse.slides import glossary, numbers, reading, report, tables
from dlcourse.slides.row import KINDS, OUTSIDE, STATUSES, Row
from dlcourse.slides.row import numbers as line_numbers
from dlcourse.slides.trace import Claim, all_tests, cells_of, claims, lectures, places, trace

every_row = pytest.mark.parametrize("row", slides.ROWS.values(), ids=slides.ROWS)
VALUED = {name: row for name, row in slides.ROWS.items() if row.value is not None}


# ---- the data ---------------------------------------------------------------------------------


@every_row
def test_a_row_is_well_formed(row):
    assert re.fullmatch(r"[A-Z]{1,2}\d\d", row.id)
    assert row.kind in KINDS
    assert row.status in STATUSES
    assert row.outside in {"", *OUTSIDE}
    assert row.says.endswith(".")
    for text in (row.found, row.limit, row.runs, row.unit, *row.measured):
        assert not text.endswith("."), text
        assert text == text.strip()


@pytest.mark.parametrize("group", sorted({row.group for row in slides.ROWS.values()}))
def test_rows_are_numbered_without_gaps(group):
    found = sorted(name for name, row in slides.ROWS.items() if row.group == group)
    assert found == [f"{group}{number:02}" for number in range(1, len(found) + 1)]


def test_every_line_of_the_slides_belongs_to_a_row_or_a_heading():
    follows = 1
    for passage in slides.PASSAGES:
        assert passage.first == follows <= passage.last, f"line {follows} and {passage}"
        assert passage.rows, passage
        for row in passage.rows:
            assert row == "title" or row in slides.ROWS, f"lines {passage.first}: no row {row}"
        follows = passage.last + 1
    assert follows - 1 == slides.LINES
    assert slides.unread() == []


@every_row
def test_a_row_has_lines_or_says_why_not(row):
    lines = [passage for passage in slides.PASSAGES if row.id in passage.rows]
    assert bool(lines) != bool(row.outside), f"{row.id}: lines, or `outside`, and not both"


def test_a_range_of_lines_is_read():
    assert line_numbers("12-15") == (12, 15)
    assert line_numbers("7") == (7, 7)
    for wrong in ("15-12", "a", "1-", "-3"):
        with pytest.raises(ValueError, match="no range of lines"):
            line_numbers(wrong)


def test_an_entry_with_a_wrong_field_names_its_row(monkeypatch, tmp_path):
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "01-x.toml").write_text('[N01]\nsays = "It is so."\nstate = "good"\n')
    monkeypatch.setattr(reading, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"row N01 in 01-x\.toml: .*state"):
        reading.rows()


# ---- the trace --------------------------------------------------------------------------------


@every_row
def test_a_row_is_traced_to_its_proof(row):
    assert trace(row).gaps == [], row.id


@every_row
def test_what_a_row_names_exists(row):
    found = trace(row)
    assert row.lecture in lectures(), row.id
    for cell in found.cells:
        assert cell.heading, f"{row.id} stands under no heading in {cell.lecture}"
    for test in row.tests:
        assert test in all_tests(), f"{row.id} names {test}, which does not exist"
    for twin in found.twins:
        assert list(places(twin)), f"{row.id}: {twin} is defined nowhere"
    for key in row.sources:
        assert key in slides.SOURCES, f"{row.id} names the source {key}, which does not exist"


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"id": "N88"}, "no cell of 01-neurons names it"),
        ({"outside": "", "id": "N88"}, "no line of the slides"),
        ({"status": "reproduced", "runs": ""}, "claims it with seeds"),
        ({"status": "quoted", "sources": ()}, "no source"),
        ({"status": "erratum", "found": ""}, "what is right"),
        ({"kind": "claim", "found": ""}, "does not say what was found"),
        ({"id": "N02", "kind": "claim"}, "no concept, test or claim"),
        ({"id": "N02", "limit": "not for all"}, "nothing shows its limit"),
    ],
)
def test_what_a_row_lacks_is_said(changes, lacks):
    row = dataclasses.replace(slides.ROWS["N13"], **changes)
    assert any(lacks in gap for gap in trace(row).gaps), trace(row).gaps


def test_experiments_are_about_rows_and_their_records_are_found():
    for recipe in RECIPES:
        for row in recipe.rows.split():
            assert row in slides.ROWS, f"{recipe.name} names {row}, which is no row of the slides"
    assert "mnist-dropout" in trace(slides.ROWS["D11"]).records
    assert "reproduce show mnist-dropout" in report.one_row("D11")[0]


def test_z01_there_are_errata_and_negative_results():
    errata = [row for row in slides.ROWS.values() if row.status == "erratum"]
    limits = [row for row in slides.ROWS.values() if row.limit]
    assert len(errata) >= 10
    assert len(limits) >= 10


# ---- the ledger -------------------------------------------------------------------------------


@every_row
def test_what_the_ledger_has_measured_is_claimed_once_and_was_shown(row):
    made = [claim for claim in claims() if claim.row == row.id]
    counted = Counter(claim.sentence for claim in made)
    for sentence in row.measured:
        assert counted[sentence] == 1, f"{row.id}: no lecture claims, or two claim, {sentence!r}"
    for claim in made:
        assert claim.sentence in row.measured, f"{row.id}: not in the ledger: {claim.sentence!r}"
        assert claim.shown, f"{row.id}: {claim.lecture} was not run with the claim {claim.cell}"


def test_every_claim_is_about_a_row():
    for claim in claims():
        assert claim.row in slides.ROWS, f"{claim.lecture} claims something about {claim.row}"
    assert all(isinstance(claim, Claim) for claim in claims())


def test_every_row_with_a_value_says_how_it_is_computed():
    assert set(numbers.COMPUTED) == set(VALUED)


@pytest.mark.parametrize("row", VALUED.values(), ids=VALUED)
def test_a_number_is_what_is_computed(row):
    found = numbers.COMPUTED[row.id]()
    assert numbers.agrees(row, found), f"{row.id}: computed {found}, ledger {row.value}"
    moved = dataclasses.replace(row, value=row.value * 1.02)
    assert not numbers.agrees(moved, found)
    plain = f"{row.value:,}" if row.value >= 10_000 else f"{row.value}"
    assert plain in row.found, f"{row.id}: {plain} is not in what was found"
    assert row.unit, f"{row.id}: {row.value} of what?"


@pytest.mark.parametrize("source", slides.SOURCES.values(), ids=slides.SOURCES)
def test_z02_a_source_is_used_and_stands_where_it_says(source):
    quoting = [row.id for row in slides.ROWS.values() if source.key in row.sources]
    assert quoting or source.lines, f"{source.key} is neither on the slides nor quoted"
    credits = [p for p in slides.PASSAGES if "Z02" in p.rows]
    for lines in source.lines:
        first, last = line_numbers(lines)
        assert any(p.first <= first and last <= p.last for p in credits), f"{source.key}: {lines}"


# ---- the glossary -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def examples():
    return [glossary.example(side_of(lib)) for lib in (by_hand, in_torch)]


@pytest.mark.parametrize("symbol", slides.SYMBOLS, ids=lambda symbol: symbol.symbol)
def test_f10_z03_a_symbol_has_the_same_value_on_both_sides(symbol, examples):
    assert symbol.row in slides.ROWS
    hand = glossary.values(symbol, examples[0], torch=False)
    net = glossary.values(symbol, examples[1], torch=True)
    assert len(hand) == len(net) > 0
    for ours, theirs in zip(hand, net, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-5)


def test_a_symbol_is_found_by_name():
    assert glossary.look_up("θ").row == "T06"
    with pytest.raises(ValueError, match="no symbol 'Q'"):
        glossary.look_up("Q")


# ---- the tables -------------------------------------------------------------------------------


def test_the_scorecard_counts_every_row_once():
    counts = tables.scorecard()
    assert sum(sum(bar.values()) for bar in counts.values()) == len(slides.ROWS)
    assert {tuple(bar) for bar in counts.values()} == {tuple(STATUSES)}


def test_each_row_stands_in_the_table_of_its_status():
    shown = [tables.errata(), tables.quoted(), tables.not_reproduced()]
    for status, table in zip(("erratum", "quoted", "not reproduced"), shown, strict=True):
        wanted = [row.id for row in slides.ROWS.values() if row.status == status]
        assert [cells[0] for cells in table.rows] == wanted


def test_limits_are_those_of_the_lectures_asked_for():
    every = tables.limits(*(f"{number:02}" for number in range(16)))
    assert len(every.rows) == sum(bool(row.limit) for row in slides.ROWS.values())
    assert {cells[0][:1] for cells in tables.limits("07").rows} == {"D"}


def test_a_table_is_safe_html_and_plain_lines():
    table = tables.Table(("a", "code"), (("x < y", "f(x)"), ("&", "")), code=("code",))
    assert repr(table) == "a | code\nx < y | f(x)\n& | "
    shown = table._repr_html_()
    assert "x &lt; y" in shown
    assert "<code>f(x)</code>" in shown
    assert "<code></code>" not in shown


def test_numbers_stand_beside_those_of_the_slides():
    computed = {name: row.value for name, row in VALUED.items()}
    table = tables.numbers(computed)
    assert table.columns == ("row", "printed", "computed", "unit", "status")
    assert [cells[0] for cells in table.rows] == list(VALUED)
    for name, printed, shown, unit, status in table.rows:
        row = VALUED[name]
        assert (unit, status) == (row.unit, row.status)
        assert printed == ("" if row.slide is None else f"{row.slide:,}")
        assert float(shown.replace(",", "")) == pytest.approx(row.value, rel=1e-3)


def test_every_source_is_credited_with_the_rows_that_quote_it():
    table = tables.credits()
    assert [cells[0] for cells in table.rows] == [s.reference for s in slides.SOURCES.values()]
    for source, (_, lines, quoted, seen) in zip(slides.SOURCES.values(), table.rows, strict=True):
        assert lines.split(", ") == [*source.lines] or not source.lines
        rows = [name for name in quoted.split(", ") if name]
        assert all(source.key in slides.ROWS[name].sources for name in rows)
        assert seen == ("yes" if source.seen else "no")
        for name in rows:
            unseen = "(not seen)" in tables.cited(slides.ROWS[name])
            assert unseen or source.seen
    quoting = sum(len(row.sources) for row in slides.ROWS.values())
    assert sum(len([q for q in cells[2].split(", ") if q]) for cells in table.rows) == quoting


def test_symbols_stand_beside_the_code_of_both_sides():
    table = tables.symbols()
    assert len(table.rows) == len(glossary.SYMBOLS)
    assert all(cells[2] and cells[3] for cells in table.rows)
    assert "<code>the same</code>" in table._repr_html_()


def test_a_lecture_that_is_not_there_has_no_cells():
    assert cells_of("99-more") == []
    assert cells_of("01-neurons")[0]["cell_type"] == "markdown"


def test_one_row_has_no_line_numbers_which_move_with_every_change():
    assert "alexnet.py," in repr(tables.one("a5"))
    assert not re.search(r"\.py:\d", repr(tables.one("A05")))


# ---- the command ------------------------------------------------------------------------------


def run(*arguments):
    return dlcourse("slides", *arguments)


def test_the_coverage_is_complete():
    result = run()
    assert result.exit_code == 0, result.output
    assert f"100.0 % of {len(slides.ROWS)} rows are traced" in result.output
    assert "without a row or heading: 0." in result.output
    for lecture in lectures():
        assert lecture in result.output


def test_what_is_not_covered_is_named(monkeypatch):
    row = dataclasses.replace(slides.ROWS["A15"], sources=())
    monkeypatch.setitem(slides.ROWS, "A15", row)
    result = run()
    assert result.exit_code == 1
    assert "A15 lacks: no source is named" in result.output


@pytest.mark.parametrize("name", ["A05", "a05", "a5"])
def test_one_row_is_shown_with_everything(name):
    result = run(name)
    assert result.exit_code == 0
    for part in (
        "16,781,312",
        "lines     1671-1672",
        "lectures/12-architectures.ipynb#Counting-without-computing",
        "dlcourse/by_hand/alexnet.py:",
        "exercises/12-architectures.ipynb: removed-layers",
        "tests/test_known_values_of_convnets.py::test_a03_a05_a07_parameters_of_alexnet",
    ):
        assert part in result.output


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("R99", "R goes up to R18"),
        ("bm4", "M04 or B04 or BN04"),
        ("", "such as R12"),
        ("??", "R12"),
    ],
)
def test_an_unknown_row_is_refused_with_a_hint(name, hint):
    result = run(name)
    assert result.exit_code == 2
    assert result.output.startswith("dlcourse: the slides have no row")
    assert hint in result.output
    assert result.output.endswith(".\n")
    assert "Traceback" not in result.output


@every_row
def test_every_row_can_be_shown(row):
    lines = report.one_row(row.id)[0].splitlines()
    assert lines[0].startswith(f"{row.id}  ")
    assert isinstance(row, Row)
