"""How Sphinx shall build the pages."""

from typing import Any

from dlcourse import __version__

SETTINGS: dict[str, Any] = {
    "project": "dlcourse",
    "release": __version__,
    "language": "en",
    "extensions": [
        "sphinx.ext.autodoc",
        "sphinx.ext.napoleon",
        "myst_nb",
        "dlcourse.site.accessible",
        "dlcourse.site.docstrings",
        "dlcourse.site.mathml",
    ],
    "default_role": "literal",
    # notebooks: as they are committed
    "nb_execution_mode": "off",
    "nb_merge_streams": True,
    "nb_render_markdown_format": "myst",
    "myst_enable_extensions": ["dollarmath"],
    "myst_heading_anchors": 6,
    "myst_heading_slug_func": "dlcourse.site.notebook_pages.heading_slug",
    "myst_update_mathjax": False,
    # reference: types stand in the docstrings
    "autodoc_typehints": "none",
    "autodoc_member_order": "bysource",
    "napoleon_google_docstring": False,
    "napoleon_use_ivar": True,
    "napoleon_use_rtype": False,
    # pages: nothing from elsewhere, and nothing that differs from day to day
    "html_theme": "furo",
    "html_title": "dlcourse",
    "html_math_renderer": "mathml",
    "templates_path": ["templates"],
    "html_static_path": ["files"],
    "html_css_files": ["moving.css", "site.css"],
    "html_js_files": [("moving.js", {"defer": "defer"}), ("site.js", {"defer": "defer"})],
    "html_copy_source": False,
    "html_show_copyright": False,
    "html_show_sphinx": False,
    "html_show_search_summary": False,  # it would fetch pages, which file:// does not allow
    "html_use_index": False,
    "html_domain_indices": False,
    "html_permalinks_icon": "#",
    "pygments_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
