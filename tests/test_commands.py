"""The command line, as a learner types it."""

import json
import os
import subprocess
import sys

import pytest
from command_line import dlcourse

from dlcourse import commands, installing, jupyter, own_copy, parity
from dlcourse.exercises import record
from dlcourse.grading import whole_class
from dlcourse.grading.grading import GradingError
from dlcourse.setting_up import course_root
from dlcourse.twins import find


def test_help_names_the_commands():
    help_text = dlcourse("--help").output
    for word in ("lab", "test", "compare", "notebooks", "by hand in NumPy and in PyTorch"):
        assert word in help_text


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "dlcourse", "--version"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("dlcourse 0.")


def test_an_unknown_command_draws_a_near_match():
    result = dlcourse("labb")
    assert result.exit_code == 2
    assert "Did you mean 'lab'?" in result.output


def test_the_benchmark_asks_for_a_folder_before_it_measures(tmp_path):
    done = dlcourse("bench", "--json", str(tmp_path / "gone" / "x.json"))
    assert done.exit_code == 2
    assert "there is no folder" in done.output


def test_compare_prints_a_table_and_succeeds():
    result = dlcourse("compare", "affine", "--seed", "3", "n=2")
    assert result.exit_code == 0
    assert "Affine: n = 2" in result.output
    for row in ("value", "gradient of weight", "gradient of bias", "gradient of input 0"):
        assert row in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["afine"], "no concept is called 'afine'; try Affine"),
        (["Affine", "n=many"], "'n=many' should be a size and a number"),
        (["Affine", "n=99"], "n = 99 is not within 1 to 4"),
        (["Affine", "q=1"], "Affine has no size 'q'; it has n, d, m"),
    ],
)
def test_compare_on_bad_input(arguments, words):
    result = dlcourse("compare", *arguments)
    assert result.exit_code == 2
    assert words in result.output.replace("\n", " ")


def test_compare_says_where_twins_differ(monkeypatch, capsys):
    monkeypatch.setattr(parity.by_hand.Tanh, "bprop", lambda self, dh: dh)
    assert parity.report("Tanh", seed=1) == 1
    assert "DIFFERS" in capsys.readouterr().out
    with pytest.raises(AssertionError, match=r"Tanh: gradient of input 0 differs by .* --seed 0"):
        parity.check("Tanh")
    assert find("Tanh").name == "Tanh"


def test_an_unknown_lecture():
    result = dlcourse("notebooks", "check", "99")
    assert result.exit_code == 2
    assert "no lecture is called '99'" in result.output


def test_lab_opens_the_page_of_the_course_without_news(tmp_path):
    command = jupyter.lab_arguments(tmp_path, browser=False, port=9123, token="secret")
    for part in ("--no-browser", "--port=9123", "--LabApp.default_url=/lab"):
        assert part in command
    command = jupyter.lab_arguments(
        tmp_path, browser=True, port=9123, token="secret", first=jupyter.EXERCISES
    )
    assert "--no-browser" not in command
    assert f"--LabApp.default_url=/lab/tree/{jupyter.EXERCISES}" in command
    assert (course_root() / jupyter.EXERCISES).is_file()
    settings = tmp_path / ".jupyterlab/settings/@jupyterlab/apputils-extension"
    news = json.loads((settings / "notification.jupyterlab-settings").read_text())
    assert news == {"fetchNews": "false", "checkForUpdates": False}
    (layout,) = (tmp_path / ".jupyterlab/workspaces").iterdir()
    left = json.loads(layout.read_text())["data"]["layout-restorer:data"]["left"]
    assert "toc" in left["current"]
    assert left["visible"]


def test_lab_keeps_what_the_learner_changed(tmp_path):
    jupyter.lab_arguments(tmp_path, browser=False, port=8888, token="secret")
    changed = list((tmp_path / ".jupyterlab").rglob("*.jupyterlab-*"))
    for path in changed:
        path.write_text("{}")
    jupyter.lab_arguments(tmp_path, browser=False, port=8888, token="secret")
    assert len(changed) == 4
    assert all(path.read_text() == "{}" for path in changed)


