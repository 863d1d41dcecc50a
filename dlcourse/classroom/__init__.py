"""The course's own page in JupyterLab: chapters, exercises, and how far the learner is.

An extension of Jupyter's server, for `dlcourse lab` alone: no other JupyterLab loads it.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell Jupyter's server which module to load."""
    return [{"module": "dlcourse.classroom"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Serve the page at /dlcourse, to whom the server knows."""
    from dlcourse.classroom.serving import add_page

    add_page(server.web_app)
