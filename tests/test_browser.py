"""The course in JupyterLab in a real browser, where Playwright and Chromium are installed."""

import shutil

import pytest
from browsing import IN_A_BROWSER, listen

from dlcourse.exercises import record
from dlcourse.exercises.tasks import tasks_of
from dlcourse.in_browser import IDLE, OPEN, open_lab, open_notebook, run_all, served_lab
from dlcourse.setting_up import course_root

pytestmark = IN_A_BROWSER
LECTURES = sorted(path.stem for path in (course_root() / "lectures").glob("*.ipynb"))
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
    with served_lab(root) as address:
        yield address


@pytest.fixture
def page(browser, lab):
    page = listen(open_lab(browser, lab))
    yield page
    page.close()


def open_and_run(page, path):
    """Open a notebook, run all its cells, and give what came out."""
    open_notebook(page, path)
    run_all(page)
    return page.evaluate(OUTPUTS)


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_runs_to_its_end_without_an_error(page, name):
    found = open_and_run(page, f"lectures/{name}.ipynb")
    assert found["cells"] > 10
    assert (found["errors"], found["stderr"], found["unrun"]) == ([], [], 0)
    assert page.problems == []


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
