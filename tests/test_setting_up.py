"""Setting up the environment: whatever stops it, one sentence says what to do, and it recovers."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dlcourse import setting_up
from dlcourse.setting_up import LOG, MARKER, STAMP, SetupError


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout in a folder with a space and letters beyond ASCII, and no real installation."""
    root = tmp_path / "mein Kurs ü"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (root / "constraints.txt").write_text("# nothing\n")
    monkeypatch.delenv("DLCOURSE_VENV", raising=False)
    monkeypatch.setattr(setting_up, "install", lambda *_: None)
    monkeypatch.setattr(setting_up, "run_step", make_folder)
    return root


def make_folder(command, venv, *_):
    """Stand in for `python -m venv`: quick, and enough for the states of the set-up."""
    python = setting_up.python_of(venv)
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("")


def ensure(root):
    lines = []
    setting_up.ensure(root, say=lines.append)
    return " ".join(lines)


def test_a_fresh_start_sets_up_and_the_second_does_nothing(root):
    assert "Setting up the course" in ensure(root)
    venv = root / ".venv"
    assert {MARKER, STAMP} <= {path.name for path in venv.iterdir()}
    assert ensure(root) == ""


def test_changed_requirements_update_what_is_there(root):
    ensure(root)
    (root / ".venv" / "kept").write_text("")
    (root / "constraints.txt").write_text("numpy==2\n")
    assert "requirements have changed" in ensure(root)
    assert (root / ".venv" / "kept").exists()
    assert ensure(root) == ""