def test_a_copy_of_the_course_never_overwrites(tmp_path, monkeypatch):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "lectures").mkdir(parents=True)
    (source / "lectures" / "a.ipynb").write_text("course")
    (source / "lectures" / "b.ipynb").write_text("course")
    monkeypatch.setattr(own_copy.setting_up, "course_root", lambda: source)
    assert own_copy.copy_course(target) == (2, 0)
    (target / "lectures" / "a.ipynb").write_text("mine")
    assert own_copy.copy_course(target) == (0, 1)
    assert (target / "lectures" / "a.ipynb").read_text() == "mine"


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A course that came as a wheel, with three files."""
    source = tmp_path / "source"
    for name in ("lectures/00-start.ipynb", "tests/test_all.py", "pyproject.toml"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("the course's")
    monkeypatch.setattr(commands.setting_up, "checkout", lambda: None)
    monkeypatch.setattr(commands.setting_up, "course_root", lambda: source)
    monkeypatch.chdir(tmp_path)
    return source


@pytest.fixture
def opened(monkeypatch):
    """The folders that JupyterLab is opened in."""
    folders = []
    monkeypatch.setattr(jupyter, "open_lab", lambda root, **_: folders.append(root))
    monkeypatch.setattr(commands, "environment", lambda: dict(os.environ))
    return folders


def test_a_learner_with_a_wheel_gets_a_copy_and_finds_it_again(wheel, opened, tmp_path):
    folder = tmp_path / "dlcourse-course"
    said = dlcourse("lab").output
    assert said.strip() == f"The course is in {folder}: 1 new files."
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["00-start.ipynb"]
    assert dlcourse("lab").output.strip() == f"The course is in {folder}."
    (folder / "lectures" / "00-start.ipynb").write_text("the learner's")
    said = dlcourse("lab").output
    assert said.strip().endswith("left as they are, since they differ from the course's: 1.")
    os.chdir(folder)
    assert dlcourse("lab").output == "", "called in the copy, it is opened as it is"
    assert opened == [folder] * 4
    assert (folder / "lectures" / "00-start.ipynb").read_text() == "the learner's"


def test_a_copy_that_cannot_be_made_is_one_sentence(wheel, opened, tmp_path):
    (tmp_path / "dlcourse-course").write_text("a file of the learner's")
    done = dlcourse("lab")
    assert done.exit_code == 1 and opened == []
    assert "the lectures cannot be copied to" in done.output.replace("\n", " ")
    assert "go to a folder of your own." in done.output.replace("\n", " ")


@pytest.fixture
def handed(monkeypatch):
    """What goes on in place of this process: commands, their settings, and their exit code 3."""
    calls = []
    monkeypatch.setattr(commands, "hand_over", lambda *what, **how: calls.append((*what, how)) or 3)
    return calls


def test_the_tests_of_a_checkout_run_there(handed, monkeypatch, tmp_path):
    monkeypatch.setattr(commands.setting_up, "checkout", lambda: tmp_path)
    monkeypatch.setattr(commands.setting_up, "missing", lambda root, *, test: [])
    assert dlcourse("test", "-m", "not slow", "-x").exit_code == 3
    ((command, how),) = handed
    assert command == [sys.executable, "-m", "pytest", "-m", "not slow", "-x"]
    assert how["folder"] == tmp_path
    assert how["environment"]["PYTHONPATH"].split(os.pathsep)[0] == str(tmp_path)


def test_the_tests_of_a_wheel_run_in_a_copy(wheel, monkeypatch):
    seen = []

    def wait_for(command, *, environment, folder):
        seen.extend(sorted(path.name for path in folder.rglob("*") if path.is_file()))
        return 5

    monkeypatch.setattr(commands, "wait_for", wait_for)
    monkeypatch.setattr(commands.setting_up, "missing", lambda root, *, test: [])
    assert dlcourse("test").exit_code == 5
    assert seen == ["00-start.ipynb", "pyproject.toml", "test_all.py"]


def test_what_the_tests_lack_is_named(handed, monkeypatch):
    monkeypatch.setattr(
        commands.setting_up, "missing", lambda root, *, test: ["nbval>=0.11"] * test
    )
    done = dlcourse("test")
    assert done.exit_code == 1 and handed == []
    assert "the tests need nbval>=0.11: " in done.output


def test_the_benchmark_has_one_thread_and_keeps_its_memory(handed, monkeypatch, tmp_path):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.chdir(tmp_path)
    assert dlcourse("bench", "--quick", "--json", "x.json").exit_code == 3
    ((command, how),) = handed
    assert command[1:] == ["-m", "dlcourse.bench", "--quick", "--json", str(tmp_path / "x.json")]
    assert how["environment"]["OMP_NUM_THREADS"] == "1"
    assert commands.setting_up.KEEP_MEMORY.items() <= how["environment"].items()


def test_kernels_run_this_checkout_with_one_thread_unless_the_user_chose(monkeypatch, tmp_path):
    monkeypatch.setattr(commands.setting_up, "checkout", lambda: tmp_path)
    monkeypatch.setenv("MPLBACKEND", "qtagg")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.setenv("PYTHONPATH", "theirs")
    chosen = commands.environment()
    assert chosen["PYTHONPATH"] == os.pathsep.join([str(tmp_path), "theirs"])
    assert chosen["OMP_NUM_THREADS"] == "2" and chosen["MKL_NUM_THREADS"] == "1"
    assert "MPLBACKEND" not in chosen
    monkeypatch.setattr(commands.setting_up, "checkout", lambda: None)
    assert commands.environment()["PYTHONPATH"] == "theirs"


def test_progress_that_cannot_be_read_is_one_sentence(monkeypatch):
    def locked(lecture):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(record, "so_far", locked)
    done = dlcourse("progress", "04")
    assert done.exit_code == 1
    assert " ".join(done.output.split()).endswith("cannot be read: Permission denied.")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (GradingError("the cluster is gone"), 1, "the cluster is gone."),
        (KeyboardInterrupt(), 130, "stopped; what is judged is kept"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
    ],
)
def test_what_ends_grading_is_one_sentence(error, code, said, tmp_path, monkeypatch):
    def ends(*arguments):
        raise error

    monkeypatch.setattr(whole_class, "grade_class", ends)
    done = dlcourse("grade", tmp_path, "--out", tmp_path / "report")
    assert done.exit_code == code and said in " ".join(done.output.split())


def test_a_command_takes_the_place_of_this_process(tmp_path, monkeypatch):
    went = []
    monkeypatch.setattr(installing.os, "chdir", went.append)
    monkeypatch.setattr(installing.os, "execve", lambda *how: went.append(how))
    installing.hand_over(["python", "-m", "x"], environment={"A": "1"}, folder=tmp_path)
    assert went == [tmp_path, ("python", ["python", "-m", "x"], {"A": "1"})]


def test_control_c_is_the_business_of_the_command_that_is_waited_for(tmp_path, monkeypatch):
    answers = iter([KeyboardInterrupt, KeyboardInterrupt, 4])

    class Stubborn:
        def __init__(self, command, *, cwd, env):
            assert (command, cwd, env) == (["x"], tmp_path, {"A": "1"})

        def wait(self):
            if (answer := next(answers)) is KeyboardInterrupt:
                raise answer
            return answer

    monkeypatch.setattr(installing.subprocess, "Popen", Stubborn)
    assert installing.wait_for(["x"], environment={"A": "1"}, folder=tmp_path) == 4
