"""Fetching data sets from their mirrors: only when asked, and going on where it broke off.

No well-kept library resumes a download over HTTP (pooch begins anew), so this one asks for the rest
of a file, by requests.  What arrives counts only when its checksum is right.
"""

import math
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dlcourse.data.cache import (
    Record,
    cache_folder,
    checksums,
    is_original,
    locked,
    matches,
    verify,
)
from dlcourse.data.catalogue import DataSet, Download
from dlcourse.data.formats import DataError
from dlcourse.data.local_copies import Found, copy_found, originals, settle
from dlcourse.progress import progress

if TYPE_CHECKING:
    from requests import Response, Session

TRIES = 10  # how often one mirror may break off
PAUSE = 1.0  # seconds before it is asked again
ROOM = 2**20  # bytes that a compressed file may be longer than its content
MEGABYTE = 10**6


class NoRestError(Exception):
    """A server does not have the rest of what is there of a file: it begins anew."""


def get(data_set: DataSet, *, say: Callable[[str], object]) -> Record:
    """Fetch a data set into the cache, unless its original files are there.

    Parameters
    ----------
    data_set : DataSet
    say : callable
        Hears what is going on, a line at a time.

    Returns
    -------
    Record

    Raises
    ------
    DataError
        When no mirror has it as it should be.  What is in the cache stays, and what has arrived is
        kept for the next time.
    """
    with locked(say) as folder:
        if is_original(data_set):
            say(f"{data_set.title} is there already")
            return verify(data_set)
        kept = cache_folder() / "downloads" / data_set.name
        kept.mkdir(parents=True, exist_ok=True)
        found: list[Found] = []
        mirrors = list(data_set.mirrors)
        for download in data_set.downloads:
            found += from_any_mirror(mirrors, data_set, download, kept, folder, say)
        record = settle(data_set, originals(data_set, found), "", folder)
        shutil.rmtree(kept, ignore_errors=True)
        return record


def from_any_mirror(
    mirrors: list[str],
    data_set: DataSet,
    download: Download,
    kept: Path,
    folder: Path,
    say: Callable[[str], object],
) -> list[Found]:
    """Fetch and unpack one download from the first mirror that has it, which becomes the first."""
    problems = []
    for mirror in tuple(mirrors):
        say(f"Fetching {download.name} from {urlsplit(mirror).hostname}")
        try:
            found = from_mirror(mirror, data_set, download, kept / download.name, folder)
        except DataError as error:
            say(f"Not from there: {error}")
            problems.append(str(error))
        else:
            mirrors.remove(mirror)
            mirrors.insert(0, mirror)
            return found
    raise DataError(f"{data_set.title} could not be fetched: {'; '.join(problems)}")


def from_mirror(
    mirror: str, data_set: DataSet, download: Download, path: Path, folder: Path
) -> list[Found]:
    """Fetch and unpack one download.

    What an earlier try left may be of another mirror, or damaged: when that does not end well, it
    begins anew, once.
    """
    left = path.exists() or part_of(path).exists()
    most = ROOM + sum(file.size for file in data_set.files if file.name in download.files)
    while True:
        if not path.exists():
            fetch(mirror + download.name, path, most)
        try:
            return unpacked(path, data_set, download, folder)
        except DataError:
            path.unlink()
            if not left:
                raise
            left = False


def unpacked(path: Path, data_set: DataSet, download: Download, folder: Path) -> list[Found]:
    """Copy the files out of a download, and refuse them if they are not the originals."""
    files = [file for file in data_set.files if file.name in download.files]
    into = folder / f"{download.name}-{time.monotonic_ns()}"
    into.mkdir()
    found = copy_found(path, {file.name: file.size for file in files}, into)
    for file in files:
        named = [each for each in found if each.name == file.name]
        if not named:
            raise DataError(f"{path.name} came without {file.name}")
        if not any(each.is_original(file) for each in named):
            raise DataError(named[0].lack(file))
    if download.digest and not matches(download.digest, checksums(path)):
        raise DataError(f"{path.name} came with another checksum than it should have")
    return found


def part_of(path: Path) -> Path:
    """Say where a file is until it is whole."""
    return path.with_name(f"{path.name}.part")


def fetch(url: str, path: Path, most: int) -> None:
    """Fetch a file, going on where it breaks off or has broken off.

    Raises
    ------
    DataError
        When it cannot be had, or has more bytes than `most`.
    """
    import requests
    from urllib3.exceptions import HTTPError

    with session() as asking:
        for _ in range(TRIES):
            try:
                receive(asking, url, part_of(path), most)
            except requests.RequestException as error:  # after several tries
                raise DataError(f"{url} {why(error)}") from error
            except (HTTPError, NoRestError):
                time.sleep(PAUSE)
            else:
                part_of(path).replace(path)
                return
    raise DataError(f"{url} breaks off again and again")


def session() -> "Session":
    """Begin to ask servers: each is asked three times before it counts as out of reach."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    asking = requests.Session()
    retry = Retry(
        2,
        backoff_factor=PAUSE / 2,
        status_forcelist=(502, 503, 504),
        raise_on_status=False,
        respect_retry_after_header=False,  # it may ask for days
    )
    for scheme in ("http://", "https://"):
        asking.mount(scheme, HTTPAdapter(max_retries=retry))
    return asking


def receive(asking: "Session", url: str, part: Path, most: int) -> None:
    """Ask for what is missing of a file, and write it behind what is there."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with asking.get(url, headers=headers, stream=True, timeout=(10, 60)) as answer:
        if answer.status_code == 416:
            if answer.headers.get("Content-Range") == f"bytes */{have}":
                return  # it is whole
            part.unlink()
            raise NoRestError
        if answer.status_code not in (200, 206):
            raise DataError(f"{url} answers {answer.status_code} {answer.reason}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise DataError(f"{url} answers with a web page instead of data")
        begin = have if answer.status_code == 206 else 0
        rest = answer.raw.length_remaining or 0  # 0 where the server does not say
        goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {begin}-")
        if begin and not (goes_on and begin + rest <= most):
            part.unlink()
            raise NoRestError
        if rest > most:
            raise DataError(f"{url} has {rest} bytes, and at most {most} are expected")
        with part.open("ab" if begin else "wb", buffering=0) as file:  # all of it, if killed
            steps = megabytes(answer, file.write, most - begin, url)
            for _ in progress(steps, f"MB of {part.stem}", total=math.ceil(rest / MEGABYTE)):
                pass


def megabytes(
    answer: "Response", write: Callable[[bytes], object], most: int, url: str
) -> Iterator[int]:
    """Write what arrives at once, and yield after each megabyte."""
    done = 0
    while piece := answer.raw.read1(2**16, decode_content=False):
        write(piece)
        before, done = done, done + len(piece)
        if done > most:
            raise DataError(f"{url} sends more bytes than are expected")
        yield from range(before // MEGABYTE, done // MEGABYTE)


def why(error: Exception) -> str:
    """Say in a few words why a server did not send what it was asked for."""
    import requests

    for kind, words in (
        (requests.exceptions.SSLError, "has no certificate that can be trusted"),
        (requests.exceptions.ProxyError, "cannot be reached through the proxy"),
        (requests.Timeout, "does not answer in time"),
    ):
        if isinstance(error, kind):
            return words
    return "cannot be reached"
