"""How long a moving picture takes from the press of a key to its change, in real JupyterLab."""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from rich.console import Console
from rich.table import Table

from dlcourse import in_browser, widgets

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PICTURES = tuple(name for name in widgets.__all__ if name.islower())
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
TARGET = 20  # milliseconds from a key to the changed picture, which the eye takes for at once

WATCH = """picture => {
  window.stopWatching?.();
  const presses = window.presses = [], end = new AbortController();
  const changes = new MutationObserver(() => {
    const press = presses.at(-1);
    if (!press || press.changed) return;
    press.changed = performance.now();
    const frame = new MessageChannel();
    frame.port1.onmessage = () => { press.painted = performance.now(); };
    requestAnimationFrame(() => frame.port2.postMessage(0));  // answered when the frame is out
  });
  changes.observe(picture, {subtree: true, childList: true, attributes: true});
  const hear = event => presses.push({pressed: event.timeStamp});
  addEventListener('keydown', hear, {capture: true, signal: end.signal});
  window.stopWatching = () => { end.abort(); changes.disconnect(); };
}"""


@dataclass(frozen=True)
class Delay:
    """Medians of many presses, in milliseconds.

    Attributes
    ----------
    name : str
        The picture.
    changed : float
        From the press until the picture is another.
    painted : float
        Until the frame with it is out; a screen shows one every 17 ms.
    """

    name: str
    changed: float
    painted: float


def write_notebook(path: Path, names: Sequence[str] = PICTURES, more: Sequence[str] = ()) -> None:
    """Write a notebook with a cell for each picture, the first after the import, and more cells."""
    sources = ["from dlcourse import widgets"]
    sources += [f"{name} = widgets.{name}()\n{name}" for name in names]
    cells = [nbformat.v4.new_code_cell(source) for source in (*sources, *more)]
    metadata = {"kernelspec": KERNEL}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


def delays(names: Sequence[str], *, presses: int) -> Iterator[Delay]:
    """Measure pictures one after the other, in a JupyterLab of their own."""
    with tempfile.TemporaryDirectory(prefix="dlcourse-bench-") as folder:
        write_notebook(Path(folder, "pictures.ipynb"), names)
        with in_browser.served_lab(Path(folder)) as address, in_browser.opened_browser() as browser:
            page = in_browser.open_lab(browser, address)
            in_browser.open_notebook(page, "pictures.ipynb")
            in_browser.run_all(page)
            for cell, name in enumerate(names, start=1):
                yield delay(name, page, in_browser.picture_in(page, cell), presses)


def delay(name: str, page: "Page", picture: "Locator", presses: int) -> Delay:
    """Press the arrow keys on the first slider, to its end and back."""
    picture.evaluate(WATCH)
    slider = picture.get_by_role("slider").first
    last, position, step = int(slider.get_attribute("max") or 0), int(slider.input_value()), 1
    slider.focus()
    for _ in range(presses):
        step = step if 0 <= position + step <= last else -step
        position += step
        page.keyboard.press("ArrowRight" if step > 0 else "ArrowLeft")
        page.wait_for_function("window.presses.at(-1)?.painted")
    times: list[dict[str, float]] = page.evaluate("window.presses")
    changed, painted = (
        statistics.median(time[what] - time["pressed"] for time in times)
        for what in ("changed", "painted")
    )
    return Delay(name, changed, painted)


def report(out: Console, *, quick: bool = False) -> list[dict[str, Any]]:
    """Print a table of all pictures, or why there is none, and give its rows.

    Parameters
    ----------
    out : rich.console.Console
    quick : bool
        Two pictures and two presses: to see that it runs, not to measure.
    """
    if reason := in_browser.lacking():
        out.print(f"How fast moving pictures answer is not measured: {reason}")
        return []
    names, presses = (PICTURES[:2], 2) if quick else (PICTURES, 25)
    table = Table("from a key, ms", "to a changed picture", "to its frame on the screen")
    found = list(delays(names, presses=presses))
    for row in found:
        table.add_row(row.name, f"{row.changed:.1f}", f"{row.painted:.1f}")
    out.print(table)
    out.print(f"Medians of {presses} presses in JupyterLab; {TARGET} ms are wanted at most.")
    return [asdict(row) for row in found]


if __name__ == "__main__":
    report(Console())
