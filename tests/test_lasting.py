"""Killed at any moment, on a full disk, with a class of half a gigabyte: nothing is lost."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from synthetic_class import submission

from dlcourse.grading.sandbox import SandboxError, bubblewrap
from dlcourse.setting_up import course_root
from dlcourse.writing import remove_parts

TESTS = Path(__file__).parent
IN_A_CHECKOUT = pytest.mark.skipif(
    not (course_root() / "solutions").is_dir(), reason="a wheel has no solutions"
)


def python(code, *arguments, before=(), cwd=None):
    """Run code in a process of its own, which finds the course and what lies beside this file."""
    here = {**os.environ, "PYTHONPATH": f"{course_root()}{os.pathsep}{TESTS}"}
    command = [*before, sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=here, cwd=cwd, timeout=300)


def test_parts_are_removed_once_nobody_writes_them(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = (f"x.json.{ended.pid}.part", f"x.json.{os.getpid()}.part", "song.part", "x.json")
    for name in names:
        (tmp_path / name).write_text("half")
    remove_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
    remove_parts(tmp_path / "gone")


# ---- killed ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment_nothing_is_lost_or_half_written(tmp_path):
    kinds = ["file", "progress", "class", "real-class"]
    if (course_root() / "solutions").is_dir():
        kinds.append("derived")
    code = "import sys; from kills import main; main(*sys.argv[1:])"
    done = python(code, tmp_path, 7, *kinds)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("killed at work") == len(kinds)


# ---- on a full disk ----------------------------------------------------------------------------


FULL = """
import os, sys
from pathlib import Path
with open("rest", "wb", buffering=0) as rest:
    for size in (1 << 16, 1):
        try:
            while rest.write(bytes(size)): pass
        except OSError: pass
os.environ["DLCOURSE_PROGRESS"] = "progress"
there = {p: p.read_bytes() for p in Path().rglob("*") if p.is_file()}
def dlcourse(*arguments):
    from dlcourse.commands import run
    sys.argv = ["dlcourse", *arguments]
    try: run()
    except SystemExit as end: print("code", end.code)
"""
AFTERWARDS = """
assert {p: p.read_bytes() for p in there} == there
assert not list(Path().rglob("*.part"))
"""


@pytest.fixture
def on_a_full_disk(tmp_path):
    """Run code in a folder with a notebook and a record in it, and no room for a byte more."""
    try:
        bwrap = [bubblewrap(), "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
    except SandboxError as error:
        pytest.skip(str(error))
    disk = [*bwrap, "--size", str(1 << 20), "--tmpfs", "/mnt", "--chdir", "/mnt"]
    if subprocess.run([*disk, "true"], capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    cells = [nbformat.v4.new_code_cell("print(1)", id="one")]
    (tmp_path / "class").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "class" / "a.ipynb")
    (tmp_path / "progress").write_text('{"version": 1, "tasks": {}}', encoding="utf-8")
    copy = f"import shutil; shutil.copytree({str(tmp_path)!r}, '.', dirs_exist_ok=True)\n"

    def run(code):
        return python(copy + FULL + code + AFTERWARDS, before=disk)

    return run


NO_ROOM = "cannot be used: No space left on device."
CHECK = """
from dlcourse.exercises import check
def neuron_forward(x, w, b): return 0
print(check("neuron-forward"))
print("code", 1)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("dlcourse('notebooks', 'run', 'class/a.ipynb')", f"FAILED  class/a.ipynb {NO_ROOM}"),
        ("dlcourse('grade', 'class', '--out', 'r', '--no-sandbox')", f"dlcourse: r {NO_ROOM}"),
        (
            "dlcourse('reproduce', 'run', 'mnist-rbm', '--quick', '--out', 'o')",
            r"dlcourse: o/mnist-rbm/RBM-seed0-\w+.npz " + NO_ROOM,
        ),
        pytest.param(
            "dlcourse('exercises', 'derive', '01', '--out', 'e')",
            f"dlcourse: e/01-neurons.ipynb {NO_ROOM}",
            marks=IN_A_CHECKOUT,
        ),
        (CHECK, r"could not be kept in progress \(No space left on device\)"),
    ],
)
def test_a_full_disk_is_one_sentence_and_what_was_there_stays(on_a_full_disk, code, words):
    done = on_a_full_disk(code)
    assert done.returncode == 0, done.stderr
    assert re.search(words, done.stdout + done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stdout.endswith("code 1\n")


# ---- a large class -----------------------------------------------------------------------------


HALF_A_GIGABYTE = """
import re
from pathlib import Path
from dlcourse.grading import whole_class
choices = whole_class.Choices(seed=1, lectures=["04"])
overview = whole_class.grade_class(Path("class"), Path("report"), choices)
most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(len(overview.shares), sum(overview.shares), int(most[1]) / 1024)
"""


@IN_A_CHECKOUT
@pytest.mark.slow
def test_half_a_gigabyte_of_submissions_is_graded_in_little_memory(tmp_path):
    try:
        bubblewrap()
    except SandboxError as error:
        pytest.skip(str(error))
    right = json.loads(submission("right", 1)[0])
    picture = nbformat.v4.new_output("display_data", {"image/png": "A" * (5 << 20)})
    cell = nbformat.v4.new_code_cell("1", outputs=[picture])
    answered, empty = (
        json.dumps({**right, "cells": [*cells, cell], "person": "NOBODY"}).encode()
        for cells in (right["cells"], [])
    )
    (tmp_path / "class").mkdir()
    for person in range(100):  # no two are the same, and one takes time to judge
        content = (empty if person else answered).replace(b"NOBODY", b"%06d" % person)
        (tmp_path / "class" / f"{person}.ipynb").write_bytes(content)
    done = python(HALF_A_GIGABYTE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    people, points, megabytes = map(float, done.stdout.split())
    assert (people, points) == (100, 1) and megabytes < 200
    shutil.rmtree(tmp_path / "class")  # pytest would keep it
