"""The package that is handed out: what is in it, and that it works wherever it is installed."""

import importlib.util
import json
import os
import re
import stat
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

import pytest

from dlcourse import setting_up
from dlcourse.exercises.tasks import everything
from dlcourse.setting_up import python_of

ROOT = setting_up.checkout()
pytestmark = pytest.mark.skipif(ROOT is None, reason="a wheel is built from a checkout")
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def build(folder, root, *targets):
    """Build with what is installed."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", folder, *targets]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the archive of sources."""
    folder = build(tmp_path_factory.mktemp("built"), ROOT)
    (wheel,), (sources,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sources


@pytest.fixture(scope="module")
def environment(built, tmp_path_factory):
    """A fresh environment with the wheel, under a name with a space and an umlaut.

    All else that the course needs is seen through a .pth; nobody may write to the package.
    """
    if importlib.util.find_spec("pip") is None:
        pytest.skip("there is no pip here to install the wheel with")
    folder = tmp_path_factory.mktemp("nur lesen") / "Büro für Kurse"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    pip = [sys.executable, "-m", "pip", "--python", python_of(folder), "install", "--no-compile"]
    subprocess.run([*pip, "--no-index", "--no-deps", built[0]], check=True, capture_output=True)
    (package,) = folder.glob("**/site-packages/dlcourse")
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (package.parent / "others.pth").write_text("\n".join(others), encoding="utf-8")
    places = [package, *package.rglob("*")]
    for path in places:
        path.chmod(path.stat().st_mode & ~WRITABLE)
    yield folder
    for path in places:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def listing(environment):
    """Every file of the environment, with its size and the time of its last change."""
    files = (path for path in environment.rglob("*") if path.suffix != ".pyc" and path.is_file())
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def run(environment, folder, program, *arguments):
    """Run a program of the environment, in a poor locale, where every warning is an error.

    Root may write anywhere, so what is there is compared with what was there before.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    poor = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONWARNINGS": "error"}
    before = listing(environment)
    done = subprocess.run(
        [python_of(environment).with_name(program), *arguments],
        cwd=folder,
        env=kept | poor | {"OMP_NUM_THREADS": "1", "DLCOURSE_PROGRESS": str(folder / "progress")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert listing(environment) == before
    return done


def test_the_wheel_has_the_course_and_no_solutions(built):
    wheel, sources = built
    names = zipfile.ZipFile(wheel).namelist()
    assert "dlcourse/by_hand/box.py" in names
    assert "dlcourse/course/lectures/04-backprop.ipynb" in names
    assert "dlcourse/course/exercises/04-backprop.ipynb" in names
    assert not [name for name in names if "solutions" in name]
    assert all(name.startswith("dlcourse") for name in names)
    assert "dlcourse/course/pyproject.toml" in names
    assert not [name for name in names if ".ipynb_checkpoints" in name], "what JupyterLab left"
    with tarfile.open(sources) as archive:
        assert any(name.endswith("/solutions/04-backprop.ipynb") for name in archive.getnames())


def flat(text):
    return "".join(text.split())


def answers():
    """What stands in solutions/ as an answer: where, and its text without spaces."""
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            found = re.findall(r"### BEGIN (.*?)### END", "".join(cell["source"]), re.DOTALL)
            yield from ((path.name, flat(answer.partition("\n")[2])) for answer in found)
    for path in sorted((ROOT / "solutions" / "other_ways").glob("*.py")):
        parts = re.split(r"^# %%.*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        yield from ((path.name, flat(answer)) for answer in parts[1:])


def test_no_answer_of_the_solutions_is_in_the_wheel(built):
    with zipfile.ZipFile(built[0]) as wheel:
        read = {name: wheel.read(name).decode() for name in wheel.namelist() if is_text(name)}
    texts = {name: flat(sources(text) if "ipynb" in name else text) for name, text in read.items()}
    del texts["dlcourse/course/tests/attacks.py"]  # has some, as SECURITY.md says
    long = [(place, answer) for place, answer in answers() if len(answer) >= 50]
    assert len(long) > 100
    found = [
        f"{name} has what stands in solutions/{place}: {answer[:80]}"
        for place, answer in long
        for name, text in texts.items()
        if answer in text
    ]
    assert not found


def is_text(name):
    return name.endswith((".py", ".ipynb", ".toml", ".json", ".txt", ".md"))


def sources(notebook):
    return "\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])


def test_the_archive_of_sources_builds_the_same_wheel(built, tmp_path):
    with tarfile.open(built[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    (again,) = build(tmp_path / "again", root, "-t", "wheel").iterdir()
    one, other = (
        {file.filename: file.CRC for file in zipfile.ZipFile(wheel).infolist()}
        for wheel in (built[0], again)
    )
    assert one == other
    assert again.name == built[0].name


def test_exercises_in_the_wheel_are_starters(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = [n for n in wheel.namelist() if n.startswith("dlcourse/course/exercises/")]
        texts = [wheel.read(name).decode() for name in names]
    stubs = sum(text.count("raise NotImplementedError()") for text in texts)
    assert stubs >= len(everything())
    assert not any("BEGIN SOLUTION" in text for text in texts)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "Affine"], "gradient of weight"),
        (["exercises", "list", "04-backprop"], "points"),
        (["progress"], "tasks done"),
        (["slides"], "100.0 % of"),
        (["slides", "a5"], "16,781,312"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_commands_work_from_the_wheel(environment, tmp_path, arguments, words):
    done = run(environment, tmp_path, "dlcourse", *arguments)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_class_is_graded_from_the_wheel(environment, tmp_path):
    cell = {"cell_type": "code", "source": "def fooled_check():\n    return 'nö'"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4}
    (tmp_path / "class" / "Zoë").mkdir(parents=True)
    (tmp_path / "class" / "Zoë" / "04-backprop.ipynb").write_text(json.dumps(notebook))
    arguments = ["--out", "report", "--lecture", "04", "--workers", "1", "--no-sandbox"]
    done = run(environment, tmp_path, "dlcourse", "grade", "class", *arguments)
    assert done.returncode == 0, done.stderr
    assert "1 graded, 0.0 % of" in done.stdout
    assert "Zoë" in (tmp_path / "report" / "grades.csv").read_text(encoding="utf-8")


@pytest.mark.slow
def test_tests_run_from_the_wheel(environment, tmp_path):
    done = run(environment, tmp_path, "dlcourse", "test", "-n0", "tests/test_security.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert list(tmp_path.iterdir()) == []


LIGHT = """
import sys
before = set(sys.modules)
import dlcourse
assert set(sys.modules) - before == {"dlcourse"}
import dlcourse.by_hand as lib
lib.Affine(2, 3)
heavy = {"torch", "matplotlib", "sklearn", "pandas", "IPython"}
assert not heavy & set(sys.modules)
print(lib.__file__)
"""
WHOLE = """
from dlcourse import by_hand, in_torch, plots, widgets
from dlcourse.exercises import check
print(repr(check("box-rounds", lambda reads: [])).encode())
"""


def test_light_parts_need_no_heavy_library(environment, tmp_path):
    done = run(environment, tmp_path, python_of(environment).name, "-c", LIGHT)
    assert done.returncode == 0, done.stderr
    assert "Kurse" in done.stdout


def test_both_sides_pictures_and_checks_are_imported_without_a_warning(environment, tmp_path):
    done = run(environment, tmp_path, python_of(environment).name, "-c", WHOLE)
    assert done.returncode == 0, done.stderr
    assert "of 2 points" in done.stdout
