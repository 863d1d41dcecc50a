"""The file of a search: one line of JSON for the search, and one for each finished trial.

A line is written at once when its trial is finished, and forced to the disk.  So whatever happens
next, a later search can go on from there.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dlcourse.model_selection.results import Trial


class Record:
    """Remember finished trials, in a file if there is one.

    Parameters
    ----------
    search : dict
        What the trials depend on besides the objective: the kind, the space, the seed.
    path : Path, optional
        A new file, or that of the same search, whose trials are then known already.

    Attributes
    ----------
    trials : dict of int to Trial
        By number.

    Raises
    ------
    ValueError
        When the file is of another search, or is no file of a search.  It is not changed then.
    """

    def __init__(self, search: dict[str, Any], path: Path | None) -> None:
        self.path = path
        self.trials: dict[int, Trial] = {}
        if path is None:
            return
        head = json.dumps({"search": search}) + "\n"
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if head.startswith(text):  # a new file, or one whose first line was cut off
            path.write_text(head, encoding="utf-8")
            return
        first, *others = text.splitlines(keepends=True)
        check_head(path, first, head)
        for line in others:
            if line.endswith("\n"):
                trial = read_trial(path, line)
                self.trials[trial.number] = trial
        cut_off_unfinished_line(path)

    def add(self, trial: Trial) -> None:
        """Remember a trial that has just finished."""
        self.trials[trial.number] = trial
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(trial)) + "\n")
                file.flush()
                os.fsync(file.fileno())


def cut_off_unfinished_line(path: Path) -> None:
    """Take away what was written of a line when the computer went down."""
    content = path.read_bytes()
    with path.open("r+b") as file:
        file.truncate(content.rfind(b"\n") + 1)


def check_head(path: Path, found: str, expected: str) -> None:
    """Refuse to go on with the file of another search."""
    if found == expected:
        return
    try:
        search = json.loads(found)["search"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is no file of a search; name another one") from None
    wanted = json.loads(expected)["search"]
    pairs = {key: (wanted.get(key), search.get(key)) for key in {**wanted, **search}}
    different = [key for key, (ours, its) in pairs.items() if json.dumps(ours) != json.dumps(its)]
    raise ValueError(
        f"{path} is of another search: {', '.join(different)} differ; "
        "name another file, or delete this one"
    )


def read_trial(path: Path, line: str) -> Trial:
    """Read one line of a file."""
    try:
        return Trial(**json.loads(line))
    except (ValueError, TypeError):
        raise ValueError(f"{path} has a line that is no trial: {line.strip()[:60]!r}") from None
