"""Run trials on the cores of this machine or on a Dask cluster, and survive those that fail."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from dlcourse.model_selection.results import Trial
from dlcourse.model_selection.space import Configuration
from dlcourse.processes import in_processes, on_cluster

Objective = Callable[[Configuration, int], Any]  # (configuration, seed) -> score
Task = tuple[int, Configuration, int]  # number, configuration, seed


def run_trial(objective: Objective, number: int, configuration: Configuration, seed: int) -> Trial:
    """Try one configuration; an exception, or a score that is not finite, is a failed trial.

    Raises
    ------
    ValueError
        When the objective returns what is no number.
    """
    begun = time.perf_counter()
    score, error = None, None
    try:
        with np.errstate(all="ignore"):  # a trial may well diverge
            score = objective(dict(configuration), seed)
    except Exception as raised:
        error = " ".join(f"{type(raised).__name__}: {raised}".split())[:200]
    else:
        score = as_number(score)
        if not math.isfinite(score):
            score, error = None, f"the score is {score}"
    return Trial(number, configuration, seed, score, error, time.perf_counter() - begun)


def run_here(objective: Objective, tasks: Sequence[Task]) -> Iterator[Trial]:
    """Run tasks in this process, one after another.

    They have one thread, so that sums are taken in one order however many trials run at a time.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        for task in tasks:
            yield run_trial(objective, *task)


def run_one(objective: Objective, task: Task) -> Trial:
    """Run one task in this process, which is a worker's."""
    (trial,) = run_here(objective, [task])
    return trial


def as_number(score: Any) -> float:
    """Take a score as a float, and refuse what is no number."""
    plain = score.item() if getattr(score, "ndim", None) == 0 else score
    if isinstance(plain, bool) or not isinstance(plain, Real):
        missing = ": is a `return` missing?" if score is None else ""
        raise ValueError(f"the objective gave {score!r}, and should give one number{missing}")
    return float(plain)


def run_trials(
    objective: Objective, tasks: Sequence[Task], *, workers: int | None, cluster: Any
) -> Iterator[Trial]:
    """Run tasks, and yield each trial as soon as it is finished, in whatever order.

    Parameters
    ----------
    objective : callable
    tasks : sequence of (number, configuration, seed)
    workers : int, optional
        How many run at a time on this machine; None for one on each core.
    cluster : distributed.Client, optional
        Where they run instead.

    Yields
    ------
    Trial
    """
    if cluster is not None:
        yield from on_a_cluster(objective, tasks, cluster)
    elif workers == 1:
        yield from run_here(objective, tasks)
    else:
        yield from on_cores(objective, tasks, workers)


# ---- on the cores of this machine -----------------------------------------------------------


def on_cores(objective: Objective, tasks: Sequence[Task], workers: int | None) -> Iterator[Trial]:
    """Run tasks in processes of this machine, and go on when one of these dies."""
    from joblib import cpu_count

    left = {task[0]: task for task in tasks}
    while left:
        try:
            run = partial(run_one, objective)
            for trial in in_processes(run, list(left.values()), workers or cpu_count()):
                del left[trial.number]
                yield trial
        except BrokenExecutor:
            running = list(left.values())[: workers or cpu_count()]
            for task in running:  # one of them took its worker along: find out which
                yield run_alone(objective, task)
                del left[task[0]]


def run_alone(objective: Objective, task: Task) -> Trial:
    """Run one task in a process of its own; when that dies, too, the trial has failed."""
    try:
        run = partial(run_one, objective)
        (trial,) = in_processes(run, [task], 2)  # with 1 joblib would use this process
    except BrokenExecutor:
        return of_dead_worker(task)
    return trial


def of_dead_worker(task: Task) -> Trial:
    """Give the trial of a task that kills whatever process runs it."""
    return Trial(*task, score=None, error="its worker died, more than once")


# ---- on a Dask cluster ------------------------------------------------------------------------


def on_a_cluster(objective: Objective, tasks: Sequence[Task], client: Any) -> Iterator[Trial]:
    """Run tasks on a Dask cluster, and go on when workers die.

    What Dask gave up may only have stood beside the one that kills: each runs once more, alone.
    """
    run = partial(run_one, objective)
    suspects = []
    for task, trial in on_cluster(run, tasks, client):
        if trial is None:
            suspects.append(task)
        else:
            yield trial
    for task in suspects:
        for _, trial in on_cluster(run, [task], client):
            yield trial or of_dead_worker(task)
