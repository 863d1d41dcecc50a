"""Where else the course runs: links to Binder and Colab, a container, and the workflows.

None of these machines can be reached from a test; what can be, is that their files are right.
"""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import settings

from dlcourse import classroom
from dlcourse.__main__ import COMMANDS
from dlcourse.setting_up import ONE_THREAD, checkout, course_root
from dlcourse.site.elsewhere import Repository, repository

ROOT = checkout()
in_a_checkout = pytest.mark.skipif(ROOT is None, reason="a wheel has none of these files")
KNOWN = {  # general properties of containers.dev/implementors/json_reference
    "name",
    "image",
    "hostRequirements",
    "postCreateCommand",
    "forwardPorts",
    "portsAttributes",
    "remoteEnv",
    "customizations",
}
ONLY_HERE = ["jupyterlab", "jupyterlab_server", "jupyter_server", "nbclient", "typer"]


def lowest_python():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    return tuple(map(int, re.search(r'requires-python = ">=(\d+)\.(\d+)"', text).groups()))


def test_links_name_the_repository_the_branch_and_the_notebook():
    here = repository("some-body/deep.learning@a/b")
    assert here == Repository("some-body", "deep.learning", "a/b")
    assert here.binder("lectures/07-dropout.ipynb") == (
        "https://mybinder.org/v2/gh/some-body/deep.learning/a%2Fb"
        "?urlpath=lab%2Ftree%2Flectures%2F07-dropout.ipynb"
    )
    assert here.colab("lectures/07-dropout.ipynb") == (
        "https://colab.research.google.com/github/some-body/deep.learning"
        "/blob/a/b/lectures/07-dropout.ipynb"
    )
    assert here.install().endswith(" git+https://github.com/some-body/deep.learning@a/b")
    assert repository("me/course").branch == "main"


@pytest.mark.parametrize(
    "text", ["", "course", "me/", "me/a/b", "me/course@", "m e/c", "me/c@-x y"]
)
def test_what_is_no_repository_is_refused(text):
    with pytest.raises(ValueError, match="should be OWNER/NAME, or OWNER/NAME@BRANCH"):
        repository(text)


def test_notebooks_begin_without_what_colab_may_lack():
    code = f"""
import json, sys
for name in {ONLY_HERE}:
    sys.modules[name] = None
for path in sys.argv[1:]:
    cells = json.load(open(path, encoding="utf-8"))["cells"]
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    exec("".join(first["source"]), {{}})
"""
    folders = (course_root() / name for name in ("lectures", "exercises"))
    paths = [str(path) for folder in folders for path in sorted(folder.glob("*.ipynb"))]
    assert len(paths) > 20
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@in_a_checkout
def test_binder_installs_the_course_as_it_is_tested():
    folder = ROOT / ".binder"
    release = (folder / "runtime.txt").read_text("utf-8").strip().removeprefix("python-")
    assert tuple(map(int, release.split("."))) >= lowest_python()
    script = (folder / "postBuild").read_text("utf-8")
    assert script.startswith("#!/usr/bin/env bash\n")
    assert script.count("-c constraints.txt") == script.count("pip install") == 2
    assert f'"{classroom.__name__}": true' in script
    (linked,) = re.findall(r'ln -sfn "\$PWD/(\S+)"', script)
    assert (ROOT / linked / "package.json").is_file()
    start = (folder / "start").read_text("utf-8")
    for name, value in ONE_THREAD.items():
        assert f" {name}={value}" in start
    assert start.rstrip().endswith('exec "$@"')


@in_a_checkout
def test_the_container_sets_up_the_course():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert set(container) == KNOWN
    release = re.fullmatch(r".*/devcontainers/python:(\d+)\.(\d+)", container["image"]).groups()
    assert tuple(map(int, release)) >= lowest_python()
    command = container["postCreateCommand"].split()
    assert command[:3] == ["python3", "-m", "dlcourse"]
    assert command[3] in COMMANDS
    assert container["remoteEnv"] == ONE_THREAD
    assert [str(port) for port in container["forwardPorts"]] == list(container["portsAttributes"])


def jobs():
    """Each job of each workflow, with the commands of its steps."""
    for path in sorted(ROOT.glob(".github/workflows/*.yml")) if ROOT else ():
        for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items():
            commands = [step.get("run", "").replace("\\\n", " ") for step in job["steps"]]
            yield pytest.param(job, commands, id=f"{path.stem}-{name}")


every_job = pytest.mark.parametrize(("job", "commands"), [*jobs()])


@in_a_checkout
@pytest.mark.parametrize("name", ["release", "site", "test", "weekly"])
def test_workflows_take_actions_of_others_at_a_fixed_commit(name):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert len(used) >= 2
    for action in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert "permissions" in yaml.safe_load(text) or name == "site"
    assert len(list(ROOT.glob(".github/workflows/*"))) == 4, "a workflow is not looked at"


@every_job
def test_jobs_end_and_begin_with_the_checkout(job, commands):
    assert job["timeout-minutes"] <= 360
    assert job["steps"][0]["uses"].startswith("actions/checkout@")


@every_job
def test_jobs_install_what_is_pinned(job, commands):
    for line in "\n".join(commands).splitlines():
        if found := re.search(r"pip install (.*)", line):
            pinned = re.search(r"-c \S*constraints\.txt|--resolution", found[1])
            assert pinned or re.fullmatch(r"[\w-]+==[\d.]+", found[1]), line


@every_job
def test_jobs_that_run_the_sandbox_are_let(job, commands):
    every_test = re.compile(r"dlcourse test( -m [^/]*)?$|pytest.* tests( |$)", re.MULTILINE)
    runs = [n for n, command in enumerate(commands) if every_test.search(command)]
    lets = [n for n, command in enumerate(commands) if "apparmor_restrict" in command]
    assert lets[:1] <= runs[:1]
    assert len(lets) == len(runs) <= 1


@in_a_checkout
def test_the_workflow_tests_each_python_and_each_system():
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
    job = yaml.safe_load(text)["jobs"]["test"]
    matrix = job["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    systems = {*matrix["os"], *(extra["os"] for extra in matrix["include"])}
    assert {system.partition("-")[0] for system in systems} == {"ubuntu", "macos", "windows"}
    steps = " ".join(step.get("run", "") for step in job["steps"])
    assert "playwright install --with-deps chromium" in steps
    assert job["steps"][-1]["run"] == "python -m dlcourse test"


def test_the_weekly_run_draws_other_cases_each_time(tmp_path):
    """Where CI is set, Hypothesis begins with a profile of its own, that draws the same ones."""
    (tmp_path / "conftest.py").write_text("import profiles\n\nprofiles.register()\n")
    (tmp_path / "test_profile.py").write_text(
        "from hypothesis import settings\n\n\n"
        "def test_it():\n    print(settings.default.derandomize, settings.default.max_examples)\n"
    )
    command = [sys.executable, "-m", "pytest", "-qs", "-p", "_hypothesis_pytestplugin"]
    alone = {"CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "--hypothesis-profile=random", "--hypothesis-seed=1", "--rootdir=.", "."],
        cwd=tmp_path,
        env={**os.environ, **alone, "PYTHONPATH": str(course_root() / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("False 400\n"), done.stdout
    assert settings.get_profile("course").derandomize
