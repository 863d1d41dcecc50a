"""Serve the page of the course next to JupyterLab."""

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from dlcourse.classroom.chapters import course_so_far
from dlcourse.classroom.page import write_page


class CoursePage(JupyterHandler):
    """Answer with the page as it is now: the record of progress is read each time."""

    @web.authenticated
    def get(self) -> None:
        """Answer one request."""
        self.set_header("Cache-Control", "no-store")
        self.finish(write_page(course_so_far(), url_path_join(self.base_url, "lab/tree")))


def add_page(app: Any) -> None:
    """Add the page to a server."""
    place = url_path_join(app.settings["base_url"], "dlcourse")
    app.add_handlers(".*$", [(place, CoursePage)])
