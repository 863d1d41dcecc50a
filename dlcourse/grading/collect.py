"""Collect submissions: from a folder for each person, a folder of notebooks, or a zip of either."""

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from pathlib import Path, PurePosixPath

LARGEST = 20 << 20  # bytes of one notebook; one with large pictures has a few million
MANY = 200_000  # files in one zip
PACKED = 200  # times that a file may be larger than it is in the zip


@dataclass(frozen=True)
class Loose:
    """A file in a folder."""

    path: Path
    name: str

    def read(self) -> bytes:
        """Give its content; too large a file is not read."""
        if self.path.stat().st_size > LARGEST:
            raise ValueError(too_large(self.path.stat().st_size))
        return self.path.read_bytes()


@dataclass(frozen=True)
class Zipped:
    """A file in a zip, which is never unpacked to the disk."""

    archive: Path
    name: str
    info: zipfile.ZipInfo

    def read(self) -> bytes:
        """Give its content, unless the zip lies about its size."""
        if self.info.file_size > LARGEST:
            raise ValueError(too_large(self.info.file_size))
        try:
            with opened(self.archive).open(self.info) as file:
                return file.read(LARGEST)  # it gives no more than the size it has said
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ValueError(f"cannot be unpacked: {error}") from error


@lru_cache(maxsize=1)
def opened(archive: Path) -> zipfile.ZipFile:
    """Open a zip once for all its files."""
    return zipfile.ZipFile(archive)


File = Loose | Zipped


@dataclass
class Submission:
    """What one person handed in.

    Attributes
    ----------
    person : str
        Name, as far as the files tell it.
    number : str
        The number that Canvas or Moodle gives to the person, or nothing.
    files : list of File
        Notebooks, from the first attempt to the last.
    notes : list of str
        What there is to say about other files.
    """

    person: str
    number: str = ""
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Tell people apart, by number where there is one."""
        return f"number {self.number}" if self.number else self.person


def collect(source: Path) -> list[Submission]:
    """Find everybody's notebooks.

    Parameters
    ----------
    source : Path
        A folder with a folder for each person, a folder of notebooks, or a zip as Moodle and
        Canvas export it.

    Returns
    -------
    list of Submission
        Sorted by person.

    Raises
    ------
    ValueError
        When there is no such folder or zip, or it cannot be trusted.
    """
    if source.is_dir():
        files: list[tuple[str, File | str]] = list(in_folder(source))
    elif source.is_file() and zipfile.is_zipfile(source):
        files = list(in_zip(source))
    elif source.exists():
        raise ValueError(f"{source} is neither a folder nor a zip of submissions")
    else:
        raise ValueError(f"there is no {source}; name a folder or a zip of submissions")
    people: dict[str, Submission] = {}
    cover = cover_of([PurePosixPath(name) for name, _ in files])
    for name, file in files:
        found = person_of(PurePosixPath(name).relative_to(cover))
        submission = people.setdefault(found.key, found)
        if isinstance(file, str):
            submission.notes.append(legible(file))
        else:
            submission.files.append(file)
    if not people:
        raise ValueError(f"{source} holds no notebooks")
    for submission in people.values():
        submission.files.sort(key=lambda file: attempt_of(file.name))
        if len(people) == 1 and len(submission.files) > 1:
            one = f"all {len(submission.files)} notebooks are taken for attempts of one person"
            submission.notes.append(f"{one}; make a folder for each if they are of several")
    return sorted(people.values(), key=lambda s: (s.person.casefold(), s.number))


def in_folder(folder: Path) -> Iterator[tuple[str, File | str]]:
    """List the files of a folder by their names inside it; links are not followed."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        name = inside.as_posix()
        if any((folder / part).is_symlink() for part in [inside, *inside.parents][:-1]):
            if path.is_symlink():
                yield name, f"{name} is a link, which is not followed"
        elif path.is_file() and wanted(name):
            yield name, Loose(path, name)
        elif path.is_file() and not ignored(name):
            yield name, not_read(name)


