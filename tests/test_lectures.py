"""Every committed lecture keeps the rules and has the parts of a chapter."""

import nbformat
import pytest
from command_line import pytest_on

from dlcourse.lecture_rules import problems
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


@pytest.mark.parametrize(
    ("edit", "outcome"),
    [
        (lambda text: text, "passed"),
        (lambda text: text.replace("error 3", "error 4"), "failed"),
        (lambda text: text.replace("base64,AAAA", "base64,BBBB"), "passed"),
        (lambda text: text.replace("from 0 to 3", "from 0 to 4"), "failed"),
    ],
    ids=["as it was run", "another number", "another picture", "another alt text"],
)
def test_nbval_compares_numbers_and_alt_texts_but_not_pixels(tmp_path, edit, outcome):
    """The flags of pyproject.toml, on a notebook whose output is edited behind its back."""
    picture = '<img alt="from 0 to 3" src="data:image/png;base64,AAAA">'
    source = f"from IPython.display import HTML\nprint('error', 3)\nHTML('{picture}')"
    cell = nbformat.v4.new_code_cell(source, execution_count=1)
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text=edit("error 3\n")),
        nbformat.v4.new_output(
            "execute_result",
            {"text/html": edit(picture), "text/plain": "<IPython.core.display.HTML object>"},
            execution_count=1,
        ),
    ]
    path = tmp_path / "x.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    printed = pytest_on(path)
    assert f"1 {outcome}" in printed, printed
