"""What a user changes about a recipe, and where the results go."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from dlcourse.reproduce.places import gpu_available, joined
from dlcourse.reproduce.recipes import Recipe, find
from dlcourse.reproduce.running import run


@dataclass(frozen=True)
class Choices:
    """What a user changes about a recipe; the options of `dlcourse reproduce run`."""

    quick: bool = False
    seeds: int | None = None
    epochs: int | None = None
    examples: int | None = None
    side: str | None = None
    device: str = "cpu"
    precision: str = ""
    jobs: int = 1
    pictures: Path | None = None
    out: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be.

        Raises
        ------
        ValueError
            When a side, a device or a precision is unknown, or not there.
        """
        if self.side not in (None, "by_hand", "in_torch"):
            raise ValueError(f"side {self.side!r} is neither by_hand nor in_torch")
        if self.precision not in ("", "tf32", "bf16"):
            raise ValueError(f"precision {self.precision!r} is neither tf32 nor bf16")
        if self.device not in ("cpu", "cuda"):
            raise ValueError(f"device {self.device!r} is neither cpu nor cuda")
        if self.device == "cuda" and not gpu_available():
            raise ValueError("there is no GPU that PyTorch can use here; leave --device out")

    def changed(self) -> dict[str, Any]:
        """Name what differs from the recipe as it is declared."""
        words = ("quick", "seeds", "epochs", "examples", "side", "device", "precision")
        standard = Choices()
        return {
            word: getattr(self, word)
            for word in words
            if getattr(self, word) != getattr(standard, word)
        }

    def applied(self, recipe: Recipe) -> Recipe:
        """Change a recipe."""
        recipe = recipe.quickly() if self.quick else recipe
        recipe = recipe.on_side(self.side) if self.side else recipe
        recipe = recipe.with_epochs(self.epochs) if self.epochs else recipe
        return recipe.with_examples(self.examples) if self.examples else recipe


def runs_folder() -> Path:
    """Say where runs are kept: DLCOURSE_RUNS, or a folder in the user's data folder."""
    chosen = os.environ.get("DLCOURSE_RUNS")
    return Path(chosen) if chosen else user_data_path("dlcourse", appauthor=False) / "runs"


def run_chosen(name: str, choices: Choices, *, say: Callable[[str], None]) -> Path | None:
    """Run a recipe with what the user changes about it, and write the record.

    Parameters
    ----------
    name : str
        Of the recipe.
    choices : Choices
    say : callable
        Takes a sentence for the user.

    Returns
    -------
    Path or None
        The file of the record; None in a process that only helps another.

    Raises
    ------
    ValueError
        When there is no such recipe, or a choice does not fit.
    MissingDataError
        When the data are not in the cache.
    RunError
        When the same runs already.
    """
    recipe = choices.applied(find(name))
    choices.check()
    changed, out = choices.changed(), choices.out or runs_folder()
    words = ["quick" if k == "quick" else f"{k}-{v}" for k, v in changed.items()]
    with joined(choices.device, choices.precision) as place:
        if place.world > 1:
            words.append(f"processes-{place.world}")
        record = run(
            recipe,
            folder=out / recipe.name,
            seeds=range(choices.seeds or recipe.seeds),
            jobs=choices.jobs,
            place=place,
            pictures=choices.pictures,
            changed=changed,
            say=say,
        )
        path = out / f"{'-'.join([recipe.name, *words])}.json"
        if place.rank > 0:
            return None
        record.write(path)
        return path
