"""The web site: a part of it is built, and read as a visitor without a network would."""

import dataclasses
import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from command_line import dlcourse
from site_pages import Page, problems, read

from dlcourse import widgets
from dlcourse.setting_up import course_root, to_add
from dlcourse.site import building

if lacking := building.missing():
    pytest.skip(f"no {', '.join(lacking)}: pip install 'dlcourse[site]'", allow_module_level=True)

from dlcourse.site import moving_pictures, notebook_pages
from dlcourse.site.elsewhere import Repository
from dlcourse.site.mathml import mathml
from dlcourse.site.selection import Selection, notebooks_in, part, whole_course

PART = Selection(["01-neurons"], ["01-neurons"], ["activations"])
BUILD = """
from pathlib import Path
from dlcourse.site.building import build
from dlcourse.site.selection import Selection
build(Path({out!r}), Selection(["01-neurons"], ["01-neurons"], ["activations"]))
"""


def run(code, **variables):
    """Run Python in a process of its own, where warnings of other packages do no harm."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=course_root(),
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "out"
    run(BUILD.format(out=str(out)), PYTHONHASHSEED="1")
    return out


@pytest.fixture(scope="module")
def pages(site):
    return read(site)


def test_the_pages_are_there(site, pages):
    names = {path.relative_to(site).as_posix() for path in pages}
    for folder in ("lectures/01-neurons", "exercises/01-neurons", "reference/activations"):
        assert f"{folder}.html" in names
    assert {"index.html", "slides.html", "search.html", "reference/index.html"} <= names


def test_styles_load_nothing_from_elsewhere(site):
    for style in site.rglob("*.css"):
        text = style.read_text("utf-8")
        assert not re.search(r"""(url\(|@import)\s*['"]?(https?:)?//""", text), style.name


def test_no_link_is_broken_and_everyone_can_read_the_pages(pages):
    assert problems(pages) == []
    across = [
        link
        for page in pages.values()
        if page.path.parent.name == "exercises"
        for link in page.links
        if re.match(r"[^#]+#.", link) and not link.startswith("https://")
    ]
    assert len(across) > 3  # from exercises to headings of the lecture


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('href="../slides.html"', 'href="../sliders.html"', "broken link ../sliders.html"),
        ('href="#', 'href="#not-', "broken link #not-"),
        ('<img alt="', '<img title="', "a picture without words"),
        ("<h2>", "<h4>", "a heading of level 4 follows one of level 1"),
        ('lang="en"', "", "language None"),
        ('src="../_static/', 'src="https://elsewhere.org/', "loads https://elsewhere.org/"),
        ("<h1>", '<h1 id="furo-main-content">', "2 elements are called furo-main-content"),
        ("Skip to content", "", "no link to the content"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(site, tmp_path, good, bad, said):
    shutil.copytree(site, tmp_path / "site")
    page = tmp_path / "site/lectures/01-neurons.html"
    text = page.read_text("utf-8")
    assert good in text
    page.write_text(text.replace(good, bad), "utf-8")
    assert any(
        f"01-neurons.html: {said}" in problem for problem in problems(read(tmp_path / "site"))
    )


def test_a_lecture_is_shown_as_it_was_run(site, pages):
    page = pages[site / "lectures/01-neurons.html"]
    committed = nbformat.read(course_root() / "lectures/01-neurons.ipynb", as_version=4)
    pictures = [
        alt
        for cell in committed.cells
        for output in cell.get("outputs", [])
        for alt in re.findall(r'<img alt="([^"]*)"', output.get("data", {}).get("text/html", ""))
    ]
    assert [html.unescape(alt) for alt in pictures] == page.alts
    assert page.text.count("<math ") > 20
    assert "$" not in re.sub(r"<(script|pre).*?</\1>|<[^>]*>", "", page.text, flags=re.DOTALL)


def test_answers_are_not_on_the_pages(site, pages):
    everything = "".join(page.words for page in pages.values())
    starter = (course_root() / "exercises/01-neurons.ipynb").read_text("utf-8")
    page = pages[site / "exercises/01-neurons.html"]
    assert "YOURCODEHERE" in page.words
    assert "BEGINSOLUTION" not in everything
    answers = 0
    for cell in nbformat.read(course_root() / "solutions/01-neurons.ipynb", as_version=4).cells:
        for code in re.findall(r"BEGIN SOLUTION\n(.*?)### END", cell.source, re.DOTALL):
            for line in map(str.strip, code.splitlines()):
                if len(line) > 20 and json.dumps(line)[1:-1] not in starter:
                    answers += 1
                    assert re.sub(r"\s", "", line) not in page.words, line
    assert answers > 3


def test_twins_stand_next_to_each_other(site, pages):
    page = pages[site / "reference/activations.html"]
    for name in ("Sigmoid", "ReLU", "softmax_jacobian"):
        assert {f"dlcourse.by_hand.{name}", f"dlcourse.in_torch.{name}"} <= page.ids.keys()
    assert page.text.count('class="twins docutils container"') == 2 * 9
    assert "N08" in page.words


def test_rows_name_lectures_and_concepts(site, pages):
    slides = pages[site / "slides.html"]
    assert {"n08", "u05", "bn11"} <= slides.ids.keys()
    assert "reference/activations.html#dlcourse.by_hand.Sigmoid" in slides.links
    assert "lectures/01-neurons.html" in slides.links


def test_words_are_found(site):
    index = (site / "searchindex.js").read_text("utf-8")
    for word in ("sigmoid", "lectures/01-neurons", "reference/activations"):
        assert word in index


def test_moving_pictures_bring_their_frames(site, pages):
    text = pages[site / "lectures/01-neurons.html"].text
    found = re.findall(r'<div class="moving-picture">(.*?)<script[^>]*>(.*?)</script>', text)
    lecture = nbformat.read(course_root() / "lectures" / "01-neurons.ipynb", as_version=4)
    calls = [re.search(r"^widgets\.(\w+)\(\)\Z", c.source, re.MULTILINE) for c in lecture.cells]
    names = [call[1] for call in calls if call]
    assert {"ridge", "activations"} <= set(names)
    for (still, frames), name in zip(found, names, strict=True):
        picture = getattr(widgets, name)()
        assert still.startswith("<img alt=")
        expected = {"data": picture.data, "positions": picture.positions}
        assert json.loads(frames) == json.loads(json.dumps(expected))
    script = (site / "_static/moving.js").read_text("utf-8")
    assert not re.search(r"^(export|import)\b", script, re.MULTILINE)


def test_only_a_cell_that_ends_in_a_widget_moves():
    assert moving_pictures.picture_of("x = 1\nprint(x)") is None
    assert moving_pictures.picture_of("shown = widgets.ridge()\nshown.bias = 2") is None
    assert moving_pictures.picture_of("x = 1\nwidgets.ridge()").data["title"]


@pytest.mark.slow
def test_the_same_course_gives_the_same_bytes(site, tmp_path):
    run(BUILD.format(out=str(tmp_path)), PYTHONHASHSEED="2")
    names = {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
    assert names == {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert [n for n in names if (site / n).read_bytes() != (tmp_path / n).read_bytes()] == []


@pytest.mark.parametrize("folder", ["lectures", "exercises"])
def test_every_formula_of_the_course_has_mathml(folder):
    formulas = 0
    for name in notebooks_in(folder):
        for cell in nbformat.read(course_root() / folder / f"{name}.ipynb", as_version=4).cells:
            if cell.cell_type == "markdown":
                for block, line in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", cell.source, re.S):
                    assert "<math" in mathml(block or line, block=bool(block))
                    formulas += 1
    assert formulas > 30


def test_a_formula_that_cannot_be_written_is_named():
    with pytest.raises(ValueError, match=r"\\nonsense in the formula .*x. has no MathML"):
        mathml(r"\nonsense x", block=False)


def test_limits_of_a_sum_stand_below_it():
    assert "<munder><mo" in mathml(r"\left(\sum_t x\right)", block=True).replace(
        ' movablelimits="true"', ""
    )


def test_links_to_pages_that_are_not_built_become_words():
    text = "See [one](../lectures/01-neurons.ipynb#Tanh) and [two](../lectures/02-capacity.ipynb)."
    assert notebook_pages.with_links(text, "exercises", PART) == (
        "See [one](../lectures/01-neurons.ipynb#Tanh) and two."
    )
    assert notebook_pages.with_links(text, "exercises", whole_course()) == text


def test_a_part_of_the_course_is_a_lecture_its_exercises_and_its_concepts():
    small = part(["04-backprop", "04"])
    assert (small.lectures, small.exercises) == (["04-backprop"], ["04-backprop"])
    assert "graph" in small.families
    assert "convolution" not in small.families
    assert part(["00"]).exercises == []
    with pytest.raises(ValueError, match="no lecture is called '99'; there are 00-start"):
        part(["99"])


def test_pages_say_how_to_run_them_where_the_repository_is_public():
    def sources(selection):
        text = notebook_pages.page_of("exercises", "01-neurons", selection)
        return [cell.source for cell in nbformat.reads(text, as_version=4).cells]

    here = Repository("me", "course")
    plain, linked = sources(PART), sources(dataclasses.replace(PART, repository=here))
    assert not any("binder" in source for source in plain)
    assert [linked[0], *linked[2:]] == plain
    for address in (here.binder, here.colab):
        assert f"]({address('exercises/01-neurons.ipynb')})" in linked[1]
    assert here.install() in linked[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "99"], "no lecture is called '99'"),
        (["--repository", "course"], "'course' should be OWNER/NAME"),
    ],
)
def test_a_site_on_bad_input(tmp_path, arguments, words):
    result = dlcourse("site", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_command_builds_a_part(tmp_path):
    words = ["dlcourse", "site", str(tmp_path), "--only", "04", "--repository", "me/c"]
    run(f"import sys; sys.argv = {words}; from dlcourse.commands import run; run()")
    lectures = [path.name for path in (tmp_path / "lectures").iterdir()]
    assert lectures == ["04-backprop.html"]
    assert "mybinder.org/v2/gh/me/c/main?urlpath=" in Page(tmp_path / "lectures" / lectures[0]).text


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    result = dlcourse("site", tmp_path)
    assert result.exit_code == 2
    assert "was not made by dlcourse site" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_building_again_replaces_only_its_own_files(tmp_path):
    pages, out = tmp_path / "pages", tmp_path / "out"
    (pages / "lectures").mkdir(parents=True)
    (pages / "lectures" / "old.html").write_text("old")
    building.publish(pages, out)
    (out / "CNAME").write_text("mine")
    (pages / "lectures" / "old.html").rename(pages / "new.html")
    building.check_folder(out)
    building.publish(pages, out)
    assert {path.name for path in out.rglob("*") if path.is_file()} == {
        "CNAME",
        "new.html",
        building.MARKER,
    }


def test_what_is_missing_is_said(monkeypatch, tmp_path):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "furo" else there(name)
    )
    result = dlcourse("site", tmp_path / "out")
    assert result.exit_code == 2
    said = f"dlcourse: the site needs Furo: {to_add('site')}, and start again."
    assert said in result.output
