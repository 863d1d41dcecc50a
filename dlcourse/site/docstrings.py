"""Docstrings as they were written: a bar is a bar, as in |x|, and not Sphinx's sign."""

from typing import Any

from sphinx.application import Sphinx


def keep_bars(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: Any) -> None:
    """Escape every bar of a docstring, in place."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of it."""
    app.connect("autodoc-process-docstring", keep_bars)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
