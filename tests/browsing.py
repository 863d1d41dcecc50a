"""A real browser in tests: skipped where there is none; what it complains of is kept."""

import pytest

from dlcourse.in_browser import lacking

IN_A_BROWSER = [pytest.mark.slow, pytest.mark.skipif(bool(lacking()), reason=lacking())]


def listen(page, *, offline=False):
    """Keep what goes wrong on a page from now on: errors, and requests if there shall be none."""
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)[:300]))
    page.on("console", lambda said: said.type == "error" and page.problems.append(said.text[:300]))
    if offline:
        page.on("request", lambda asked: keep_if_sent(page.problems, asked.url))
    return page


def keep_if_sent(problems, url):
    if not url.startswith(("file:", "data:", "blob:")):
        problems.append(f"asks for {url}")


def violations(page, selector=None):
    """What axe-core calls serious or critical in a part of a page."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="no axe-core: pip install 'dlcourse[browser]', to see whether everyone can read it",
    )
    options = {"resultTypes": ["violations"], "preload": False}  # it would fetch the styles again
    found = axe.Axe().run(page, selector, options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"]
        if rule["impact"] in ("serious", "critical")
    ]


def outside(page):
    """How many pixels of the page lie beyond its right edge."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
