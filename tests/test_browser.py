"""The course in JupyterLab in a real browser, where Playwright and Chromium are installed."""

import importlib.util
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from dlcourse.exercises import record
from dlcourse.exercises.tasks import tasks_of
from dlcourse.jupyter import lab_arguments
from dlcourse.setting_up import ONE_THREAD, course_root

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None,
        reason="no Playwright: pip install playwright, to see the course in a browser",
    ),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium, to see the course in a browser"),
]
LECTURES = sorted(path.stem for path in (course_root() / "lectures").glob("*.ipynb"))
MOVING = [
    name
    for name in LECTURES
    if re.search(
        r"\bwidgets\.\w+\(", (course_root() / "lectures" / f"{name}.ipynb").read_text("utf-8")
    )
]
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
OPEN = "async p => { await window.jupyterapp.commands.execute('docmanager:open', {path: p}); }"
IDLE = """() => {
  const shown = window.jupyterapp.shell.currentWidget;
  const kernel = shown?.sessionContext?.session?.kernel;
  return kernel && kernel.status === 'idle';
}"""
OUTPUTS = """() => {
  const found = {errors: [], stderr: [], cells: 0, unrun: 0};
  for (const cell of window.jupyterapp.shell.currentWidget.content.widgets) {
    if (cell.model.type !== 'code') continue;
    found.cells += 1;
    if (!cell.model.executionCount) found.unrun += 1;
    for (const output of cell.model.sharedModel.getOutputs()) {
      if (output.output_type === 'error') found.errors.push(output.ename + ': ' + output.evalue);
      if (output.name === 'stderr') found.stderr.push(String(output.text));
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the course, with settings and folders of its own."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("lectures", "exercises"):
        shutil.copytree(course_root() / folder, root / folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", *lab_arguments(root, browser=False, port=port)]
    command += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    variables = {**os.environ, **ONE_THREAD, "JUPYTER_CONFIG_DIR": str(root / "config")}
    with subprocess.Popen(
        command, cwd=root, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"{address}/api", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.5)
            yield f"{address}/lab?token={token}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield opened
        opened.close()


@pytest.fixture
def page(browser, lab):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)[:300]))
    page.goto(lab, wait_until="domcontentloaded")
    page.wait_for_function("window.jupyterapp && window.jupyterapp.shell", timeout=120_000)
    page.evaluate("async () => { await window.jupyterapp.restored; }")
    yield page
    page.close()


def open_and_run(page, path):
    """Open a notebook, run all its cells, and give what came out."""
    page.evaluate(OPEN, path)
    page.wait_for_function(IDLE, timeout=120_000)
    page.evaluate(
        "() => { window.ran = false; window.jupyterapp.commands.execute('notebook:run-all-cells')"
        ".then(() => { window.ran = true; }); }"
    )
    page.wait_for_function("window.ran", timeout=400_000)
    return page.evaluate(OUTPUTS)


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_runs_to_its_end_without_an_error(page, name):
    found = open_and_run(page, f"lectures/{name}.ipynb")
    assert found["cells"] > 10
    assert (found["errors"], found["stderr"], found["unrun"]) == ([], [], 0)
    assert page.problems == []


@pytest.mark.parametrize("name", MOVING)
def test_every_moving_picture_answers_the_keyboard_through_its_whole_range(page, name):
    open_and_run(page, f"lectures/{name}.ipynb")
    scroll = """async k => {
      const notebook = window.jupyterapp.shell.currentWidget.content;
      const cells = notebook.widgets.map((w, i) => [w, i]).filter(([w]) =>
        w.model.type === 'code' && /^widgets\\.\\w+\\(/m.test(w.model.sharedModel.getSource()));
      if (k >= cells.length) return false;
      await notebook.scrollToItem(cells[k][1], 'start');
      return true;
    }"""
    number = 0
    while page.evaluate(scroll, number):
        page.wait_for_selector(".dl-moving input", state="visible", timeout=20_000)
        picture = page.locator(".dl-moving").last
        for slider in picture.locator("input").all():
            says = picture.locator(".dl-says")
            last = int(slider.get_attribute("max"))
            slider.focus()
            page.keyboard.press("Home")
            assert slider.input_value() == "0"
            seen = {says.inner_text()}
            for position in range(1, last + 1):
                page.keyboard.press("ArrowRight")
                assert slider.input_value() == str(position)
                seen.add(says.inner_text())
            assert slider.get_attribute("aria-valuetext")
            assert any(re.search(r"\d", text) for text in seen)
        drawn = picture.evaluate(DRAWING)
        assert sorted(drawn)[len(drawn) // 2] < 20, f"{name}: milliseconds of drawing {drawn}"
        number += 1
    assert number > 0
    assert page.problems == []


DRAWING = """picture => {
  const slider = picture.querySelector('input'), times = [];
  for (let k = 0; k < 15; k++) {
    slider.value = (Number(slider.value) + 1) % (Number(slider.max) + 1);
    const started = performance.now();
    slider.dispatchEvent(new Event('input'));
    times.push(performance.now() - started);
  }
  return times;
}"""


def test_an_exercise_answers_a_learner_who_makes_a_mistake(page):
    page.evaluate(OPEN, "exercises/01-neurons.ipynb")
    page.wait_for_function(IDLE, timeout=120_000)
    page.evaluate(
        """source => {
          for (const cell of window.jupyterapp.shell.currentWidget.content.widgets)
            if (cell.model.sharedModel.getSource().startsWith('def neuron_forward'))
              cell.model.sharedModel.setSource(source);
        }""",
        "def neuron_forward(x, w, b):\n    return np.tanh((x * w + b).sum(axis=1))",
    )
    found = open_and_run(page, "exercises/01-neurons.ipynb")
    assert (found["errors"], found["stderr"]) == ([], [])
    answer = page.locator('[aria-label*="neuron-forward: wrong"]')
    assert "You add the bias once for each input" in answer.text_content()
    assert "0 of 2 points" in answer.text_content()


def test_the_page_of_the_course_leads_back_to_where_the_learner_stopped(page):
    page.wait_for_selector(".dl-course")
    assert page.locator(".dl-course ol > li").count() == len(LECTURES)
    page.evaluate(OPEN, "lectures/00-start.ipynb")
    first, second = tasks_of("02-capacity")[:2]
    kept = {first.id: {"points": first.points, "attempts": 1, "last": ""}}
    record.write(record.record_file(), kept)
    page.evaluate("() => window.jupyterapp.commands.execute('dlcourse:open')")
    go = page.locator(".dl-course a.dl-go", has_text=f"Go on with exercise 2 · {second.title}")
    go.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(IDLE, timeout=120_000)
    page.wait_for_function(
        """id => {
          const cell = window.jupyterapp.shell.currentWidget.content.activeCell;
          const { top } = cell.node.getBoundingClientRect();
          return cell.model.id === id && 0 < top && top < window.innerHeight;
        }""",
        arg=f"{second.id}-text",
    )
    page.evaluate("() => window.jupyterapp.commands.execute('launcher:create')")
    page.locator(".jp-LauncherCard", has_text="Course").click()
    page.wait_for_selector(".dl-course", state="visible")
    assert page.problems == []