@pytest.mark.parametrize("error", [KeyboardInterrupt, SetupError])
def test_an_interrupted_start_is_made_anew(root, monkeypatch, error):
    def stopped(*_):
        raise error("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(setting_up, "install", stopped)
        with pytest.raises(error):
            ensure(root)
    (root / ".venv" / "half").write_text("")
    assert "interrupted" in ensure(root)
    assert not (root / ".venv" / "half").exists()
    assert ensure(root) == ""


def test_an_interrupted_update_is_made_anew(root, monkeypatch):
    ensure(root)
    (root / "constraints.txt").write_text("numpy==2\n")
    with monkeypatch.context() as patched:
        patched.setattr(setting_up, "install", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ensure(root)
    assert "interrupted" in ensure(root)


def test_a_venv_whose_python_is_gone_is_repaired(root):
    ensure(root)
    setting_up.python_of(root / ".venv").unlink()
    assert "Setting up" in ensure(root)
    assert ensure(root) == ""


def test_an_environment_of_the_user_is_left_alone(root):
    (root / ".venv").mkdir()
    (root / ".venv" / "mine").write_text("precious")
    with pytest.raises(SetupError, match=r"was not made by dlcourse.*move it away"):
        ensure(root)
    assert (root / ".venv" / "mine").read_text() == "precious"
    assert sorted(path.name for path in (root / ".venv").iterdir()) == ["mine"]


def test_an_environment_of_the_user_that_has_everything_is_used(root, monkeypatch):
    (root / ".venv").mkdir()
    monkeypatch.setattr(setting_up, "python_of", lambda venv: Path(sys.executable))
    assert setting_up.ensure(root, say=print) == Path(sys.executable)


def test_another_folder_can_be_chosen(root, tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_VENV", str(tmp_path / "elsewhere"))
    ensure(root)
    assert (tmp_path / "elsewhere" / STAMP).exists()
    assert not (root / ".venv").exists()


def test_missing_ensurepip(root, monkeypatch):
    monkeypatch.setattr(setting_up.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"sudo apt install python3\.\d+-venv"):
        ensure(root)


def test_a_full_disk_is_seen_beforehand(root, monkeypatch):
    usage = shutil.disk_usage(root)._replace(free=300_000_000)
    monkeypatch.setattr(setting_up.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(SetupError, match=r"has 0\.3 GB free and the course needs 2\.5 GB"):
        ensure(root)
    assert not (root / ".venv").exists()


def test_a_disk_that_fills_up_on_the_way(root, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(setting_up, "install", full)
    with pytest.raises(SetupError, match="the disk is full; free about"):
        ensure(root)


def test_a_folder_that_cannot_be_written_to(root, monkeypatch):
    monkeypatch.setattr(setting_up.os, "access", lambda *_: False)
    with pytest.raises(SetupError, match="cannot be written to"):
        ensure(root)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space",
            "disk is full",
        ),
        (
            "Failed to establish a new connection: [Errno 111] Connection refused",
            "check the network",
        ),
        (
            "ERROR: No matching distribution found for numpy (from versions: none)",
            "check the network",
        ),
        (
            "ERROR: Could not find a version (from versions: 2.1)\n"
            "ERROR: No matching distribution found for torch==2.13.0",
            "there is no torch==2.13.0 for Python",
        ),
        ("PermissionError: [Errno 13] Permission denied", "cannot be written to"),
        ("something new", "something new"),
        ("", "no reason was given"),
    ],
)
def test_each_failure_has_one_sentence(output, words):
    message = setting_up.sentence(output, Path("/x/.venv"))
    assert words in message
    assert "\n" not in message


def test_no_network_is_said_by_the_real_pip(tmp_path):
    """A registry at a port where nobody listens."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries", "0", "--no-input"]
    command += [
        "--index-url",
        "http://127.0.0.1:9/simple",
        "-d",
        str(tmp_path),
        "no-such-package-1",
    ]
    with pytest.raises(SetupError, match="could not be fetched; check the network"):
        setting_up.run_step(command, tmp_path, "installing", 1, lambda line: None)
    assert "no-such-package-1" in (tmp_path / LOG).read_text()


def test_progress_is_shown_while_a_step_runs(tmp_path):
    lines = []
    speaking = [sys.executable, "-c", "print('Collecting numpy>=2'); print('noise')"]
    setting_up.run_step(speaking, tmp_path, "installing", 7, lines.append)
    assert lines == ["\rinstalling: 1 of 7, numpy (0 s)"]
    assert "noise" in (tmp_path / LOG).read_text()


def test_the_second_of_two_starts_waits(tmp_path):
    venv, said, entered = tmp_path / ".venv", [], threading.Event()

    def second():
        with setting_up.only_one(venv, said.append):
            entered.set()

    with setting_up.only_one(venv, said.append):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.3)
        assert said == ["Another set-up of the course is running; waiting for it."]
    assert entered.wait(5)
    thread.join()


def test_hostile_variables_do_not_reach_pip(monkeypatch):
    for name in setting_up.HOSTILE:
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "http://mirror.example/simple")
    clean = setting_up.clean_environment()
    assert not set(setting_up.HOSTILE) & set(clean)
    assert clean["PIP_INDEX_URL"] == "http://mirror.example/simple"
    assert clean["PIP_USER"] == "0"


def test_missing_requirements_are_named():
    assert setting_up.missing(setting_up.checkout()) == []
    assert setting_up.numbers("2.13.0+cpu") == [2, 13, 0]
    assert setting_up.numbers("2.9") < setting_up.numbers("2.10")


def test_the_torch_index_can_be_changed_or_switched_off(tmp_path, monkeypatch):
    """Also: torch comes first, alone, and the pinned rest follows."""
    monkeypatch.setattr(setting_up, "run_step", lambda command, *_: commands.append(command))
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6\ntorch==2.13.0\n")
    for setting, first in (("https://index.example", "https://index.example"), ("none", None)):
        commands = []
        monkeypatch.setenv("DLCOURSE_TORCH_INDEX", setting)
        setting_up.install(tmp_path / ".venv", tmp_path, print)
        if first:
            assert first in commands[0]
            assert "torch==2.13.0" in commands[0]
        assert len(commands) == 1 + bool(first)
        assert "-c" in commands[-1]


@pytest.mark.parametrize("name", ["python3.9", "python3.10"])
def test_an_old_python_says_so(name):
    old = shutil.which(name)
    if old is None or subprocess.run([old, "-V"], capture_output=True, check=False).returncode:
        pytest.skip(f"there is no {name} on this machine")
    done = subprocess.run(
        [old, "-m", "dlcourse", "lab"],
        cwd=setting_up.PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("dlcourse: the course needs Python 3.11 or newer, and this is 3.")
    assert done.stderr.count("\n") == 1


def test_the_bootstrap_needs_nothing_but_the_standard_library():
    """Both files import in an interpreter without site-packages."""
    code = "import dlcourse.__main__, dlcourse.setting_up"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=setting_up.PACKAGE.parent,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
