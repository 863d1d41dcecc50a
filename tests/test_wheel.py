"""The package that is handed out: what is in it, and that it works wherever it lies."""

import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import zipfile

import pytest

from dlcourse import setting_up
from dlcourse.exercises.tasks import everything

ROOT = setting_up.checkout()
pytestmark = pytest.mark.skipif(ROOT is None, reason="a wheel is built from a checkout")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the archive of sources, built with what is installed."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,), (sources,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sources


@pytest.fixture(scope="module")
def site_packages(built, tmp_path_factory):
    """The wheel unpacked where nobody may write, under a name with a space and an umlaut."""
    folder = tmp_path_factory.mktemp("nur lesen") / "Büro für Kurse"
    with zipfile.ZipFile(built[0]) as wheel:
        wheel.extractall(folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def run(site_packages, folder, *arguments):
    """Run Python on the unpacked wheel, in a poor locale, where every warning is an error."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    poor = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=kept | poor | {"PYTHONPATH": str(site_packages), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def test_the_wheel_has_the_course_and_no_solutions(built):
    wheel, sources = built
    names = zipfile.ZipFile(wheel).namelist()
    assert "dlcourse/by_hand/box.py" in names
    assert "dlcourse/course/lectures/04-backprop.ipynb" in names
    assert "dlcourse/course/exercises/04-backprop.ipynb" in names
    assert not [name for name in names if "solutions" in name]
    assert all(name.startswith("dlcourse") for name in names)
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


def test_exercises_in_the_wheel_are_starters(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = [n for n in wheel.namelist() if n.startswith("dlcourse/course/exercises/")]
        texts = [wheel.read(name).decode() for name in names]
    stubs = sum(text.count("raise NotImplementedError()") for text in texts)
    assert stubs >= len(everything())
    assert not any("BEGIN SOLUTION" in text for text in texts)


def test_it_is_imported_from_where_nobody_may_write(site_packages, tmp_path):
    code = "import dlcourse.by_hand as lib; print(lib.__file__); lib.Affine(2, 3)"
    done = run(site_packages, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert "Kurse" in done.stdout


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
def test_commands_work_from_the_wheel(site_packages, tmp_path, arguments, words):
    done = run(site_packages, tmp_path, "-m", "dlcourse", *arguments)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_light_parts_need_no_heavy_library(site_packages, tmp_path):
    heavy = "torch", "matplotlib", "sklearn", "pandas", "IPython"
    code = f"import sys, dlcourse.by_hand; print([n for n in {heavy} if n in sys.modules])"
    assert run(site_packages, tmp_path, "-c", code).stdout.strip() == "[]"
    code = (
        "import sys; before = set(sys.modules); import dlcourse; print(set(sys.modules) - before)"
    )
    assert run(site_packages, tmp_path, "-c", code).stdout.strip() == "{'dlcourse'}"
