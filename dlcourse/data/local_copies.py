"""Taking data sets from files that are there: a folder, a file, or an archive."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.data.archives import DAMAGED, Entry, entries, said
from dlcourse.data.cache import MissingDataError, Record, install, locked, matches, verify
from dlcourse.data.catalogue import DATA_SETS, DataSet, File, find
from dlcourse.data.formats import DataError, read_arrays

SAME_NAME = 8  # files of one name that are looked at


@dataclass(frozen=True)
class Found:
    """A file that was found, copied and measured, and is perhaps what a data set needs.

    Attributes
    ----------
    name, where : str
        As in `Entry`.
    path : Path
        The copy.
    size : int
        In bytes; one more than was wanted where the file is larger.
    digests : dict of str to str
    problem : str
        Why it cannot be used; empty otherwise.
    """

    name: str
    where: str
    path: Path
    size: int
    digests: dict[str, str]
    problem: str

    def is_original(self, file: File) -> bool:
        """Tell whether this is the original."""
        return not self.problem and matches(file.digest, self.digests)

    def lack(self, file: File) -> str:
        """Say in a sentence why this is not the original."""
        if self.problem:
            return f"{self.where} {self.problem}"
        with self.path.open("rb") as copy:
            start = copy.read(200).lstrip().lower()
        if start.startswith((b"<!doctype", b"<html", b"<?xml")):
            return f"{self.where} is a web page, not data"
        if self.size < file.size:
            return f"{self.where} is cut off: {self.size} bytes instead of {file.size}"
        if self.size > file.size:
            return f"{self.where} has more than the {file.size} bytes of the original"
        return f"{self.where} has the size of the original, but other bytes"


def copy_found(path: Path, wanted: Mapping[str, int], into: Path) -> list[Found]:
    """Copy every file with a wanted name out of a folder or an archive, and measure it.

    Raises
    ------
    DataError
        When an archive cannot be read, or has too many files of one name.
    """
    found: list[Found] = []
    for entry in entries(path, wanted):
        if sum(other.name == entry.name for other in found) == SAME_NAME:
            raise DataError(f"{path} has more than {SAME_NAME} files that are called {entry.name}")
        found.append(copy_entry(entry, wanted[entry.name], into / str(len(found))))
    return found


def copy_entry(entry: Entry, most: int, target: Path) -> Found:
    """Copy one file, but no more of it than is wanted, and compute its checksums."""
    size, problem = 0, entry.problem
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with target.open("wb") as copy:
        try:
            if not problem:
                with entry.open() as source:
                    while piece := source.read(min(2**20, most + 1 - size)):
                        size += len(piece)
                        sha256.update(piece)
                        md5.update(piece)
                        copy.write(piece)
        except DataError:
            raise
        except DAMAGED as error:
            problem = f"is cut off or damaged ({said(error)})"
    digests = {"sha256": sha256.hexdigest(), "md5": md5.hexdigest()}
    return Found(entry.name, entry.where, target, size, digests, problem)


@dataclass(frozen=True)
class Imported:
    """A record of each data set that came, and a sentence on each that did not."""

    records: dict[str, Record]
    problems: list[str]


def import_from(
    path: Path, *, name: str | None = None, copies: str = "", say: Callable[[str], object]
) -> Imported:
    """Take every data set whose files are in a folder or an archive into the cache.

    Parameters
    ----------
    path : Path
        A folder, a file, compressed or not, or an archive.
    name : str, optional
        The only data set that is looked for.
    copies : str
        What kind of copies the files are, such as "JPEG copies", where they are not the originals;
        it goes into the source of the data.
    say : callable
        Hears of another process that is waited for.

    Returns
    -------
    Imported

    Raises
    ------
    DataError
        When no data set could be taken; the message says why.
    """
    sets = [find(name)] if name else list(DATA_SETS.values())
    with locked(say) as folder:
        found = copy_found(path, sizes(sets), folder)
        if not found:
            titles = " or ".join(data_set.title for data_set in sets)
            wanted = " or ".join(sorted({data_set.files[0].name for data_set in sets}))
            raise DataError(f"there is no file of {titles} in {path}, such as {wanted}")
        records, problems = {}, []
        for data_set in sets:
            if chosen := originals(data_set, found):
                records[data_set.name] = settle(data_set, chosen, "", folder)
                found = [other for other in found if other not in chosen]
        looked_at = {names(find(name)) for name in records}
        for data_set in sets:
            if names(data_set) in looked_at or not any(f.name in names(data_set) for f in found):
                continue
            looked_at.add(names(data_set))
            rivals = [other for other in sets if names(other) == names(data_set)]
            try:
                chosen = close_copies(rivals, found, copies, path)
                records[data_set.name] = settle(data_set, chosen, copies, folder)
            except DataError as error:
                problems.append(str(error))
    if not records:
        raise DataError(problems[0])
    return Imported(records, problems)


def sizes(sets: Iterable[DataSet]) -> dict[str, int]:
    """List the names of all files, and the most bytes of each."""
    most: dict[str, int] = {}
    for file in (file for data_set in sets for file in data_set.files):
        most[file.name] = max(file.size, most.get(file.name, 0))
    return most


def names(data_set: DataSet) -> tuple[str, ...]:
    """List the names of the files: MNIST and Fashion-MNIST have the same ones."""
    return tuple(file.name for file in data_set.files)


def originals(data_set: DataSet, found: Iterable[Found]) -> list[Found]:
    """Choose the original files of a data set; none where one is missing."""
    chosen = []
    for file in data_set.files:
        fitting = [candidate for candidate in found if candidate.is_original(file)]
        if not fitting:
            return []
        chosen.append(fitting[0])
    return chosen


def close_copies(
    rivals: Sequence[DataSet], found: Sequence[Found], copies: str, path: Path
) -> list[Found]:
    """Choose files of the right names and sizes, where the user says that they are copies.

    Parameters
    ----------
    rivals : sequence of DataSet
        Data sets with these names of files.
    found : sequence of Found
    copies : str
        What kind of copies; empty where only originals will do.
    path : Path
        Where they were found.

    Raises
    ------
    DataError
        When there are no such files, or more than one choice, or only originals will do.
    """
    nearest = max(
        rivals,
        key=lambda other: sum(any(f.is_original(file) for f in found) for file in other.files),
    )
    chosen: list[Found] = []
    for file in nearest.files:
        named = [candidate for candidate in found if candidate.name == file.name]
        if not named:
            raise DataError(f"{path} lacks {file.name}, so it does not have {nearest.title} whole")
        alike = {f.digests["sha256"]: f for f in named if f.size == file.size and not f.problem}
        if not alike:
            raise DataError(f"{named[0].lack(file)}; {nearest.title} is not taken from {path}")
        if len(alike) > 1:
            raise DataError(f"{path} has several {file.name}; name the folder with the right ones")
        chosen += alike.values()
    if not copies:
        other = next(
            f for f, file in zip(chosen, nearest.files, strict=True) if not f.is_original(file)
        )
        raise DataError(
            f"{other.where} is not that of {nearest.title}, though its size is right; if these are "
            "copies of another kind, say of which: --copies 'JPEG copies'"
        )
    if len(rivals) > 1:
        titles = " or ".join(rival.title for rival in rivals)
        raise DataError(f"the files in {path} may be {titles}; say which with --name")
    return chosen


def settle(data_set: DataSet, chosen: Iterable[Found], copies: str, folder: Path) -> Record:
    """Put chosen files into the cache, unless the same are there already.

    Raises
    ------
    DataError
        When they do not have the layout of the data set, or are copies of what is there.
    """
    new = folder / data_set.name
    new.mkdir()
    for file in chosen:
        file.path.rename(new / file.name)
    read_arrays(data_set, new)
    record = Record(copies, {file.name: file.digests["sha256"] for file in chosen})
    with contextlib.suppress(DataError, MissingDataError):
        if verify(data_set) == record:
            return record
    install(data_set, new, record)
    return record
