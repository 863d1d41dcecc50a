"""In place of the sandbox where there is none: submitted code can do all that the user can."""

import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from dlcourse.grading.inside.messages import framed, pack
from dlcourse.grading.inside.server import END, HALF
from dlcourse.grading.sandbox import ANSWER, Played
from dlcourse.setting_up import ONE_THREAD, PACKAGE

STARTING = 60  # seconds that a process without a sandbox may take to import PyTorch


class OpenServer:
    """A fresh process for each submission.

    Submitted code can do in it all that the user can; only time is limited.

    Parameters
    ----------
    torch : bool
        Whether PyTorch is there.
    """

    def __init__(self, *, torch: bool) -> None:
        self.torch = torch

    def stop(self) -> None:
        """Do nothing: there is no process that waits."""

    def run(self, request: dict[str, Any], secret: list[Any]) -> Played:
        """Run a submission, as `Server.run` does."""
        line = [sys.executable, "-m", "dlcourse.grading.inside.server", "open"]
        paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(paths)}
        variables["PYTHONHASHSEED"] = "0"
        with (
            tempfile.TemporaryFile() as requests,
            tempfile.TemporaryFile() as answers,
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        ):
            requests.write(framed(pack(request)) + framed(pack(secret)))
            requests.seek(0)
            process = subprocess.Popen(
                [*line, *["torch"] * self.torch],
                stdin=requests,
                stdout=answers,
                stderr=subprocess.DEVNULL,
                env=variables,
                cwd=folder,
            )
            ended = watch(process, answers.fileno(), request["silence"], request["seconds"])
            answers.seek(0)
            written = answers.read(ANSWER)
        public, half, private = written.partition(HALF)
        if not ended:
            ended = "finished" if half and private.endswith(END) else "died"
        return Played(ended, public, private)


def watch(process: subprocess.Popen[bytes], answers: int, silence: float, seconds: float) -> str:
    """Wait for a process, and end it when it is silent, late or long-winded; say which."""
    started = heard = time.monotonic()
    size, ended = 0, ""
    while process.poll() is None and not ended:
        time.sleep(0.01)
        now, before, size = time.monotonic(), size, os.fstat(answers).st_size
        heard = now if size > before else heard
        patience = silence if size else silence + STARTING
        ended = "silent" * (now > heard + patience)
        ended = "late" if now > started + seconds + STARTING else ended
        ended = "long" if size > ANSWER else ended
    process.kill()
    process.wait()
    return ended
