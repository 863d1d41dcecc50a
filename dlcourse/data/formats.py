"""Reading the files of the data sets: mapped into memory, checked, and nothing unpickled."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.data.catalogue import DataSet


class DataError(ValueError):
    """Data is not what it should be; the message says in a sentence what was found."""


class Arrays(NamedTuple):
    """All examples of a data set: pictures (T, C, H, W) in bytes, labels (T,)."""

    x: Array
    y: Array
    x_test: Array
    y_test: Array


def read_arrays(data_set: DataSet, folder: Path) -> Arrays:
    """Read the files of a data set.

    Raises
    ------
    DataError
        When they do not have its layout.
    """
    paths = [folder / file.name for file in data_set.files]
    if data_set.layout == "idx":
        x, y, x_test, y_test = (read_idx(path) for path in paths)
        parts = [(with_channel(x), y), (with_channel(x_test), y_test)]
    else:
        *train, test = (read_records(path, data_set.shape) for path in paths)
        x, y = (np.concatenate(columns) for columns in zip(*train, strict=True))
        parts = [(x, y), test]
    for pictures, labels in parts:
        check(data_set, pictures, labels)
    (x, y), (x_test, y_test) = parts
    return Arrays(x, y.astype(np.int64), x_test, y_test.astype(np.int64))


def read_idx(path: Path) -> Array:
    """Map an IDX file of bytes into memory: what is not used is not read.

    Parameters
    ----------
    path : Path
        A file with two bytes of 0, an 8 for bytes, the number of axes, the length of each axis in
        four bytes, and the values.

    Returns
    -------
    array of uint8
        Changes of it stay in memory.

    Raises
    ------
    DataError
        When the file is anything else.
    """
    head = first_bytes(path, 4)
    if len(head) < 4 or head[:3] != b"\0\0\x08" or not 1 <= head[3] <= 4:
        raise DataError(f"{path.name} does not begin as an IDX file of bytes does")
    start = 4 + 4 * head[3]
    lengths = np.frombuffer(first_bytes(path, start)[4:].ljust(start - 4, b"\0"), ">u4").tolist()
    size = path.stat().st_size
    if size != start + math.prod(lengths) or size == start:
        raise DataError(
            f"{path.name} has {size} bytes, which do not fit the lengths it states, {lengths}"
        )
    return mapped(path, start, tuple(lengths))


def read_records(path: Path, shape: tuple[int, int, int]) -> tuple[Array, Array]:
    """Map a file of records into memory: of each picture a byte for its label, then its pixels.

    Parameters
    ----------
    path : Path
    shape : tuple of int
        Channels, height and width of a picture.

    Returns
    -------
    x : array of uint8 of shape (T, C, H, W)
    y : array of uint8 of shape (T,)

    Raises
    ------
    DataError
        When the file is not a whole number of records.
    """
    size, length = path.stat().st_size, 1 + math.prod(shape)
    if size == 0 or size % length:
        raise DataError(f"{path.name} has {size} bytes, not a multiple of the {length} of a record")
    records = mapped(path, 0, (size // length, length))
    return records[:, 1:].reshape(-1, *shape), records[:, 0]


def mapped(path: Path, start: int, shape: tuple[int, ...]) -> Array:
    """Map bytes of a file into memory; what is changed in them does not go to the file."""
    return np.asarray(np.memmap(path, np.uint8, mode="c", offset=start, shape=shape))


def with_channel(x: Array) -> Array:
    """Give grey pictures (T, H, W) an axis for their one channel."""
    return x[:, None] if x.ndim == 3 else x


def check(data_set: DataSet, x: Array, y: Array) -> None:
    """Refuse arrays that are not pictures of the right shape with a label each."""
    if x.shape[1:] != data_set.shape or y.shape != x.shape[:1]:
        raise DataError(
            f"pictures of shape {x.shape} and labels of shape {y.shape} are not those of "
            f"{data_set.title}, whose pictures have shape {data_set.shape}"
        )
    if y.max() >= len(data_set.classes):
        raise DataError(
            f"a label {y.max()} is none of the {len(data_set.classes)} classes of {data_set.title}"
        )


def first_bytes(path: Path, n: int) -> bytes:
    """Read the first bytes of a file, fewer where it is shorter."""
    with path.open("rb") as file:
        return file.read(n)
