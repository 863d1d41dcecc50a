"""Build the site: write what Sphinx reads, let it make the pages, and put them in place."""

import importlib.util
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dlcourse.site.selection import Selection, whole_course

MARKER = "made-by-dlcourse"
NEEDED = {"sphinx": "Sphinx", "myst_nb": "MyST-NB", "furo": "Furo", "latex2mathml": "latex2mathml"}
DATE = "1767225600"  # 2026-01-01: no page tells when it was built


class FolderError(Exception):
    """The folder is somebody else's, and stays as it is."""


class SiteError(Exception):
    """Pages are not as they should be; the message is what Sphinx says of them."""


def missing() -> list[str]:
    """List the packages that building needs and that are not there.

    Returns
    -------
    list of str
        As pip knows them.
    """
    return [name for module, name in NEEDED.items() if importlib.util.find_spec(module) is None]


def build(out: Path, selection: Selection | None = None) -> list[Path]:
    """Build the site into a folder.

    Parameters
    ----------
    out : Path
        A folder that is new, empty, or made by this function before.
    selection : Selection, optional
        Which pages; all of them by default.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    FolderError
        When the folder is somebody else's.
    SiteError
        When a page is not as it should be.
    """
    check_folder(out)
    with tempfile.TemporaryDirectory(prefix="dlcourse-site-") as folder:
        source, pages = Path(folder, "source"), Path(folder, "pages")
        write_sources(source, selection or whole_course())
        run_sphinx(source, pages, Path(folder, "doctrees"))
        tidy(pages)
        publish(pages, out)
    return sorted(out.rglob("*.html"))


def check_folder(out: Path) -> None:
    """Refuse a folder that has files in it that are not ours."""
    if out.is_dir() and (not any(out.iterdir()) or (out / MARKER).is_file()):
        return
    if out.exists():
        raise FolderError(f"{out} was not made by dlcourse site; name a new or an empty folder")


def write_sources(source: Path, selection: Selection) -> None:
    """Write all that Sphinx reads: notebooks, generated pages, scripts and styles."""
    for name, text in sources(selection):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def sources(selection: Selection) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file."""
    from dlcourse.site import moving_pictures, notebook_pages, overview, reference

    yield "conf.py", "from dlcourse.site.settings import SETTINGS\n\nglobals().update(SETTINGS)\n"
    yield "index.rst", overview.first_page(selection)
    yield "slides.rst", overview.slides(selection)
    yield "reference/index.rst", reference.index(selection)
    for family in selection.families:
        yield f"reference/{family}.rst", reference.page_of(family, selection)
    for folder, names in (("lectures", selection.lectures), ("exercises", selection.exercises)):
        for name in names:
            yield f"{folder}/{name}.ipynb", notebook_pages.page_of(folder, name, selection)
    yield "files/moving.js", moving_pictures.script()
    yield "files/moving.css", moving_pictures.style()
    here = Path(__file__).parent
    for name in ("files/site.css", "files/site.js", "templates/search.html"):
        yield name, (here / Path(name).name).read_text(encoding="utf-8")


def run_sphinx(source: Path, pages: Path, doctrees: Path) -> None:
    """Let Sphinx make the pages; what it warns of is an error."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    os.environ.setdefault("SOURCE_DATE_EPOCH", DATE)
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(source, source, pages, doctrees, "html", status=None, warning=warnings)
        app.build(force_all=True)
    if text := warnings.getvalue().replace(str(source), "").strip():
        raise SiteError(f"Sphinx warns of these pages:\n{text}")


def tidy(pages: Path) -> None:
    """Take away what only Sphinx needs, and what a server would hide."""
    for name in (".buildinfo", "objects.inv"):
        (pages / name).unlink(missing_ok=True)
    (pages / ".nojekyll").write_text("", encoding="utf-8")  # GitHub would drop _static


def publish(pages: Path, out: Path) -> None:
    """Replace the files of an earlier build, and nothing else, by the new ones."""
    marker = out / MARKER
    if marker.is_file():
        for name in marker.read_text(encoding="utf-8").splitlines()[1:]:
            (out / name).unlink(missing_ok=True)
    names = sorted(
        path.relative_to(pages).as_posix() for path in pages.rglob("*") if path.is_file()
    )
    out.mkdir(parents=True, exist_ok=True)
    lines = ["These files are made by `dlcourse site`, which may replace them:", *names]
    marker.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pages / name, out / name)
