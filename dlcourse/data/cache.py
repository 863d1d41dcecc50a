"""The cache: one folder with the files of each data set, and a record of what they are.

The files stand in a folder that is named after their checksum, and a data set is there when its
record is.  Both are put in place whole, so a process that is killed leaves what was there before.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from dlcourse.data.catalogue import DataSet
from dlcourse.data.formats import DataError
from dlcourse.writing import write_whole


class MissingDataError(FileNotFoundError):
    """A data set is not in the cache; the message says how it gets there."""


@dataclass(frozen=True)
class Record:
    """What is in the cache of one data set.

    Attributes
    ----------
    copies : str
        What kind of copies these are, such as "JPEG copies"; empty for the original files.
    files : dict of str to str
        The SHA-256 of each file.
    """

    copies: str
    files: dict[str, str]

    def source(self, data_set: DataSet) -> str:
        """Name the data as a record of results does: "MNIST", or "CIFAR-10, JPEG copies"."""
        return f"{data_set.title}, {self.copies}" if self.copies else data_set.title

    @property
    def checksum(self) -> str:
        """One SHA-256 for all files: that of what sha256sum prints for them in their order."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in self.files.items())
        return hashlib.sha256(lines.encode()).hexdigest()


def cache_folder() -> Path:
    """Say where the data is: DLCOURSE_DATA, or a folder in the user's cache.

    Returns
    -------
    Path
        Need not be there.
    """
    if chosen := os.environ.get("DLCOURSE_DATA"):
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("dlcourse", appauthor=False) / "data"


def home_of(data_set: DataSet) -> Path:
    """Say where a data set and its record are."""
    return cache_folder() / data_set.name


def files_folder(data_set: DataSet, record: Record) -> Path:
    """Say where the files of a record are."""
    return home_of(data_set) / record.checksum[:16]


def find_record(data_set: DataSet) -> Record | None:
    """Read the record of a data set.

    Parameters
    ----------
    data_set : DataSet
        As `dlcourse.data.catalogue.find` gives it.

    Returns
    -------
    Record or None
        None when the data set is not there.

    Raises
    ------
    DataError
        When something else than a record is in its place.
    """
    path = home_of(data_set) / "record.json"
    try:
        record = Record(**json.loads(path.read_text(encoding="utf-8")))
        complete = list(record.files) == [file.name for file in data_set.files]
        if not (complete and all(type(v) is str for v in (record.copies, *record.files.values()))):
            raise ValueError
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is no record of {data_set.title}; {advice(data_set)}") from error
    return record


def present(data_set: DataSet) -> tuple[Record, Path]:
    """Find the record and the folder of a data set that is there.

    Parameters
    ----------
    data_set : DataSet

    Returns
    -------
    (Record, Path)

    Raises
    ------
    MissingDataError
        When it is not.
    DataError
        When a file of it is missing or has another size than it should have.
    """
    record = find_record(data_set)
    if record is None:
        raise MissingDataError(f"{data_set.title} is not in {cache_folder()}; {advice(data_set)}")
    folder = files_folder(data_set, record)
    for file in data_set.files:
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.size:
            raise DataError(f"{path} is damaged or missing; {advice(data_set)}")
    return record, folder


def advice(data_set: DataSet) -> str:
    """Say how a data set gets into the cache."""
    return (
        f"fetch it with `dlcourse data get {data_set.name}` (needs a network), "
        f"or take files that you have with `dlcourse data import FOLDER`"
    )


def verify(data_set: DataSet) -> Record:
    """Read all files of a data set, and compare their checksums with the record.

    Parameters
    ----------
    data_set : DataSet

    Returns
    -------
    Record

    Raises
    ------
    MissingDataError, DataError
        When it is not there or not what it was; the message names the file.
    """
    record, folder = present(data_set)
    for file in data_set.files:
        path = folder / file.name
        found = checksums(path)
        if found["sha256"] != record.files[file.name]:
            raise DataError(f"{path} is not what it was when it came; {advice(data_set)}")
        if not record.copies and not matches(file.digest, found):
            raise DataError(f"{path} is not the original; {advice(data_set)}")
    return record


def checksums(path: Path) -> dict[str, str]:
    """Compute the SHA-256 and the MD5 of a file."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(2**20):
            sha256.update(piece)
            md5.update(piece)
    return {"sha256": sha256.hexdigest(), "md5": md5.hexdigest()}


def matches(digest: str, found: Mapping[str, str]) -> bool:
    """Tell whether a declared digest, such as "md5:5dd7...", is among those found."""
    kind, _, value = digest.partition(":")
    return found[kind] == value


@contextlib.contextmanager
def locked(say: Callable[[str], object]) -> Iterator[Path]:
    """Keep other processes from changing the cache, and lend a folder for what is not yet whole.

    Parameters
    ----------
    say : callable
        Hears of another process that is waited for.

    Yields
    ------
    Path
        An empty folder, which vanishes in the end.
    """
    from filelock import FileLock, Timeout

    home = cache_folder()
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"Waiting for another process that is busy with {home}")
        lock.acquire()
    try:
        for left in home.glob("unfinished-*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(
            prefix="unfinished-", dir=home, ignore_cleanup_errors=True
        ) as unfinished:
            yield Path(unfinished)
    finally:
        lock.release()


def install(data_set: DataSet, new: Path, record: Record) -> None:
    """Put a folder with all files of a data set in place; to be called under the lock.

    Parameters
    ----------
    data_set : DataSet
    new : Path
        The folder, within the one that the lock lends; it is moved.
    record : Record
        What is in it.

    Raises
    ------
    DataError
        When these are copies, and the original is there; it is kept.
    """
    home, target = home_of(data_set), files_folder(data_set, record)
    if record.copies and is_original(data_set):
        raise DataError(
            f"the original {data_set.title} is in {home} and is kept; remove that folder first if "
            "you want copies instead"
        )
    home.mkdir(exist_ok=True)
    if target.exists():  # damaged, or left by a process that was killed before it wrote the record
        target.rename(new.with_name(f"{new.name}-replaced"))
    new.rename(target)
    write_whole(home / "record.json", json.dumps(asdict(record), indent=1) + "\n")
    for other in home.iterdir():
        if other.is_dir() and other != target:
            shutil.rmtree(other, ignore_errors=True)  # Windows keeps what is still mapped


def is_original(data_set: DataSet) -> bool:
    """Tell whether the original files are in the cache, undamaged."""
    with contextlib.suppress(DataError, MissingDataError):
        return not verify(data_set).copies
    return False
