"""The code is formatted, linted and typed."""

import subprocess
import sys

import pytest

from dlcourse.setting_up import checkout, course_root


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        pytest.param(["mypy"], marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_style(command):
    if checkout() is None:
        pytest.skip("the style of the sources is checked in a checkout")
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=course_root(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
