"""Every committed lecture keeps the rules and has the parts of a chapter."""

import re

import nbformat
import pytest
from command_line import pytest_on
from nbval.plugin import find_comment_markers, find_metadata_tags

from dlcourse.lecture_rules import code_cells, problems
from dlcourse.setting_up import course_root

LECTURES = sorted((course_root() / "lectures").glob("*.ipynb"))
every_lecture = pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


@every_lecture
def test_the_lecture_keeps_the_rules(path):
    assert problems(read(path), path) == []


@every_lecture
def test_the_lecture_has_the_parts_of_a_chapter(path):
    text = "\n".join(cell.source for cell in read(path).cells)
    parts = ["After this lecture you can", "## Recall", "**Sources.**", "## Keep"]
    if path.stem != "00-start":
        parts += ["## Warm-up", "## Look first", "## What the slides say", "## You may think"]
    for part in parts:
        assert part in text, f"{path.stem} has no {part!r}"
    assert text.count("predict(") >= 2
    assert "parity.check(" in text
    assert "claim(" in text


@every_lecture
def test_nbval_lax_asks_no_more_than_nbval(path):
    """Tags and comments leave comparisons out and do no more: what passes passes so, too."""
    for _, cell in code_cells(read(path)):
        asked = {*find_metadata_tags(cell.metadata), *find_comment_markers(cell.source)}
        assert asked <= {("check", False)}


EDITS = {
    "as it was run": (lambda text: text, True),
    "another number": (lambda text: text.replace("error 3", "error 4"), False),
    "another picture": (lambda text: text.replace("base64,AAAA", "base64,BBBB"), True),
    "another alt text": (lambda text: text.replace("from 0 to 3", "from 0 to 4"), False),
}


def test_nbval_compares_numbers_and_alt_texts_but_not_pixels(tmp_path):
    """The flags of pyproject.toml, on notebooks whose output is edited behind their backs."""
    picture = '<img alt="from 0 to 3" src="data:image/png;base64,AAAA">'
    source = f"from IPython.display import HTML\nprint('error', 3)\nHTML('{picture}')"
    for name, (edit, _) in EDITS.items():
        cell = nbformat.v4.new_code_cell(source, execution_count=1)
        cell.outputs = [
            nbformat.v4.new_output("stream", name="stdout", text=edit("error 3\n")),
            nbformat.v4.new_output(
                "execute_result",
                {"text/html": edit(picture), "text/plain": "<IPython.core.display.HTML object>"},
                execution_count=1,
            ),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / f"{name}.ipynb")
    printed = pytest_on(tmp_path)
    failed = set(re.findall(r"^FAILED (.*)\.ipynb::Cell 0", printed, re.MULTILINE))
    assert failed == {name for name, (_, passes) in EDITS.items() if not passes}, printed
    assert "2 failed, 2 passed" in printed, printed
