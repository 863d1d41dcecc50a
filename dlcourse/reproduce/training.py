"""Train one arm of a recipe with one seed, from its checkpoint if there is one."""

import hashlib
import json
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from dlcourse.by_hand.box import Array
from dlcourse.reproduce import checkpoints
from dlcourse.reproduce.checkpoints import Checkpoint, CheckpointError
from dlcourse.reproduce.generative import Adversarial, Boltzmann
from dlcourse.reproduce.learners import Classification, Learner, Projection, Reconstruction
from dlcourse.reproduce.photographs import LargeClassification
from dlcourse.reproduce.pictures import described, load
from dlcourse.reproduce.places import Place
from dlcourse.reproduce.recipes import Arm

TASKS: dict[str, type[Learner]] = {
    "classify": Classification,
    "classify photographs": LargeClassification,
    "reconstruct": Reconstruction,
    "project": Projection,
    "boltzmann": Boltzmann,
    "adversarial": Adversarial,
}
"""What an arm can learn, by the name of its task."""

Curve = dict[str, list[float]]


@dataclass(frozen=True)
class Run:
    """One arm of a recipe, trained with one seed.

    Attributes
    ----------
    arm : str
    seed : int
    curve : dict of str to list of float
        What was measured after each epoch, with its "seconds" and its "step size"; what ends in
        "of each step" has a number for each step.
    pictures : dict of str to array
        What the run shows in the end: pictures (T, H, W) in uint8.
    data : dict
        Source, checksum and sizes of the data.
    """

    arm: str
    seed: int
    curve: Curve
    pictures: dict[str, Array]
    data: dict[str, Any]


def training(
    name: str,
    arm: Arm,
    *,
    seed: int,
    folder: Path,
    place: Place | None = None,
    pictures: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Generator[int, None, Run]:
    """Train one arm with one seed, epoch by epoch; after each a checkpoint is written.

    Parameters
    ----------
    name : str
        Of the arm.
    arm : Arm
    seed : int
    folder : Path
        Of the checkpoints.  Where one of this arm and seed is there, the run goes on from it.
    place : Place, optional
        One process on the CPU when None.
    pictures : Path, optional
        The folder of ImageNet, for arms that need it.
    say : callable
        Takes a sentence for the user.

    Yields
    ------
    int
        The number of each epoch that is over.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        When the place does not fit the arm.
    MissingDataError
        When the data are not in the cache.
    """
    place = place or Place()
    images = load(arm, seed=seed, folder=pictures)
    data = described(images)
    learner = TASKS[arm.task](arm, images, seed=seed, place=place)
    fingerprint = fingerprint_of(arm, seed, place, data)
    path = folder / f"{'-'.join(name.replace(',', '').split())}-seed{seed}-{fingerprint}.npz"
    curve = resumed(learner, path, fingerprint, place, say)
    done = len(curve.get("seconds", []))
    yield from range(done)
    for number in range(done, arm.epochs):
        begun, lr = time.perf_counter(), step_size(arm, number, curve)
        with np.errstate(over="ignore", invalid="ignore"):  # a run may diverge: its curve says so
            measures = learner.epoch(number, lr)
        measures |= {"step size": lr, "seconds": time.perf_counter() - begun}
        for what, value in measures.items():
            curve.setdefault(what, []).extend(value if isinstance(value, list) else [value])
        if place.rank == 0:
            Checkpoint(learner.state(), curve, fingerprint).write(path)
        yield number
    return Run(name, seed, curve, learner.results(), data)


def train(name: str, arm: Arm, **options: Any) -> Run:
    """Train one arm with one seed to the end, with one thread: arguments as for `training`.

    Sums are then taken in one order, whatever else runs on the machine.
    """
    with threadpool_limits(1):
        epochs = training(name, arm, **options)
        while True:
            try:
                next(epochs)
            except StopIteration as end:
                run: Run = end.value
                return run


def resumed(
    learner: Learner, path: Path, fingerprint: str, place: Place, say: Callable[[str], None]
) -> Curve:
    """Set a learner to where its checkpoint is, and give the curve so far."""
    checkpoint = place.from_first(lambda: usable(path, fingerprint, say))
    if checkpoint is None:
        return {}
    learner.load(checkpoint.arrays)
    curve: Curve = checkpoint.curve
    return curve


def usable(path: Path, fingerprint: str, say: Callable[[str], None]) -> Checkpoint | None:
    """Read the checkpoint if there is one; put one aside that does not fit."""
    if not path.exists():
        return None
    try:
        return checkpoints.read(path, fingerprint)
    except CheckpointError as error:
        aside = checkpoints.put_aside(path)
        say(f"{error}; it is kept as {aside.name}, and the run begins anew.")
        return None


def fingerprint_of(arm: Arm, seed: int, place: Place, data: dict[str, Any]) -> str:
    """Hash all that must be the same for a run to go on; the number of epochs may grow."""
    settings = {**arm.described(), "epochs": 0, "drops": [d / arm.epochs for d in arm.drops]}
    if arm.drops:
        settings["epochs"] = arm.epochs
    where = [place.device, place.precision, place.world]
    text = json.dumps([settings, seed, where, data], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def step_size(arm: Arm, epoch: int, curve: Curve) -> float:
    """Compute the step size of an epoch from the settings and the curve so far.

    Notes
    -----
    Slide rows O13, RN20.
    """
    if not arm.plateau:
        return arm.lr * arm.factor ** sum(epoch >= drop for drop in arm.drops)
    lr, lowest, since = arm.lr, np.inf, 0
    for error in curve.get("validation error", []):
        since = 0 if error < lowest else since + 1
        lowest = min(lowest, error)
        if since == arm.plateau:
            lr, since = lr * arm.factor, 0
    return lr
