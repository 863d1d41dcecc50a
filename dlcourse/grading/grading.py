"""Grade a class: judge its notebooks on all cores or on a cluster, as often as it takes."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dlcourse.grading.collect import File, Submission, is_late, legible
from dlcourse.grading.judging import Judged, Runner, judge_notebook
from dlcourse.grading.notebook import UnreadableError, read_cells
from dlcourse.grading.records import Records, Settings
from dlcourse.grading.sandbox import SandboxError, Server
from dlcourse.grading.unconfined import OpenServer
from dlcourse.processes import ClusterError, in_processes, on_cluster

CHUNK = 8  # notebooks that a worker takes at a time
HEAVY = 4 << 20  # bytes of notebooks after which a chunk is full
LIVES = 5  # times that workers may die

Piece = tuple[str, bytes]  # key and content of a notebook
Chunk = list[Piece]
Work = Callable[[Chunk], list[tuple[str, Judged]]]


class GradingError(Exception):
    """The class could not be graded to its end; the message is one sentence."""


@dataclass(frozen=True)
class Attempt:
    """A notebook that can be graded.

    Attributes
    ----------
    name : str
        Of its file.
    key : str
        Of its record.
    late : bool
    """

    name: str
    key: str
    late: bool


@dataclass
class HandedIn:
    """What one person handed in, without its content.

    Attributes
    ----------
    person, number : str
    attempts : list of Attempt
        From the first to the last.
    notes : list of str
        What is wrong with files.
    """

    person: str
    number: str
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# ---- in a worker ---------------------------------------------------------------------------------

here = threading.local()  # a thread of a worker has its own servers, and keeps them warm


def servers(sandbox: bool) -> dict[bool, Runner]:
    """Give the servers of this thread, without PyTorch and with it; they start when first used."""
    kept: dict[bool, dict[bool, Runner]] = here.__dict__.setdefault("servers", {})
    if sandbox not in kept:
        kind = Server if sandbox else OpenServer
        kept[sandbox] = {torch: kind(torch=torch) for torch in (False, True)}
    return kept[sandbox]


def stop_servers() -> None:
    """End the servers of this thread."""
    for kept in here.__dict__.pop("servers", {}).values():
        for server in kept.values():
            server.stop()


def judge_chunk(settings: Settings, chunk: Chunk) -> list[tuple[str, Judged]]:
    """Judge some notebooks, one after another."""
    return [(key, judge_content(settings, content)) for key, content in chunk]


def judge_content(settings: Settings, content: bytes) -> Judged:
    """Judge a notebook, whatever it is.

    Raises
    ------
    SandboxError
        When the sandbox breaks.
    """
    try:
        cells = read_cells(content)
        return judge_notebook(
            cells, servers(settings.sandbox), secret=settings.secret, limits=settings.limits
        )
    except UnreadableError as error:
        return Judged(notes=[str(error)])
    except SandboxError:
        raise
    except Exception as error:  # one notebook never stops the class
        said = f"{type(error).__name__}: {error}"[:200]
        return Judged(notes=[f"GRADE IT BY HAND: the grader failed on it ({said})"])


# ---- over a class ------------------------------------------------------------------------------


def judge_class(
    people: Sequence[Submission],
    records: Records,
    settings: Settings,
    *,
    workers: int | None = None,
    cluster: Any = None,
) -> Generator[int, None, None]:
    """Judge every notebook that has no record yet.

    Parameters
    ----------
    people : sequence of Submission
    records : Records
        Gets a line for each notebook as soon as it is judged.
    settings : Settings
    workers : int, optional
        How many run at a time on this machine; None for one on each core.
    cluster : distributed.Client, optional
        Where they run instead.

    Yields
    ------
    int
        How many notebooks were judged, again and again.

    Raises
    ------
    GradingError
        When workers die again and again, or all at once.
    SandboxError
        When the sandbox breaks.
    """
    work = partial(judge_chunk, settings)
    for life in range(LIVES):
        size = CHUNK if life == 0 else 1
        chunks = in_chunks(unjudged(people, records, settings), size)
        lost = False
        try:
            run = on_a_cluster if cluster else on_cores
            with closing(run(work, chunks, cluster or workers)) as done:
                for found in done:
                    lost |= found is None
                    for key, judged in found or ():
                        records.add(key, judged)
                    yield len(found or ())
        except BrokenExecutor:
            lost = True
        except ClusterError as error:
            raise GradingError(f"{error}; what is judged is kept") from error
        finally:
            stop_servers()  # of this process, if it was the only one
        if not lost:
            return
    raise GradingError(
        "workers died again and again, as for want of memory; what is judged is kept: start again "
        "with fewer --workers"
    )


def hand_in(person: Submission, settings: Settings) -> HandedIn:
    """Read what a person handed in, and condense it."""
    found = HandedIn(person.person, person.number, notes=list(person.notes))
    for file in person.files:
        content = content_of(file)
        if isinstance(content, str):
            found.notes.append(f"{legible(file.name)} {content}")
        else:
            found.attempts.append(
                Attempt(legible(file.name), settings.key(content), is_late(file.name))
            )
    return found


def content_of(file: File) -> bytes | str:
    """Read a file, or say why not."""
    try:
        return file.read()
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def unjudged(people: Iterable[Submission], records: Records, settings: Settings) -> Iterator[Piece]:
    """Read the notebooks that have no record, one by one; the same content once."""
    met: set[str] = set()
    for person in people:
        for file in person.files:
            content = content_of(file)
            if isinstance(content, bytes):
                key = settings.key(content)
                if key not in records and key not in met:
                    met.add(key)
                    yield key, content


def in_chunks(pieces: Iterator[Piece], size: int) -> Iterator[Chunk]:
    """Put a few notebooks together, fewer if they are heavy."""
    chunk: Chunk = []
    for piece in pieces:
        chunk.append(piece)
        if len(chunk) == size or sum(len(content) for _, content in chunk) > HEAVY:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def on_cores(
    work: Work, chunks: Iterator[Chunk], workers: int | None
) -> Generator[list[tuple[str, Judged]] | None, None, None]:
    """Work off chunks in processes of this machine, through joblib.

    Raises
    ------
    BrokenExecutor
        When a process was killed.
    """
    from joblib import cpu_count

    yield from in_processes(work, chunks, workers or cpu_count(), ahead=2)


def on_a_cluster(
    work: Work, chunks: Iterator[Chunk], client: Any
) -> Generator[list[tuple[str, Judged]] | None, None, None]:
    """Work off chunks on a Dask cluster, which repeats elsewhere what a worker took along.

    Yields
    ------
    list or None
        Nothing for a chunk that Dask has given up.
    """
    for _, judged in on_cluster(work, chunks, client, ahead=2):
        yield judged
