"""The command line, as a learner types it."""

import json
import subprocess
import sys

import pytest
from command_line import dlcourse

from dlcourse import jupyter, own_copy, parity
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
