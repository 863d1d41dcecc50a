"""The page of the course in JupyterLab: chapters, exercises, and how far the learner is."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
import pytest
from jsonschema import Draft7Validator
from jupyterlab.commands import get_app_dir

from dlcourse import jupyter
from dlcourse.classroom.chapters import Chapter, Course, Exercise, course_so_far, lectures
from dlcourse.classroom.page import write_page
from dlcourse.exercises.tasks import LECTURES, everything, tasks_of
from dlcourse.setting_up import course_root

COUNT = len(everything())


class Reader(HTMLParser):
    """What a page has in it: links, bars with what is said of them, headings in order."""

    def __init__(self, text):
        super().__init__()
        self.links, self.bars, self.headings, self.tags = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        if tag == "a":
            self.links.append(found)
        elif tag == "progress":
            self.bars.append(found)
        elif re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.partition("</style>")[2]))


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Write a record of progress: for each lecture the points of its tasks, in their order."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(path))

    def write(**points):
        tasks = {
            task.id: {"points": got, "attempts": 1, "last": ""}
            for name in LECTURES
            for task, got in zip(tasks_of(name), points.get(f"of_{name[:2]}", []), strict=False)
        }
        path.write_text(json.dumps({"version": 1, "tasks": tasks}))

    return write


def full(name):
    return [task.points for task in tasks_of(name)]


def test_every_chapter_is_there_with_its_question_and_its_exercises(record):
    course = course_so_far()
    assert [chapter.name for chapter in course.chapters] == lectures()
    assert all(chapter.question and chapter.minutes >= 20 for chapter in course.chapters)
    assert {c.name for c in course.chapters if c.exercises} == set(LECTURES)
    text = write_page(course, "/lab/tree")
    for chapter in course.chapters:
        assert chapter.title in text
        assert f"Exercises {chapter.name}" not in text
    assert "Begin with 00 · Start: deep learning, twice" in words(text)


def test_every_link_leads_to_a_notebook_and_to_a_cell_of_it(record):
    page = Reader(write_page(course_so_far(), "/base/lab/tree"))
    assert len(page.links) == 1 + len(lectures()) + COUNT
    ids = {}
    for link in page.links:
        path, at = link["data-path"], link["data-at"]
        assert link["href"] == f"/base/lab/tree/{path}{at}"
        assert (course_root() / path).is_file()
        if at:
            if path not in ids:
                cells = nbformat.read(course_root() / path, as_version=4).cells
                ids[path] = {cell.id: cell.source for cell in cells}
            assert at.removeprefix("#cell-id=") in ids[path]


def test_the_number_of_an_exercise_is_that_of_its_heading(record):
    for chapter in course_so_far().chapters:
        if chapter.exercises:
            path = course_root() / "exercises" / f"{chapter.name}.ipynb"
            cells = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
            for exercise in chapter.exercises:
                source = cells[f"{exercise.task.id}-text"]
                assert source.startswith(f"## {exercise.title}\n")


@pytest.mark.parametrize(
    ("points", "chapter", "number"),
    [
        ({}, "00-start", None),
        ({"of_01": [0]}, "01-neurons", 1),
        ({"of_01": full("01-neurons")[:2]}, "01-neurons", 3),
        ({"of_01": full("01-neurons")}, "02-capacity", None),
        ({"of_01": [0, 1], "of_04": [*full("04-backprop")[:2], 0]}, "04-backprop", 3),
        ({"of_04": full("04-backprop")}, "05-regularization", None),
        ({"of_02": [0], "of_14": full("14-unsupervised")}, "01-neurons", 1),
    ],
)
def test_the_learner_goes_on_where_he_stopped(record, points, chapter, number):
    record(**points)
    found, exercise = course_so_far().next()
    assert found.name == chapter
    assert (exercise.number if exercise else None) == number


def test_nothing_is_left_at_the_end(record):
    record(**{f"of_{name[:2]}": full(name) for name in LECTURES})
    course = course_so_far()
    assert course.next() is None
    assert "You have every point" in words(write_page(course, "/lab/tree"))


def test_progress_is_said_in_words_and_shown_in_bars(record):
    record(of_01=full("01-neurons"), of_04=[0, 3])
    text = write_page(course_so_far(), "/lab/tree")
    page = Reader(text)
    reached, points = sum(full("01-neurons")) + 3, sum(sum(full(name)) for name in LECTURES)
    done = len(full("01-neurons")) + 1
    assert f"All exercises: {done} of {COUNT} done, {reached} of {points} points" in words(text)
    assert page.bars[0]["value"] == str(reached)
    assert page.bars[0]["max"] == str(points)
    assert len(page.bars) == 1 + len(LECTURES)
    assert len({bar["aria-label"] for bar in page.bars}) == len(page.bars)
    assert "1 · Who waits for whom : 0 of 2 points, 8 minutes" in words(text)
    assert "2 · Backwards through two layers : done, 3 of 3 points" in words(text)
    assert "3 · One matrix in two places : 0 of 2 points, not attempted" in words(text)


def test_the_page_has_an_order_of_headings_and_no_script(record):
    page = Reader(write_page(course_so_far(), "/lab/tree"))
    assert page.headings == [1, 2] + [3] * len(lectures())
    assert "script" not in page.tags
    assert {"main", "ol", "details", "summary"} <= set(page.tags)


def test_words_of_a_chapter_are_words_and_no_html():
    chapter = Chapter("01-neurons", "<b>bold</b> & more", "is 1 < 2?", 5)
    text = write_page(Course((chapter,), ("<i>note</i>",)), '/"tree"')
    assert "<b>" not in text
    assert "<i>" not in text
    assert "is 1 &lt; 2?" in text
    assert Reader(text).links[0]["href"] == '/"tree"/lectures/01-neurons.ipynb'


def test_a_broken_record_is_said_and_the_page_is_there(record, tmp_path):
    (tmp_path / "progress.json").write_text("{")
    text = write_page(course_so_far(), "/lab/tree")
    assert "The record of your progress was broken" in text
    assert "Begin with 00" in text


def test_a_record_that_cannot_be_read_is_said(record, tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dlcourse.classroom.chapters.read", refuse)
    (note,) = course_so_far().notes
    assert note.endswith("progress.json cannot be read: Permission denied.")


def test_points_may_stand_in_quotes(record, tmp_path):
    task = tasks_of("01-neurons")[0]
    kept = {task.id: {"points": str(task.points), "attempts": 1, "last": ""}}
    (tmp_path / "progress.json").write_text(json.dumps({"version": 1, "tasks": kept}))
    assert f"All exercises: 1 of {COUNT} done" in words(write_page(course_so_far(), "/lab/tree"))


def test_points_beyond_what_a_task_gives_now_count_as_done():
    exercise = Exercise(1, tasks_of("01-neurons")[0], points=99, tried=True)
    assert exercise.done


def test_the_settings_are_what_jupyterlab_knows():
    schemas = Path(get_app_dir()) / "schemas"
    for plugin, values in jupyter.SETTINGS.items():
        schema = json.loads((schemas / f"{plugin}.json").read_text("utf-8"))
        assert set(values) <= set(schema["properties"]), plugin
        Draft7Validator(schema).validate(values)


def test_the_extension_is_where_jupyterlab_looks_for_it():
    folder = jupyter.CLASSROOM / "labextensions" / "dlcourse"
    package = json.loads((folder / "package.json").read_text("utf-8"))
    assert package["name"] == folder.name
    assert (folder / package["jupyterlab"]["_build"]["load"]).is_file()


OPEN_TO_ALL = """
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.allow_remote_access = True
c.ServerApp.token = ""
c.IdentityProvider.token = ""
c.ServerApp.base_url = "/b/"
"""


@pytest.fixture
def lab(tmp_path, record):
    """A server as `dlcourse lab` starts it, with settings of the user that would open it to all."""
    folders = {f"JUPYTER_{name}_DIR": tmp_path / name for name in ("CONFIG", "RUNTIME")}
    folders["JUPYTER_CONFIG_DIR"].mkdir()
    (folders["JUPYTER_CONFIG_DIR"] / "jupyter_server_config.py").write_text(OPEN_TO_ALL)
    code = "import sys, pathlib; from dlcourse.jupyter import open_lab as o; "
    code += "o(pathlib.Path(sys.argv[1]), browser=False, port=18888)"
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path],
            env={**os.environ, "JUPYTER_TOKEN": "", **{k: str(v) for k, v in folders.items()}},
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            yield Server(server.pid, *said_at_start(server, tmp_path / "log"))
        finally:
            server.terminate()


class Server(NamedTuple):
    """The process of a server, and the address and the token that it prints."""

    pid: int
    address: str
    token: str


def said_at_start(server, log):
    """Wait for the line with the address that a learner opens."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        if found := re.search(r"(http://\S*)lab\?token=(\w+)", log.read_text()):
            return found.groups()
        time.sleep(0.1)
    raise AssertionError(f"no address was printed: {log.read_text()}")


@pytest.mark.slow
def test_the_server_gives_the_course_to_the_learner_alone(lab, record):
    """Whatever the user's settings say: it listens here, and asks for a token, new each time."""
    record(of_01=full("01-neurons"))
    process = psutil.Process(lab.pid)
    heard = [c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert set(heard) == {"127.0.0.1"}
    assert not any(lab.token in part for part in process.cmdline())
    assert len(lab.token) >= 32

    def ask(path):
        with urllib.request.urlopen(f"{lab.address}{path}", timeout=30) as answer:
            return answer.url, answer.read().decode()

    for path in ("dlcourse", "lab", "lab/tree/lectures/01-neurons.ipynb"):
        where, text = ask(path)
        assert "/b/login" in where
        assert "Chapters" not in text
    for path in ("api/contents", "api/kernels", "api/contents?token=", "api/contents?token=a"):
        with pytest.raises(urllib.error.HTTPError, match="Forbidden"):
            ask(path)
    _, text = ask(f"dlcourse?token={lab.token}")
    assert "Go on with 02 · Capacity" in text
    assert 'href="/b/lab/tree/lectures/02-capacity.ipynb"' in text
    assert '"load": "course.js"' in ask(f"lab?token={lab.token}")[1]
    assert "_JUPYTERLAB.dlcourse" in ask(f"lab/extensions/dlcourse/course.js?token={lab.token}")[1]
