"""What the theme leaves out for those who hear a page or have no mouse."""

from typing import Any

from sphinx.application import Sphinx

AFTER_THE_THEME = 900
LEVEL = {'role="heading"': 'role="heading" aria-level="2"'}
"""Headings in the list of pages are of the second level."""


def name_levels(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Say of what level the headings in the list of pages are."""
    for plain, named in LEVEL.items():
        if "furo_navigation_tree" in context:
            context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(plain, named)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of it."""
    app.connect("html-page-context", name_levels, priority=AFTER_THE_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
