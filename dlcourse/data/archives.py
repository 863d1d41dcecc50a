"""Looking into folders, gzip files, tar and zip archives for files by name.

Nothing is unpacked to a path that an archive names, links in archives are not followed, and no more
is read than is wanted.
"""

import gzip
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from dlcourse.data.catalogue import DATA_SETS
from dlcourse.data.formats import DataError, first_bytes

DAMAGED = (  # what the standard library raises where an archive makes no sense
    *(EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError, zipfile.BadZipFile, struct.error),
    *(ValueError, RuntimeError, ArithmeticError, LookupError),
)
DEPTH = 4  # folders within folders
PACKED = (".tar.gz", ".tgz", ".tar", ".zip")
MOST = 2**30  # bytes that a tar archive may have in all


@dataclass(frozen=True)
class Entry:
    """A file in a folder or an archive.

    Attributes
    ----------
    name : str
        Without folders and without the ending of compression.
    where : str
        What a message calls it.
    open : callable
        Opens its uncompressed content for reading.
    problem : str
        Why it is not read, such as "is a link"; empty otherwise.
    """

    name: str
    where: str
    open: Callable[[], IO[bytes]]
    problem: str = ""


def entries(path: Path, wanted: Mapping[str, int]) -> Iterator[Entry]:
    """Go through the files of a folder or an archive that have a wanted name.

    Parameters
    ----------
    path : Path
        A folder, a file, or a compressed file or archive.
    wanted : mapping of str to int
        Names, and the most bytes of each.

    Yields
    ------
    Entry
        To be read before the next one is asked for.

    Raises
    ------
    DataError
        When an archive is cut off, damaged, or much larger than any data set.
    """
    for file in files_of(path, wanted) if path.is_dir() else [path]:
        try:
            found = zipped(file) if first_bytes(file, 2) == b"PK" else unzipped(file)
            yield from (entry for entry in found if entry.name in wanted)
        except DataError:
            raise
        except DAMAGED as error:
            raise DataError(f"{file} is cut off or damaged ({said(error)})") from error


def files_of(folder: Path, wanted: Mapping[str, int]) -> Iterator[Path]:
    """Go through the files of a folder whose names are wanted, and archives named as downloads."""
    downloads = (each for data_set in DATA_SETS.values() for each in data_set.downloads)
    archives = {each.name for each in downloads if each.name.endswith(PACKED)}
    for place, folders, names in os.walk(folder):
        inside = Path(place)
        if len(inside.relative_to(folder).parts) >= DEPTH:
            folders.clear()
        folders.sort()
        for name in sorted(names):
            fits = name in archives or plain_name(name) in wanted
            if fits and (inside / name).is_file():
                yield inside / name


def plain_name(name: str) -> str:
    """Take folders and the ending .gz off a name; "x.idx3-ubyte" is spelled "x-idx3-ubyte"."""
    return PurePosixPath(name).name.removesuffix(".gz").replace(".idx", "-idx")


def unzipped(path: Path) -> Iterator[Entry]:
    """Go through a tar archive, or a single file, compressed by gzip or not."""
    compressed = first_bytes(path, 2) == b"\x1f\x8b"

    def opened() -> IO[bytes]:
        return cast(IO[bytes], gzip.open(path)) if compressed else path.open("rb")

    name = plain_name(path.name)
    if not path.name.endswith(PACKED):
        yield Entry(name, str(path), opened)
        return
    with opened() as stream:
        limited = Limited(stream, path)
        with tarfile.open(fileobj=cast(IO[bytes], limited), mode="r|") as archive:  # in one pass
            for member in archive:
                yield tar_entry(archive, member, path)


def tar_entry(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> Entry:
    """Describe a member of a tar archive; only plain files are read."""
    where = f"{member.name} in {path}"
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()

    def opened() -> IO[bytes]:
        source = archive.extractfile(member)
        if source is None:
            raise DataError(f"{where} cannot be read")
        return uncompressed(member.name, source)

    return Entry(plain_name(member.name), where, opened, "" if plain else "is no plain file")


def zipped(path: Path) -> Iterator[Entry]:
    """Go through a zip archive."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            yield zip_entry(archive, member, path)


def zip_entry(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Entry:
    """Describe a member of a zip archive."""
    link = member.external_attr >> 28 == 0o12  # as Unix marks links
    usual = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if member.flag_bits & 1:
        problem = "is encrypted"
    else:
        problem = "is no plain file" if link or member.is_dir() or not usual else ""
    return Entry(
        plain_name(member.filename),
        f"{member.filename} in {path}",
        lambda: uncompressed(member.filename, archive.open(member)),
        problem,
    )


def uncompressed(name: str, source: IO[bytes]) -> IO[bytes]:
    """Unpack a gzip file within an archive."""
    return cast(IO[bytes], gzip.open(source)) if name.endswith(".gz") else source


class Limited:
    """A stream that ends in an error where an archive turns out to be far too large."""

    def __init__(self, stream: IO[bytes], path: Path):
        self.stream, self.path, self.left = stream, path, MOST

    def read(self, size: int) -> bytes:
        """Read up to so many bytes."""
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise DataError(
                f"{self.path} unpacks to more than {MOST} bytes; it is not read further"
            )
        return data


def said(error: BaseException) -> str:
    """Quote an error."""
    return str(error) or type(error).__name__
