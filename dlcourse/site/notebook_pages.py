"""Lectures and exercises as pages: their links lead to pages, and their pictures move."""

import re

import nbformat

from dlcourse.lecture_rules import Notebook
from dlcourse.site.moving_pictures import as_html, picture_of
from dlcourse.site.selection import Selection, notebook

LINK = re.compile(r"\[([^\[\]]*)\]\(([\w./-]+)\.ipynb(#[^)\s]*)?\)")


def page_of(folder: str, name: str, selection: Selection) -> str:
    """Write a notebook as the page generator shall read it; nothing is executed.

    Parameters
    ----------
    folder : str
        "lectures" or "exercises".
    name : str
        Such as "07-dropout".
    selection : Selection
        Links to pages that are not built become plain words.
    """
    read = nbformat.read(notebook(folder, name), as_version=4)
    for cell in read.cells:
        if cell.cell_type == "markdown":
            cell.source = with_links(cell.source, folder, selection)
        elif picture := picture_of(cell.source):
            move(cell, as_html(picture, still_of(cell)))
    if selection.repository:
        where = selection.repository.invitation(f"{folder}/{name}.ipynb")
        read.cells.insert(1, nbformat.v4.new_markdown_cell(where, id="elsewhere"))
    return str(nbformat.writes(read))


def with_links(text: str, folder: str, selection: Selection) -> str:
    """Keep the links to notebooks that are built, and only the words of the others."""

    def link(found: re.Match[str]) -> str:
        place = found[2].removeprefix("../")
        page = place if "/" in place else f"{folder}/{place}"
        return found[0] if selection.has(page) else found[1]

    return LINK.sub(link, text)


def still_of(cell: Notebook) -> str:
    """Give the still picture that a cell shows."""
    shown = [output.data["text/html"] for output in cell.outputs if "text/html" in output.data]
    return str(shown[-1]) if shown else ""


def move(cell: Notebook, html: str) -> None:
    """Let a cell show a moving picture instead of a still one."""
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html})]


def heading_slug(title: str) -> str:
    """Name the anchor of a heading as JupyterLab does, so that links fit both."""
    return title.replace(" ", "-")
