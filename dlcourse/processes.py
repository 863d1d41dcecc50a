"""Work on many items in processes of this machine or on a Dask cluster."""

import os
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 60.0  # seconds that a Dask cluster may be without a worker while work waits for it

GONE = "the scheduler of the Dask cluster is gone: start it, then run this again"


class ClusterError(Exception):
    """A Dask cluster has no workers left, or its scheduler is gone."""


# ---- in processes of this machine ----------------------------------------------------------------


def in_processes(
    work: Callable[[T], R], items: Iterable[T], workers: int, *, ahead: int = 1
) -> Generator[R, None, None]:
    """Work items off through joblib, and give each result as soon as it is there.

    Parameters
    ----------
    work : callable
        Runs in a process of this machine.
    items : iterable
        They begin in their order, and are taken one by one.
    workers : int
        How many run at a time; 1 is this process itself.
    ahead : int
        How many are taken for each worker, those that run included.

    Yields
    ------
    object
        What `work` gives, in the order in which it is done.

    Raises
    ------
    BrokenExecutor
        When a process was killed, as for want of memory.
    """
    from joblib import Parallel, delayed

    # After Ctrl-C what was running is lost, as one expects; joblib warns of it from wherever it is.
    warnings.filterwarnings("ignore", r"\d+ tasks which were still being processed")
    pool = Parallel(
        workers,
        return_as="generator_unordered",
        batch_size=1,
        pre_dispatch=f"{ahead}*n_jobs",
    )
    results = pool(delayed(not_orphaned)(work, os.getpid(), item) for item in items)
    try:
        yield from results
    finally:
        results.close()


def not_orphaned(work: Callable[[T], R], parent: int, item: T) -> R:
    """Do work in a process that ends with the one that started it, even if that is killed."""
    if os.getpid() != parent:
        watch(parent)
    return work(item)


@cache
def watch(parent: int) -> None:
    """Start, once in a worker, to look whether its parent is still there."""
    threading.Thread(target=end_without, args=(parent,), daemon=True).start()


def end_without(parent: int) -> None:
    """End this process as soon as it has another parent, as orphans get; never on Windows."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


# ---- on a Dask cluster ---------------------------------------------------------------------------


@contextmanager
def connected(workers: int | None, cluster: Any) -> Iterator[Any]:
    """Give a client of a Dask cluster, made for the while if there is only an address.

    Without a cluster give None, and end the processes of this machine afterwards.  joblib keeps
    them for the next call, and they would stay for minutes after this process was killed.

    Parameters
    ----------
    workers : int or None
        Processes of this machine, without a cluster; 1 is this process itself.
    cluster : distributed.Client, cluster, str or None
        Itself, or the address of its scheduler.

    Yields
    ------
    distributed.Client or None
    """
    if cluster is None:
        try:
            yield None
        finally:
            if workers != 1:
                from joblib.externals.loky import get_reusable_executor

                get_reusable_executor().shutdown(wait=True, kill_workers=True)
    elif hasattr(cluster, "ncores"):
        yield cluster
    else:
        with client_of(cluster) as client:
            yield client


def client_of(cluster: Any) -> Any:
    """Connect to a Dask cluster, given itself or its address."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ValueError(
            "a Dask cluster needs the package distributed: pip install 'dlcourse[cluster]'"
        ) from None
    try:
        return Client(cluster, set_as_default=False)
    except OSError:
        raise ValueError(f"no Dask scheduler answers at {cluster}") from None


def on_cluster(
    work: Callable[[T], R], items: Iterable[T], client: Any, *, ahead: int | None = None
) -> Generator[tuple[T, R | None], None, None]:
    """Work many items off on a Dask cluster, and give each result as soon as it is there.

    Dask repeats on another worker what one took along.  joblib could send work there, too, but
    would wait for ever for a task that Dask has given up.

    Parameters
    ----------
    work : callable
    items : iterable
        They begin in their order, and are taken one by one.
    client : distributed.Client
    ahead : int, optional
        How many are taken for each core, those that run included; None for all.

    Yields
    ------
    item, result
        With None for a result that Dask has given up, as several workers died with it.

    Raises
    ------
    ClusterError
        When there was no worker for a minute, or the scheduler is gone.
    """
    from distributed import CancelledError, KilledWorker, as_completed

    left = iter(items)
    done = as_completed(loop=client.loop)
    running = {}

    def begin(item: T) -> None:
        future = client.submit(work, item, pure=False)
        running[future] = item
        done.add(future)

    try:
        cores = max(sum(answer_of(client.ncores).values()), 1)
        for item in islice(left, None if ahead is None else ahead * cores):
            begin(item)
        while running:
            wait_for_one(done, client)
            future = next(done)
            try:
                result = future.result(timeout=PATIENCE)
            except KilledWorker:
                result = None
            except CancelledError as error:
                raise ClusterError(GONE) from error
            except TimeoutError:  # its worker died with it, and it is done again
                if future.status == "error":
                    raise
                done.add(future)
                continue
            item = running.pop(future)
            future.release()  # or it would be done again if the worker that has it dies later
            for following in islice(left, 1):
                begin(following)
            yield item, result
    finally:
        if client.status == "running":
            client.cancel(list(running))


def wait_for_one(done: Any, client: Any) -> None:
    """Wait until something is finished, as long as there is somebody to finish it."""
    seen = asked = time.monotonic()
    while not done.has_ready():
        now = time.monotonic()
        if now - asked > 1:  # the scheduler has better to do than to answer
            asked = now
            if answer_of(client.nthreads):
                seen = now
            elif now - seen > PATIENCE:
                raise ClusterError(
                    f"the Dask cluster has had no worker for {PATIENCE:g} seconds: start some, "
                    "then run this again"
                )
        time.sleep(0.05)


def answer_of(question: Callable[[], R]) -> R:
    """Ask the scheduler of a cluster something."""
    try:
        return question()
    except OSError as error:
        raise ClusterError(GONE) from error
