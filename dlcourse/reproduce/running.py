"""Run a recipe: all its arms with all seeds, and write the record."""

import platform
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import BrokenExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from threadpoolctl import threadpool_info, threadpool_limits

from dlcourse import __version__
from dlcourse.processes import in_processes
from dlcourse.progress import progress
from dlcourse.reproduce.places import Place
from dlcourse.reproduce.recipes import Recipe
from dlcourse.reproduce.records import SCHEMA, Record, packed, rounded
from dlcourse.reproduce.training import Run, train, training

Job = tuple[str, int]  # arm, seed


class RunError(Exception):
    """A recipe cannot be run now; the message says why."""


def run(
    recipe: Recipe,
    *,
    folder: Path,
    seeds: Sequence[int] | None = None,
    jobs: int = 1,
    place: Place | None = None,
    pictures: Path | None = None,
    changed: dict[str, Any] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Record:
    """Train every arm of a recipe with every seed, and write the record.

    Parameters
    ----------
    recipe : Recipe
    folder : Path
        For the checkpoints.  Started again with the same folder, a run goes on where it was.
    seeds : sequence of int, optional
        The recipe's own when None.
    jobs : int
        How many runs at a time, each in a process with one thread.
    place : Place, optional
        One process on the CPU when None.
    pictures : Path, optional
        The folder of ImageNet, for recipes that need it.
    changed : dict, optional
        What differs from the recipe as it is declared, for the record.
    say : callable
        Takes a sentence for the user.

    Returns
    -------
    Record

    Raises
    ------
    RunError
        When the same runs already in another process, or a process was killed.
    ValueError
        When the place does not fit the recipe.
    """
    place = place or Place()
    work = [(arm, seed) for seed in seeds or range(recipe.seeds) for arm in recipe.arms]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"lock{place.rank or ''}", timeout=0):
            options = {"folder": folder, "place": place, "pictures": pictures, "say": say}
            if jobs > 1:
                runs = side_by_side(recipe, work, jobs, options)
            else:
                runs = one_by_one(recipe, work, options)
    except Timeout:
        raise RunError(f"{recipe.name} already runs in {folder}; wait for it, or stop it") from None
    except BrokenExecutor:
        raise RunError("a process was killed, perhaps for want of memory; start again") from None
    return Record(content_of(recipe, runs, place, jobs, changed or {}))


def one_by_one(recipe: Recipe, work: Sequence[Job], options: dict[str, Any]) -> list[Run]:
    """Do one run after another in this process, with a bar that counts epochs."""
    runs = []

    def epochs() -> Generator[int, None, None]:
        for arm, seed in work:
            runs.append((yield from training(arm, recipe.arms[arm], seed=seed, **options)))

    total = sum(recipe.arms[arm].epochs for arm, _ in work)
    with threadpool_limits(1):
        for _ in progress(epochs(), f"{recipe.name}, epochs", total=total):
            pass
    return runs


def side_by_side(
    recipe: Recipe, work: Sequence[Job], jobs: int, options: dict[str, Any]
) -> list[Run]:
    """Do several runs at a time in processes of this machine, with a bar that counts runs."""
    one = partial(one_job, recipe, options)
    done = progress(in_processes(one, work, jobs), f"{recipe.name}, runs", total=len(work))
    found = {(run.arm, run.seed): run for run in done}
    return [found[job] for job in work]


def one_job(recipe: Recipe, options: dict[str, Any], job: Job) -> Run:
    """Do one run, in a process of its own."""
    arm, seed = job
    return train(arm, recipe.arms[arm], seed=seed, **options)


def content_of(
    recipe: Recipe, runs: Sequence[Run], place: Place, jobs: int, changed: dict[str, Any]
) -> dict[str, Any]:
    """Put together what stands in a record: no dates, no names of folders or people.

    Of the data, those of an arm that uses most.
    """
    return {
        "schema": SCHEMA,
        "recipe": recipe.name,
        "fingerprint": recipe.fingerprint,
        "changed": changed,
        "shortened": recipe.shortened,
        "data": max((run.data for run in runs), key=lambda data: int(data["training"])),
        "versions": versions(),
        "machine": machine(place, jobs),
        "settings": {name: arm.described() for name, arm in recipe.arms.items()},
        "runs": [
            {
                "arm": run.arm,
                "seed": run.seed,
                "curve": {what: written(what, values) for what, values in run.curve.items()},
                "pictures": {what: packed(pictures) for what, pictures in run.pictures.items()},
            }
            for run in runs
        ],
    }


def written(what: str, values: list[float]) -> list[float | None]:
    """Write a curve: six digits are enough, but for steps that two sides should share."""
    digits = 14 if what.endswith("of each step") else 6
    return [rounded(value, digits) for value in values]


def versions() -> dict[str, str]:
    """Give the versions of all that the numbers depend on."""
    found = {"dlcourse": __version__, "python": platform.python_version()}
    return found | {name: version(name) for name in ("numpy", "torch")}


def machine(place: Place, jobs: int) -> dict[str, Any]:
    """Describe the machine as far as numbers and times depend on it."""
    pools = threadpool_info()
    blas = sorted({f"{p['internal_api']} {p['version']}" for p in pools if p["version"]})
    return {
        "device": place.name,
        "precision": place.precision,
        "processes at a time": jobs,
        "processes of a run": place.world,
        "threads of a process": 1,
        "libraries": blas,
    }
