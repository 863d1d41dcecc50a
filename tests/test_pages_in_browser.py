"""The web site from its folder, without a network, and a report of grades, in a real browser."""

import random
import subprocess
import sys

import pytest
from browsing import IN_A_BROWSER, listen, outside, violations
from site_pages import problems, read
from synthetic_class import LECTURE, submission

from dlcourse.setting_up import course_root
from dlcourse.site import building
from dlcourse.site.selection import notebooks_in

pytestmark = IN_A_BROWSER
if lacking := building.missing():
    pytest.skip(f"no {', '.join(lacking)}: pip install 'dlcourse[site]'", allow_module_level=True)

MOVING = [
    name
    for name in notebooks_in("lectures")
    if '\n    "widgets.' in (course_root() / f"lectures/{name}.ipynb").read_text("utf-8")
]
KINDS = (
    "index",
    "slides",
    "search",
    "lectures/01-neurons",
    "exercises/01-neurons",
    "reference/index",
    "reference/activations",
)
WORDS = """root => {
  // What cannot be read of the pictures: words cut off at an edge, or on top of others.
  const inputs = [...root.querySelectorAll('input')], found = [];
  const start = inputs.map(input => input.value);
  const set = (input, value) => { input.value = value; input.dispatchEvent(new Event('input')); };
  const look = () => {
    for (const svg of root.querySelectorAll('.dl-panel > svg')) {
      const edge = svg.getBoundingClientRect();
      const words = [...svg.querySelectorAll('text')];
      const boxes = words.map(word => word.getBoundingClientRect());
      boxes.forEach((a, i) => {
        if (a.left < edge.left - 1 || a.right > edge.right + 1 || a.top < edge.top - 1 ||
            a.bottom > edge.bottom + 1) found.push('cut off: ' + words[i].textContent);
        boxes.slice(0, i).forEach((b, j) => {
          if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
              Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
            found.push(words[i].textContent + ' on top of ' + words[j].textContent);
        });
      });
    }
  };
  inputs.forEach((input, k) => {
    for (let value = 0; value <= Number(input.max); value++) { set(input, value); look(); }
    set(input, start[k]);
  });
  return [...new Set(found)];
}"""
PLACES = """root => [...root.querySelectorAll('.dl-controls > *, .dl-says')].map(shown => {
  const { left, right, top, bottom } = shown.getBoundingClientRect();
  const cut = shown.clientWidth > 0 && shown.scrollWidth > shown.clientWidth + 1;
  return { left, right, top, bottom, cut, name: shown.textContent || shown.id };
})"""


def dlcourse(*arguments):
    """Run a command in a process of its own, where warnings of other packages do no harm."""
    command = [sys.executable, "-m", "dlcourse", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "out"
    dlcourse("site", out)
    return out


@pytest.fixture
def visit(browser):
    """Open a page of the site with the settings of a reader; what goes wrong is kept."""
    pages = []

    def opened(path, *, width=1280, **settings):
        page = browser.new_page(viewport={"width": width, "height": 900}, offline=True, **settings)
        pages.append(listen(page, offline=True))
        page.goto(path.as_uri())
        return page

    yield opened
    for page in pages:
        page.close()


def test_nothing_is_wrong_with_any_page(site):
    assert problems(read(site)) == []


def test_every_page_opens_from_its_folder_and_fits_any_width(site, visit):
    page = visit(site / "index.html")
    seen = 0
    for path in sorted(site.rglob("*.html")):
        page.set_viewport_size({"width": 360, "height": 900})
        page.goto(path.as_uri())
        for width in (360, 640, 1120, 1440):  # 640: half of 1280, at 200 %
            page.set_viewport_size({"width": width, "height": 900})
            assert outside(page) <= 0, f"{path.name} at {width} pixels"
        shown = page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth)")
        assert shown, path.name
        seen += 1
    assert seen > 70
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_every_kind_of_page(site, visit, scheme):
    for kind in KINDS:
        page = visit(site / f"{kind}.html", color_scheme=scheme)
        assert violations(page) == [], kind
        assert page.problems == []


@pytest.mark.parametrize("name", MOVING)
def test_pictures_answer_keyboard_and_mouse_on_a_narrow_page(site, visit, name):
    page = visit(site / f"lectures/{name}.html", width=360, reduced_motion="reduce")
    for picture in page.locator(".dl-moving").all():
        places = picture.evaluate(PLACES)
        for number, one in enumerate(places):
            assert one["left"] >= 0 and one["right"] <= 360 and not one["cut"], one
            for other in places[:number]:
                apart = one["left"] >= other["right"] - 1 or other["left"] >= one["right"] - 1
                below = one["top"] >= other["bottom"] - 1 or other["top"] >= one["bottom"] - 1
                assert apart or below, f"{one} on top of {other}"
        assert picture.evaluate(WORDS) == []
        shown = picture.locator("[role=img]")
        slider = picture.get_by_role("slider").first
        slider.focus()
        heard = set()
        for key in ("Home", "ArrowRight", "End"):
            page.keyboard.press(key)
            heard.add(shown.get_attribute("aria-label"))
        assert len(heard) == min(3, 1 + int(slider.get_attribute("max")))
        assert slider.input_value() == slider.get_attribute("max")
        slider.evaluate("shown => shown.scrollIntoView({ block: 'center' })")
        box = slider.bounding_box()
        page.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)
        assert slider.input_value() == "0"
        assert picture.locator(".dl-says").inner_text() == shown.get_attribute("aria-label")
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_take_the_colours_that_a_reader_forces(site, visit, scheme):
    page = visit(site / "lectures/01-neurons.html", color_scheme=scheme, forced_colors="active")
    picture = page.locator(".dl-moving").first
    colour = "(shown, name) => getComputedStyle(shown)[name]"
    words = picture.locator("svg text").first.evaluate(colour, "fill")
    assert words == picture.evaluate(colour, "color")
    assert words == {"light": "rgb(0, 0, 0)", "dark": "rgb(255, 255, 255)"}[scheme]
    dots = (
        page.locator(".dl-moving").last.locator(".dl-c0.dl-line").first.evaluate(colour, "stroke")
    )
    assert dots == {"light": "rgb(0, 114, 178)", "dark": "rgb(86, 180, 233)"}[scheme]


def test_nothing_moves_by_itself_for_a_reader_who_wants_none(site, visit):
    page = visit(site / "lectures/01-neurons.html", reduced_motion="reduce")
    page.locator(".dl-moving input").first.press("End")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_search_finds_words_without_a_network(site, visit):
    page = visit(site / "index.html")
    page.goto((site / "search.html").as_uri() + "?q=sigmoid")
    page.wait_for_selector("#search-results li")
    assert page.problems == []


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a class in which everything happens."""
    folder = tmp_path_factory.mktemp("class")
    for person in ("right", "wrong", "partly", "starter", "broken"):
        text, _ = submission(person, random.Random(0).randrange(10))
        place = folder / "handed-in" / person / f"{LECTURE}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(text, "utf-8")
    dlcourse("grade", folder / "handed-in", "--out", folder / "report", "--no-sandbox")
    return folder / "report"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_a_report_of_grades(report, visit, scheme):
    pages = [report / "class.html", *sorted((report / "feedback").glob("*.html"))]
    assert len(pages) == 6
    for path in pages:
        page = visit(path, color_scheme=scheme)
        assert violations(page) == [], path.name
        page.set_viewport_size({"width": 360, "height": 900})
        assert outside(page) <= 0, path.name
        assert page.problems == []
