"""Records: what an experiment found, on what, with which settings, as a small JSON file."""

import base64
import json
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.note import Note
from dlcourse.writing import write_whole

if TYPE_CHECKING:
    from dlcourse.lessons import Trials

SCHEMA = 1
FOLDER = Path(__file__).with_name("records")
KEYS = {
    "schema": int,
    "recipe": str,
    "fingerprint": str,
    "changed": dict,
    "shortened": str,
    "data": dict,
    "versions": dict,
    "machine": dict,
    "settings": dict,
    "runs": list,
}
"""What stands in a record, and its types."""


class RecordError(ValueError):
    """A record cannot be read; the message says why."""


@dataclass(frozen=True)
class Record:
    """What an experiment found.

    Attributes
    ----------
    content : dict
        The JSON: "recipe", "fingerprint", what was "changed" from the recipe by whoever ran it,
        what is "shortened" in the recipe itself, "data", "versions", "machine", "settings" by arm,
        and "runs", each with its "arm", "seed", "curve" and "pictures".
    """

    content: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the recipe."""
        return str(self.content["recipe"])

    @property
    def arms(self) -> list[str]:
        """What was compared."""
        return list(self.content["settings"])

    @property
    def seeds(self) -> list[int]:
        """The seeds of the runs."""
        return sorted({run["seed"] for run in self.content["runs"]})

    def runs(self, arm: str) -> list[dict[str, Any]]:
        """Give the runs of an arm, by rising seed.

        Raises
        ------
        ValueError
            When there is no such arm.
        """
        if arm not in self.arms:
            raise ValueError(f"{self.name} has no arm {arm!r}; it has {', '.join(self.arms)}")
        found = [run for run in self.content["runs"] if run["arm"] == arm]
        return sorted(found, key=lambda run: int(run["seed"]))

    def curve(self, arm: str, what: str = "test error") -> Array:
        """Give what was measured after each epoch.

        Parameters
        ----------
        arm : str
        what : str
            Such as "training error", "validation error", "test error" (in percent), "seconds".

        Returns
        -------
        array of shape (seeds, epochs)

        Raises
        ------
        ValueError
            When there is no such arm, or it was not measured.
        """
        runs = self.runs(arm)
        if what not in runs[0]["curve"]:
            raise ValueError(f"{arm} has no {what!r}; it has {', '.join(runs[0]['curve'])}")
        return np.array([run["curve"][what] for run in runs], float)  # None becomes nan

    def final(self, arm: str, what: str = "test error") -> "Trials":
        """Give what an arm had after the last epoch, with its interval over the seeds."""
        from dlcourse.lessons import Trials

        return Trials(self.curve(arm, what)[:, -1])

    def seconds(self, arm: str) -> Array:
        """Give the wall time of each run of an arm, in seconds, as an array of shape (seeds,)."""
        return self.curve(arm, "seconds").sum(axis=1)

    def pictures(self, arm: str, what: str) -> Array:
        """Give what the first run of an arm shows: pictures (T, H, W) from 0 to 1.

        Raises
        ------
        ValueError
            When there is no such arm, or it shows none of this name.
        """
        pictures = self.runs(arm)[0]["pictures"]
        if what not in pictures:
            raise ValueError(
                f"{arm} shows no {what!r}; it shows {', '.join(pictures) or 'nothing'}"
            )
        return unpacked(pictures[what]) / 255

    @property
    def note(self) -> Note:
        """Where the numbers come from, in words."""
        data, machine = self.content["data"], self.content["machine"]
        lines = [
            f"{data['source']}: {data['training']:,} pictures for training, {data['test']:,} for "
            f"testing; {len(self.seeds)} seed{'s' * (len(self.seeds) > 1)}; {machine['device']}."
        ]
        if self.content["shortened"]:
            lines.append(f"Shortened: {self.content['shortened']}")
        if self.content["changed"]:
            changed = ", ".join(
                f"{what} {value}" for what, value in self.content["changed"].items()
            )
            lines.append(f"Changed from the recipe: {changed}.")
        return Note(f"Recorded: {self.name}", tuple(lines))

    def write(self, path: Path) -> None:
        """Write it to a path, whole or not at all."""
        write_whole(path, written(self.content) + "\n")


def record(name: str) -> Record:
    """Read the record of an experiment at full size that comes with the course.

    Parameters
    ----------
    name : str
        Of the recipe, such as "mnist-lenet".

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        When there is no such recipe, or no record of it.
    """
    from dlcourse.reproduce.recipes import find

    path = FOLDER / f"{find(name).name}.json"
    if not path.exists():
        raise ValueError(f"no record of {name} comes with the course; run it")
    return read(path)


def read(path: Path) -> Record:
    """Read a record from a file, and check that it is whole.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        When it is no record, or a part is missing or of the wrong kind.
    OSError
        When there is no such file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise RecordError(f"{path.name} is no JSON file") from None
    check(content, path.name)
    return Record(content)


def check(content: Any, name: str) -> None:
    """Refuse what is no record."""
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise RecordError(f"{name} is no record that this version of the course can read")
    for key, kind in KEYS.items():
        if not isinstance(content.get(key), kind):
            raise RecordError(f"{name} should have {key!r}, of type {kind.__name__}")
    if not content["runs"]:
        raise RecordError(f"{name} has no runs")
    for run in content["runs"]:
        keys = {"arm": str, "seed": int, "curve": dict, "pictures": dict}
        if not isinstance(run, dict) or not all(isinstance(run.get(k), v) for k, v in keys.items()):
            raise RecordError(f"a run of {name} should have {', '.join(keys)}")
        if run["arm"] not in content["settings"]:
            raise RecordError(f"{name} has a run of {run['arm']!r}, but not its settings")
        epochs = {len(v) for k, v in run["curve"].items() if not k.endswith("of each step")}
        if len(epochs) != 1:
            raise RecordError(f"the curves of {run['arm']!r} in {name} have different lengths")


def rounded(value: float, digits: int = 6) -> float | None:
    """Keep some digits of a number; JSON has none that is not finite."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def packed(pictures: Array) -> dict[str, Any]:
    """Write pictures (T, H, W) in uint8 as JSON has them."""
    squeezed = zlib.compress(np.ascontiguousarray(pictures).tobytes(), 9)
    return {"shape": list(pictures.shape), "zlib": base64.b64encode(squeezed).decode()}


def unpacked(entry: dict[str, Any]) -> Array:
    """Read pictures (T, H, W) in uint8 from JSON."""
    pixels = zlib.decompress(base64.b64decode(entry["zlib"]))
    return np.frombuffer(pixels, np.uint8).reshape(entry["shape"])


def written(value: Any, indent: int = 0) -> str:
    """Write JSON with each list of plain values on one line, so that records are read as diffs."""
    inner = " " * (indent + 1)
    if isinstance(value, dict) and value:
        lines = (f"{inner}{json.dumps(k)}: {written(v, indent + 1)}" for k, v in value.items())
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        lines = (f"{inner}{written(v, indent + 1)}" for v in value)
        return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"
    return json.dumps(value, ensure_ascii=False)
