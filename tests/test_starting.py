"""Starting from a fresh clone: a tiny course, the real venv and the real pip, and no network."""

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from dlcourse import setting_up
from dlcourse.installing import LOG
from dlcourse.setting_up import MARKER, STAMP

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "dlcourse"
version = "0.1.0"
dependencies = ["tiny-needed>=1"]
optional-dependencies.test = []
"""
BACKEND = """
import pathlib, time, zipfile
here = pathlib.Path(__file__).resolve().parent
def build_editable(folder, config_settings=None, metadata_directory=None):
    while (here / "slow").exists():
        (here / "building").touch()
        time.sleep(0.05)
    info, name = "dlcourse-0.1.0.dist-info/", "dlcourse-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("dlcourse.pth", str(here))
        wheel.writestr(info + "METADATA", META)
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n" + TAG)
        wheel.writestr(info + "RECORD", "")
    return name
TAG = "Tag: py3-none-any"
META = '''Metadata-Version: 2.1
Name: dlcourse
Version: 0.1.0
Provides-Extra: test
Requires-Dist: tiny-needed>=1
'''
"""
COMMANDS = """
def run():
    import sys, tiny_needed
    print("inside", sys.prefix, sys.argv[1:])
    raise SystemExit(7)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder with the one package that the tiny course needs."""
    folder = tmp_path_factory.mktemp("packages")
    info = "tiny_needed-1.0.dist-info/"
    with zipfile.ZipFile(folder / "tiny_needed-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_needed.py", "")
        wheel.writestr(
            info + "METADATA", "Metadata-Version: 2.1\nName: tiny-needed\nVersion: 1.0\n"
        )
        wheel.writestr(
            info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        wheel.writestr(info + "RECORD", "")
    return folder


@pytest.fixture
def course(tmp_path, packages):
    """A clone of a tiny course with our set-up, in a folder with a space and umlauts."""
    root = tmp_path / "räume mit leer"
    (root / "lectures").mkdir(parents=True)
    (root / "dlcourse").mkdir()
    for name in ("__init__.py", "__main__.py", "setting_up.py", "installing.py"):
        shutil.copy(setting_up.PACKAGE / name, root / "dlcourse" / name)
    (root / "dlcourse" / "commands.py").write_text(COMMANDS)
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "backend.py").write_text(BACKEND)
    (root / "constraints.txt").write_text("tiny-needed==1.0\n")
    return root


def begin(course, packages, *arguments, **variables):
    """Start the command of a tiny course with the variables of a user who never heard of it."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "HOME", "USERPROFILE")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "PYTHONUTF8": "1"}
    environment["PIP_CONFIG_FILE"] = os.devnull
    return subprocess.Popen(
        [sys.executable, "-m", "dlcourse", *arguments],
        cwd=course,
        env={k: v for k, v in (environment | variables).items() if v is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def start(course, packages, *arguments, **variables):
    """Start it, and wait for its exit code and what it said."""
    process = begin(course, packages, *arguments, **variables)
    said, _ = process.communicate(timeout=120)
    assert "Traceback" not in said, said
    return process.returncode, said


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.02)


def test_a_fresh_clone_sets_itself_up_and_goes_on_inside(course, packages):
    hostile = {"PIP_TARGET": str(course / "no"), "PIP_REQUIRE_VIRTUALENV": "1", "PYTHONHOME": None}
    hostile |= {"VIRTUAL_ENV": str(course / "other"), "PIP_USER": "1", "PYTHONPATH": "/nowhere"}
    code, said = start(course, packages, "test", "-k", "a b", **hostile)
    assert "Setting up the course in" in said
    assert f"inside {course / '.venv'} ['test', '-k', 'a b']" in said
    assert code == 7

    log = (course / ".venv" / LOG).read_bytes()
    code, said = start(course, packages, "lab")
    assert said.startswith("inside")
    assert (course / ".venv" / LOG).read_bytes() == log  # no step of a set-up was run

    (course / "constraints.txt").write_text("# other requirements\ntiny-needed==1.0\n")
    code, said = start(course, packages, "lab")
    assert "requirements have changed" in said
    assert code == 7
    assert not list((course / ".venv").glob("tmp/*"))

    gone = next((course / ".venv").rglob("tiny_needed-1.0.dist-info"))
    shutil.rmtree(gone)
    code, said = start(course, packages, "lab")
    assert code == 1
    assert "has lost tiny-needed>=1; delete that folder and start again" in said


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has neither of these signals")
def test_a_set_up_that_is_stopped_or_killed_is_repaired(course, packages):
    def halfway():
        (course / "building").unlink(missing_ok=True)
        process = begin(course, packages, "lab")
        wait_until((course / "building").exists)
        assert (course / ".venv" / MARKER).exists()
        return process

    (course / "slow").touch()
    process = halfway()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("dlcourse: stopped; nothing is broken")

    process = halfway()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM

    process = halfway()
    process.kill()
    said, _ = process.communicate()
    assert "did not finish; starting it again" in said

    process = begin(course, packages, "lab")  # pip, left behind, still writes
    time.sleep(0.5)
    (course / "slow").unlink()
    said, _ = process.communicate(timeout=60)
    assert said.startswith("Another set-up of the course is running; waiting for it.")
    assert "did not finish; starting it again" in said
    assert process.returncode == 7


def test_no_network(course, packages):
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    code, said = start(course, packages, "lab", PIP_NO_INDEX=None, PIP_FIND_LINKS=None, **nobody)
    assert code == 1
    assert said.splitlines()[-1].startswith(
        "dlcourse: the packages could not be fetched; check the network"
    )
    assert "tiny-needed" in (course / ".venv" / LOG).read_text(encoding="utf-8")


def test_an_environment_of_the_user(course, packages):
    """One that has everything is used; another one is left as it is."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", course / ".venv"], check=True)
    code, said = start(course, packages, "lab")
    assert code == 1
    assert "was not made by dlcourse" in said
    assert len(said.splitlines()) == 1
    code, _ = start(course, packages, "lab", DLCOURSE_VENV=str(course / "a" / "b"))
    assert code == 7
    (course / "a" / "b" / MARKER).unlink()  # as if the user had made it
    (course / "a" / "b" / STAMP).unlink()
    code, said = start(course, packages, "lab", DLCOURSE_VENV=str(course / "a" / "b"))
    assert said.startswith("inside")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 0, "python3 -m dlcourse lab"),
        (["lab", "--help"], 0, "DLCOURSE_TORCH_INDEX"),
        (["--version"], 0, "dlcourse 0."),
        (["tset"], 2, "no command is called 'tset'; did you mean `test`?"),
    ],
)
def test_what_needs_no_environment_makes_none(course, packages, arguments, code, words):
    found, said = start(course, packages, *arguments)
    assert found == code
    assert words in said
    assert not (course / ".venv").exists()
