"""Checkpoints: what a run needs to go on after it was interrupted, in one file without pickles."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.writing import write_whole


class CheckpointError(Exception):
    """A checkpoint cannot be used; the message says why."""


@dataclass(frozen=True)
class Checkpoint:
    """What a run needs to go on.

    Attributes
    ----------
    arrays : dict of str to array
        Parameters, buffers and velocities.  Generators are not needed: what is random in an epoch
        depends on the seed and the number of the epoch alone.
    curve : dict of str to list of float
        What was measured so far.
    fingerprint : str
        Of the settings: a run goes on only with the same.
    """

    arrays: dict[str, Array]
    curve: dict[str, list[float]]
    fingerprint: str

    def write(self, path: Path) -> None:
        """Write it to a file, whole or not at all."""
        header = json.dumps({"curve": self.curve, "fingerprint": self.fingerprint})
        content = io.BytesIO()
        entries: dict[str, Any] = {f"array/{name}": array for name, array in self.arrays.items()}
        np.savez(content, header=np.frombuffer(header.encode(), np.uint8), **entries)
        write_whole(path, content.getvalue())


def read(path: Path, fingerprint: str) -> Checkpoint:
    """Read a checkpoint; nothing in it can run code.

    Parameters
    ----------
    path : Path
    fingerprint : str
        Of the settings that the run goes on with.

    Raises
    ------
    CheckpointError
        When the file is damaged, or belongs to other settings.
    """
    try:
        content = io.BytesIO(path.read_bytes())  # NumPy would leave a damaged file open
        with np.load(content, allow_pickle=False) as archive:
            entries = {name: archive[name] for name in archive.files}
        header = json.loads(bytes(entries.pop("header")))
        arrays = {name.removeprefix("array/"): array for name, array in entries.items()}
        checkpoint = Checkpoint(arrays, header["curve"], header["fingerprint"])
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path.name} is damaged ({error or type(error).__name__})") from None
    if checkpoint.fingerprint != fingerprint:
        raise CheckpointError(f"{path.name} is of other settings")
    return checkpoint


def put_aside(path: Path) -> Path:
    """Rename a file that cannot be used, so that nothing is lost, and give its new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside{number}")).exists():
        number += 1
    return path.replace(aside)
