"""Every moving picture in JupyterLab, in a real browser: keyboard, mouse, themes, Python."""

import json
import re

import pytest
from browsing import IN_A_BROWSER, listen, violations

from dlcourse.in_browser import open_lab, open_notebook, picture_in, run_all, served_lab
from dlcourse.latency import PICTURES, write_notebook

pytestmark = IN_A_BROWSER

ASK = """async code => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const asked = kernel.requestExecute({ code, store_history: false });
  let said = '';
  asked.onIOPub = message => { said += message.content.text ?? message.content.evalue ?? ''; };
  await asked.done;
  return said;
}"""
OTHER_OUTPUT = """
import numpy as np
from dlcourse.exercises import ask, check, so_far

def neuron_forward(x, w, b):
    return np.tanh((x * w + b).sum(axis=1))
"""


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """A notebook with every picture, and with what the exercises say, after running it."""
    root = tmp_path_factory.mktemp("lab")
    more = [OTHER_OUTPUT.strip(), 'check("neuron-forward")', "so_far()"]
    write_notebook(root / "pictures.ipynb", more=more)
    with served_lab(root) as address:
        page = listen(open_lab(browser, address))
        open_notebook(page, "pictures.ipynb")
        run_all(page)
        yield page
        page.close()


def ask(page, code):
    return page.evaluate(ASK, code)


def state(picture):
    """What the picture says to those who hear it."""
    said = picture.locator("[role=img]").get_attribute("aria-label")
    live = picture.locator("[aria-live=polite]")
    assert live.count() == 1
    assert live.inner_text() == said
    return said


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_answers_the_keyboard_through_its_whole_range(page, name):
    picture = picture_in(page, PICTURES.index(name) + 1)
    heard = set()
    for slider in picture.get_by_role("slider").all():
        last = int(slider.get_attribute("max"))
        slider.focus()
        for key, expected in [
            ("Home", 0),
            *[("ArrowRight", position) for position in range(1, last + 1)],
            ("ArrowLeft", last - 1),
            ("End", last),
            ("PageDown", None),
            ("PageUp", last),
        ]:
            page.keyboard.press(key)
            assert expected is None or slider.input_value() == str(expected), key
            heard.add(state(picture))
        label = slider.evaluate("input => input.labels[0].textContent")
        value = slider.evaluate("input => input.nextElementSibling.textContent")
        assert label and slider.get_attribute("aria-valuetext") == value
        assert slider.evaluate("input => getComputedStyle(input).outlineStyle") == "solid"
    assert len(heard) > 2
    assert all(re.search(r"\d", said) for said in heard)
    assert page.problems == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_answers_the_mouse(page, name):
    picture = picture_in(page, PICTURES.index(name) + 1)
    changed = 0
    for slider in picture.get_by_role("slider").all():
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        left, middle = box["x"] + 3, box["y"] + box["height"] / 2
        page.mouse.click(left, middle)
        assert slider.input_value() == "0"
        before = picture.locator("[role=img]").inner_html()
        page.mouse.move(left + 4, middle)
        page.mouse.down()
        page.mouse.move(left + box["width"] / 2, middle, steps=3)
        page.mouse.move(left + box["width"], middle, steps=3)
        page.mouse.up()
        assert slider.input_value() == slider.get_attribute("max")
        assert slider.bounding_box() == box  # it stays under the pointer while values change
        changed += picture.locator("[role=img]").inner_html() != before
    assert changed > 0  # not by every slider: a constant step size has no decay
    assert page.problems == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_moved_from_python_and_read_there(page, name):
    picture = picture_in(page, PICTURES.index(name) + 1)
    slider = picture.get_by_role("slider").first
    moved = f"""
first, *others = {name}.controls.values()
setattr({name}, first.name, first.values[-1])
setattr({name}, first.name, first.values[0])
print({name}.frame["says"])"""
    says = ask(page, moved).strip()
    page.wait_for_function("input => input.value === '0'", arg=slider.element_handle())
    assert state(picture) == says
    slider.focus()
    page.keyboard.press("End")
    read = f"print(getattr({name}, first.name) == first.values[-1], {name}.frame['says'])"
    assert ask(page, read).strip() == f"True {state(picture)}"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_everyone_can_read_the_pictures_and_what_the_exercises_say(page, theme):
    change = "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    page.evaluate(change, theme)
    there = f"[data-jp-theme-light={json.dumps(str('Light' in theme).lower())}]"
    page.wait_for_selector(there, state="attached")
    for number in range(1, len(PICTURES) + 1):
        picture = picture_in(page, number)
        assert violations(page, f".jp-Cell:nth-child({number + 1}) .dl-moving") == []
        ground = picture.evaluate("shown => getComputedStyle(shown).backgroundColor")
        assert ground == ("rgb(255, 255, 255)" if "Light" in theme else "rgb(22, 22, 22)")
    for shown in ('[aria-label*="neuron-forward: wrong"]', ".jp-RenderedHTMLCommon table"):
        page.locator(shown).last.scroll_into_view_if_needed()
        assert violations(page, shown) == []


def test_pictures_fit_in_at_200_percent(page):
    page.set_viewport_size({"width": 640, "height": 450})  # half of 1280 by 900
    for number in range(1, len(PICTURES) + 1):
        fits = "shown => shown.scrollWidth <= shown.clientWidth"
        picture = picture_in(page, number)
        assert picture.evaluate(fits)
        assert picture.locator("xpath=ancestor::*[contains(@class, 'output')][1]").evaluate(fits)
    page.set_viewport_size({"width": 1200, "height": 900})
