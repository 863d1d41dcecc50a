"""Grid search and random search, and the loop that all searches share."""

import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.model_selection.record import Record
from dlcourse.model_selection.results import Results, Trial
from dlcourse.model_selection.running import Objective, run_trials
from dlcourse.model_selection.space import Configuration, Space, check_space, combinations, draw
from dlcourse.processes import connected
from dlcourse.progress import progress

LARGEST_GRID = 10_000
Plan = Callable[[Sequence[Trial]], list[Configuration]]
"""Given all trials so far, propose what to try next; nothing when the search is over."""


def grid_search(
    objective: Objective,
    space: Space,
    *,
    points: int | Mapping[str, int] = 3,
    seed: int = 0,
    workers: int | None = None,
    cluster: Any = None,
    file: str | os.PathLike[str] | None = None,
) -> Results:
    """Try every combination of some values of each hyper-parameter.

    Parameters
    ----------
    objective : callable
        Maps a configuration (a dict) and a seed to a score, the larger the better.  `Holdout` and
        `CrossValidation` make one of a model.
    space : mapping of str to Choice, Uniform, LogUniform or Integers
    points : int or mapping of str to int
        Values on each axis, ends included; of a `Choice` all.
    seed : int
        Source of the seeds of the trials.
    workers : int, optional
        Trials that run at a time on this machine, each in a process; with 1 they run in this
        one.  None for as many as there are cores.
    cluster : distributed.Client, cluster or address, optional
        A Dask cluster to run on instead.
    file : path, optional
        Where finished trials are kept, as lines of JSON.  A search that finds its own file goes
        on from there.  The file does not know the objective: take another for another one.

    Returns
    -------
    Results
        The same for the same seed, however many workers there are, on processors of one kind.
        Ctrl-C ends the search early, and what is finished is returned.

    Raises
    ------
    ValueError
        When the space is empty or the grid larger than 10,000, when the objective gives
        no number, or when the file is of another search.
    ClusterError
        When the cluster had no worker for a minute. What is finished is in the file, if
        there is one, and is not tried again.

    Notes
    -----
    A trial that raises, gives NaN or kills its worker is recorded with its error, and never the
    best.  Slide rows R15, A02.
    """
    check_space(space)
    grid = list(itertools.islice(combinations(space, points), LARGEST_GRID + 1))
    if len(grid) > LARGEST_GRID:
        raise ValueError(f"the grid has more than {LARGEST_GRID:,} points: take fewer on each axis")
    head = {"kind": "grid search", "points": points, "space": space, "seed": seed}
    return search(
        objective,
        lambda trials: [] if trials else grid,
        planned=len(grid),
        head=head,
        workers=workers,
        cluster=cluster,
        file=file,
    )


def random_search(
    objective: Objective,
    space: Space,
    *,
    trials: int,
    seed: int = 0,
    workers: int | None = None,
    cluster: Any = None,
    file: str | os.PathLike[str] | None = None,
) -> Results:
    """Try configurations drawn at random.

    Parameters
    ----------
    objective, space, workers, cluster, file
        As for `grid_search`.
    trials : int
        How many.  With more, the first are the same: a search can be prolonged from its file.
    seed : int
        Source of the configurations, and of the seeds of the trials.

    Returns
    -------
    Results
        As of `grid_search`.

    Raises
    ------
    ValueError
        As `grid_search`, and when there are fewer than 1 trials.
    ClusterError
        As `grid_search`.

    Notes
    -----
    Slide rows R16, A02.
    """
    check_space(space)
    check_trials(trials)
    proposals = [draw_numbered(space, seed, number) for number in range(trials)]
    return search(
        objective,
        lambda trials: [] if trials else proposals,
        planned=trials,
        head={"kind": "random search", "space": space, "seed": seed},
        workers=workers,
        cluster=cluster,
        file=file,
    )


# ---- what all searches share ----------------------------------------------------------------


def search(
    objective: Objective,
    plan: Plan,
    *,
    planned: int,
    head: Mapping[str, Any],
    workers: int | None,
    cluster: Any,
    file: str | os.PathLike[str] | None,
) -> Results:
    """Try what a plan proposes, round by round, until it proposes nothing or Ctrl-C is hit."""
    check_workers(workers, cluster)
    record = Record(
        json.loads(json.dumps(head, default=repr)), None if file is None else Path(file)
    )
    seen: dict[int, Trial] = {}
    try:
        with connected(workers, cluster) as client:
            trials = in_rounds(objective, plan, record, head["seed"], workers, client)
            for trial in progress(trials, "trials", total=planned):
                seen[trial.number] = trial
    except KeyboardInterrupt:  # what is finished is kept, be it on its way from the file to here
        seen |= {k: trial for k, trial in record.trials.items() if k < planned}
    return Results(tuple(seen[number] for number in sorted(seen)), planned)


def in_rounds(
    objective: Objective, plan: Plan, record: Record, seed: int, workers: int | None, client: Any
) -> Iterator[Trial]:
    """Yield the trials of each round, those of the file first and others as they finish."""
    trials: list[Trial] = []
    while proposals := plan(trials):
        numbered = list(enumerate(proposals, start=len(trials)))
        known = [recall(record, *pair) for pair in numbered if pair[0] in record.trials]
        yield from known
        tasks = [(n, c, seed_of(seed, n)) for n, c in numbered if n not in record.trials]
        ran = []
        for trial in run_trials(objective, tasks, workers=workers, cluster=client):
            record.add(trial)
            ran.append(trial)
            yield trial
        trials += sorted([*known, *ran], key=lambda trial: trial.number)


def recall(record: Record, number: int, configuration: Configuration) -> Trial:
    """Take a trial from the file, if it is what the search would try now."""
    trial = record.trials[number]
    if json.dumps(trial.configuration) != json.dumps(configuration):
        raise ValueError(
            f"{record.path} tried {trial.configuration} as number {number}, and this search would "
            f"try {configuration}: name another file"
        )
    return replace(trial, configuration=configuration)


def draw_numbered(space: Space, seed: int, number: int) -> Configuration:
    """Draw the configuration of the trial of this number, whichever came before it."""
    return draw(space, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number, 0))))


def seed_of(seed: int, number: int) -> int:
    """Give the trial of this number a seed of its own."""
    return int(np.random.SeedSequence(seed, spawn_key=(number,)).generate_state(1)[0])


def check_trials(trials: int) -> None:
    """Refuse a search that tries nothing."""
    if trials < 1:
        raise ValueError(f"{trials} trials: at least 1 is needed")


def check_workers(workers: int | None, cluster: Any) -> None:
    """Refuse what cannot work."""
    if workers is not None and cluster is not None:
        raise ValueError("give workers or a cluster, not both: a cluster has workers of its own")
    if workers is not None and workers < 1:
        raise ValueError(f"{workers} workers: at least 1 is needed, or None for one on each core")
