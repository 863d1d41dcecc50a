"""The course in a real browser: Chromium, driven by Playwright, on JupyterLab or on a page."""

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcourse.jupyter import lab_arguments
from dlcourse.setting_up import ONE_THREAD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PATIENCE = 120  # seconds for a server or a kernel to start

OPEN = "async p => { await window.jupyterapp.commands.execute('docmanager:open', {path: p}); }"
IDLE = """() => {
  const shown = window.jupyterapp.shell.currentWidget;
  const kernel = shown?.sessionContext?.session?.kernel;
  return kernel && kernel.status === 'idle';
}"""
RUN_ALL = """async () => {
  window.ran = false;
  await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
  window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.ran = true; });
}"""
HAS_RUN = """() => {
  // The command also waits for a scroll, which may take it ten seconds more.
  const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
  const code = content.widgets.filter(cell => cell.model.type === 'code');
  const done = code.map(cell => cell.model).every(m => m.executionCount || !m.sharedModel.source);
  return window.ran || (done && sessionContext.session.kernel.status === 'idle');
}"""
SCROLL = "k => window.jupyterapp.shell.currentWidget.content.scrollToItem(k, 'start')"


def chromium() -> str | None:
    """Find a Chromium on this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def lacking() -> str:
    """Say what there is to install before a browser can be driven; nothing when all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "no Playwright: pip install 'dlcourse[browser]'"
    return "" if chromium() else "no Chromium, which is installed as any other program"


@contextmanager
def opened_browser() -> Iterator["Browser"]:
    """Start Chromium without a window, and end it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET.split())
        yield browser
        browser.close()


@contextmanager
def served_lab(root: Path) -> Iterator[str]:
    """Run JupyterLab on a folder, with settings of its own, and give its address.

    Parameters
    ----------
    root : Path
        The folder; nothing is written outside it.

    Raises
    ------
    TimeoutError
        When it does not answer.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    arguments = lab_arguments(root, browser=False, port=port, token=token)
    command = [sys.executable, "-m", "jupyterlab", *arguments]
    command += ["--LabApp.expose_app_in_browser=True"]
    variables = {**os.environ, **ONE_THREAD, "JUPYTER_CONFIG_DIR": str(root / "config")}
    with subprocess.Popen(
        command, cwd=root, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for_answer(f"http://127.0.0.1:{port}/api")
            yield f"http://127.0.0.1:{port}/lab?token={token}"
        finally:
            server.terminate()


def wait_for_answer(address: str) -> None:
    """Ask a server until it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(f"JupyterLab did not answer at {address} within {PATIENCE} seconds")


def open_lab(browser: "Browser", address: str, **options: Any) -> "Page":
    """Open JupyterLab in a page of its own.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
    address : str
        As `served_lab` gives it.
    **options
        As `Browser.new_page` takes them.
    """
    page = browser.new_page(**{"viewport": {"width": 1200, "height": 900}, **options})
    page.goto(f"{address}&reset", wait_until="domcontentloaded")  # without what was open before
    page.wait_for_function("window.jupyterapp?.shell", timeout=1000 * PATIENCE)
    page.evaluate("async () => { await window.jupyterapp.restored; }")
    return page


def open_notebook(page: "Page", path: str) -> None:
    """Open a notebook and wait for its kernel."""
    page.evaluate(OPEN, path)
    page.wait_for_function(IDLE, timeout=1000 * PATIENCE)


def run_all(page: "Page", *, seconds: float = 400) -> None:
    """Run all cells of the notebook in front."""
    page.evaluate(RUN_ALL)
    page.wait_for_function(HAS_RUN, timeout=1000 * seconds)


def picture_in(page: "Page", cell: int) -> "Locator":
    """Scroll to a cell of the notebook in front, and find the moving picture that it shows."""
    page.evaluate(SCROLL, cell)
    picture = page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".dl-moving")
    picture.wait_for()
    return picture
