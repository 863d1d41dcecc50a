"""Records as tables: what is there, what one says, and how two differ."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from dlcourse.reproduce import records
from dlcourse.reproduce.experiments import RECIPES
from dlcourse.reproduce.recipes import Recipe
from dlcourse.reproduce.records import Record, RecordError


def recipes() -> Table:
    """List the recipes, and the records of them that come with the course."""
    table = Table("recipe", "slide rows", "question", "record", show_lines=True)
    for recipe in RECIPES:
        table.add_row(recipe.name, recipe.rows, recipe.question, standing(recipe))
    return table


def standing(recipe: Recipe) -> str:
    """Say in a few words what record of a recipe comes with the course."""
    try:
        found = records.record(recipe.name)
    except ValueError:
        return "none"
    minutes = sum(found.seconds(arm).sum() for arm in found.arms) / 60
    return f"{len(found.seeds)} seed{'s' * (len(found.seeds) > 1)}, {minutes:.0f} minutes"


def declared(recipe: Recipe) -> str:
    """Say what a recipe asks, and what is known of it."""
    lines = [f"{recipe.name}: {recipe.question}", f"Published: {recipe.published}"]
    lines += [f"Shortened: {recipe.shortened}"] if recipe.shortened else []
    return "\n".join(lines)


def results(record: Record) -> Table:
    """Show what was measured after the last epoch: the mean over the seeds, and each seed."""
    table = Table("arm", "measured", "mean", "each seed", "minutes")
    for arm in record.arms:
        minutes = ", ".join(f"{seconds / 60:.1f}" for seconds in record.seconds(arm))
        for row, what in enumerate(measured(record, arm)):
            values = record.curve(arm, what)[:, -1]
            each = ", ".join(f"{value:.4g}" for value in values)
            once = (arm, minutes) if row == 0 else ("", "")
            table.add_row(once[0], what, f"{values.mean():.4g}", each, once[1])
    return table


def measured(record: Record, arm: str) -> list[str]:
    """Name what was measured on the net of an arm after each epoch."""
    left_out = ("seconds", "step size")
    curve = record.runs(arm)[0]["curve"]
    return [what for what in curve if what not in left_out and not what.endswith("of each step")]


def comparison(first: Record, second: Record) -> Table:
    """Show how two records differ: after the last epoch, and at most along the curves."""
    table = Table("arm", "measured", "first", "second", "largest difference along the curves")
    for arm in first.arms:
        if arm not in second.arms:
            continue
        for what in measured(first, arm):
            if what not in measured(second, arm):
                continue
            ours, theirs = first.curve(arm, what), second.curve(arm, what)
            ends = (f"{values[:, -1].mean():.4g}" for values in (ours, theirs))
            table.add_row(arm, what, *ends, largest_difference(ours, theirs))
    return table


def largest_difference(ours: Any, theirs: Any) -> str:
    """Compare two sets of curves as far as both go, seed by seed."""
    seeds, epochs = (min(sizes) for sizes in zip(ours.shape, theirs.shape, strict=True))
    difference = np.abs(ours[:seeds, :epochs] - theirs[:seeds, :epochs]).max()
    return "none" if difference == 0 else f"{difference:.2g}"


def circumstances(first: Record, second: Record) -> Iterator[str]:
    """Name everything but the results in which two records differ."""
    for key in ("recipe", "fingerprint", "changed", "shortened", "data", "versions", "machine"):
        yield from differing(key, first.content[key], second.content[key])
    for arm in dict.fromkeys([*first.arms, *second.arms]):
        if arm not in first.arms or arm not in second.arms:
            yield f"{arm}: only in the {'first' if arm in first.arms else 'second'}"
            continue
        ours, theirs = (r.content["settings"][arm] for r in (first, second))
        yield from differing(arm, ours, theirs)
    if first.seeds != second.seeds:
        yield f"seeds: {first.seeds} and {second.seeds}"


def differing(name: str, ours: Any, theirs: Any) -> Iterator[str]:
    """Name where two values differ, down to the entry."""
    if ours == theirs:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*ours, *theirs]):
            yield from differing(f"{name}: {key}", ours.get(key), theirs.get(key))
    else:
        yield f"{name}: {said(ours)} and {said(theirs)}"


def said(value: Any) -> str:
    """Say a value in words, and also that there is none."""
    return "nothing" if value in (None, "", {}, []) else str(value)


def named(name: str) -> Record:
    """Read a record by the name of its recipe, or by its file.

    Raises
    ------
    RecordError
        When it is neither.
    """
    path = Path(name)
    if path.suffix == ".json" or path.exists():
        try:
            return records.read(path)
        except OSError as error:
            raise RecordError(f"{name} cannot be read: {error.strerror}") from None
    try:
        return records.record(name)
    except ValueError as error:
        raise RecordError(str(error)) from None