def in_zip(archive: Path) -> Iterator[tuple[str, File | str]]:
    """List the files of a zip.

    Raises
    ------
    ValueError
        When it is broken or holds too many files.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise ValueError(f"{archive} cannot be read: {error}") from error
    if len(entries) > MANY:
        raise ValueError(f"{archive} holds {len(entries)} files; {MANY} are the most")
    for name, info in sorted(((name_of(info), info) for info in entries), key=itemgetter(0)):
        path = PurePosixPath(name)
        if info.is_dir() or ignored(name):
            continue
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name.split("/")[0]:
            yield "unknown", f"{name[:100]!r} points out of the zip and is not read"
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield name, f"{name} is a link, which is not followed"
        elif info.flag_bits & 1:
            yield name, f"{name} is encrypted"
        elif info.file_size > PACKED * max(info.compress_size, 1000):
            yield name, f"{name} is packed {PACKED} times and more, as no notebook is"
        elif wanted(name):
            yield name, Zipped(archive, name, info)
        else:
            yield name, not_read(name)


def name_of(info: zipfile.ZipInfo) -> str:
    """Give the name of a file in a zip.

    Zips made by Ruby, as Canvas's are, or by macOS may have names in UTF-8 without the mark for it.
    """
    marked = 0x800
    try:
        return info.filename if info.flag_bits & marked else info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def not_read(name: str) -> str:
    """Say why a file is not read."""
    if name.casefold().endswith((".zip", ".rar", ".7z", ".gz")):
        return f"{name} is packed once more and is not opened; unpack it"
    return f"{name} is no notebook"


def cover_of(paths: Sequence[PurePosixPath]) -> PurePosixPath:
    """Find the folder around the folders of everybody, as packing and unpacking often leave it.

    A folder with a folder for each lecture is a person's.
    """
    tops = {path.parts[0] for path in paths}
    inside = {path.parts[1] for path in paths if len(path.parts) > 2}
    everybody = len(tops) == 1 and len(inside) > 1 and all(len(path.parts) > 2 for path in paths)
    if everybody and not any(re.match(r"\d\d(\D|$)", name) for name in inside):
        return PurePosixPath(*tops)
    return PurePosixPath()


def wanted(name: str) -> bool:
    """Tell notebooks from other files."""
    return name.casefold().endswith(".ipynb") and not ignored(name)


def ignored(name: str) -> bool:
    """Tell what the computers of learners leave beside their notebooks."""
    parts = PurePosixPath(name).parts
    junk = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".DS_Store", "Thumbs.db"}
    return any(part in junk or part.startswith("._") for part in parts)


NUMBERED = r"(?P<late>LATE_)?(?P<number>\d+)_(\d+_(?P<file>.+)|text\.html|link\.html)"
CANVAS = re.compile(rf"^(?P<name>.+?)_{NUMBERED}$")
UNNAMED = re.compile(
    r"^(?P<late>LATE_)?(?P<name>anon_[A-Za-z0-9]+)_(\d+_(?P<file>.+)|(text|link)\.html)$"
)
MOODLE = re.compile(r"^(?P<name>.+?)(_(?P<number>\d+))?_assignsubmission_[a-z]+(_.*)?$")


def person_of(path: PurePosixPath) -> Submission:
    """Tell from the name of a file who handed it in.

    Otherwise the first folder is the person, and without a folder the name of the file.

    Notes
    -----
    Canvas (lib/content_zipper.rb) names files "leeann_LATE_123_4567_10-convnets-2.ipynb": the name,
    perhaps LATE, the numbers of person and file, and the file; "anon_x7Yz1" stands for name and
    number where grading is anonymous.  Moodle (mod/assign/classes/downloader.php) names folders
    "Ann Lee_123_assignsubmission_file", or without folders puts that before the name of each file;
    anonymous people are "Participant", teams are groups, and the default group has no number.
    """
    for part in path.parts:
        if match := MOODLE.match(legible(part)):
            return Submission(match["name"], match["number"] or "")
    if match := UNNAMED.match(legible(path.name)):
        return Submission(match["name"])
    if match := CANVAS.match(legible(path.name)):
        return Submission(match["name"], match["number"])
    return Submission(legible(path.parts[0] if len(path.parts) > 1 else path.stem))


def legible(name: str) -> str:
    """Leave out what cannot be shown: broken encodings, and signs that steer a terminal.

    A letter with an accent is one sign, as macOS does not write it.
    """
    return "".join(c if c.isprintable() else "�" for c in unicodedata.normalize("NFC", name))


def is_late(name: str) -> bool:
    """Tell whether Canvas marks a file as late."""
    last = PurePosixPath(name).name
    match = UNNAMED.match(last) or CANVAS.match(last)
    return bool(match and match["late"])


def attempt_of(name: str) -> tuple[int, str]:
    """Order attempts: Canvas counts them at the end of the name, browsers in brackets."""
    stem = PurePosixPath(name).stem
    match = re.search(r"(?:-(\d{1,3})|\s?\((\d{1,3})\))$", stem)
    return (int(match[1] or match[2]) if match else 0, name)


def too_large(size: int) -> str:
    """Say that a notebook is too large."""
    return f"has {size / 1e6:.0f} MB; {LARGEST / 1e6:.0f} MB are the most"
