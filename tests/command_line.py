"""Commands, as they are typed."""

import subprocess
import sys

from typer.testing import CliRunner

from dlcourse import commands
from dlcourse.setting_up import course_root


def dlcourse(*arguments):
    """Run a command of the course in this process."""
    return CliRunner().invoke(commands.app, [str(a) for a in arguments], prog_name="dlcourse")


def pytest_on(path, *arguments):
    """Run pytest on files elsewhere, with the settings of the course; give what it prints."""
    config = course_root() / "pyproject.toml"
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-c", config, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, path, *arguments], cwd=course_root(), capture_output=True, text=True, check=False
    )
    return done.stdout
