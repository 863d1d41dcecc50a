"""Messages between the grader and the sandbox: JSON and raw numbers, never pickles.

A message is checked as it is read: whoever wrote it may lie, and can gain nothing by it.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

KINDS = "biufcU"  # kinds of arrays that may be sent: numbers and words, no objects
LENGTH = struct.Struct(">Q")


class BadMessageError(Exception):
    """What was received is no message."""


def pack(message: Any) -> bytes:
    """Write dicts, lists, words, numbers and arrays as bytes.

    Parameters
    ----------
    message : object
        What JSON can say, and arrays of numbers or words.
    """
    blocks: list[bytes] = []

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in KINDS:
                raise BadMessageError(f"arrays of {value.dtype} are not sent")
            blocks.append(value.tobytes())
            return {"array": value.dtype.str, "shape": list(value.shape), "bytes": len(blocks[-1])}
        if isinstance(value, dict):
            return {"dict": [[key, plain(item)] for key, item in value.items()]}
        if isinstance(value, tuple):
            return {"tuple": [plain(item) for item in value]}
        if isinstance(value, list):
            return {"list": [plain(item) for item in value]}
        if isinstance(value, complex) or hasattr(value, "dtype"):
            return plain(np.asarray(value))
        return value

    header = json.dumps(plain(message)).encode()
    return LENGTH.pack(len(header)) + header + b"".join(blocks)


def unpack(data: bytes, *, words: int = 1 << 28) -> Any:
    """Read what `pack` wrote.

    Parameters
    ----------
    data : bytes
    words : int
        The most bytes of it that may be JSON, which takes far more room once it is read.

    Raises
    ------
    BadMessageError
        When it is anything else.
    """
    try:
        (length,) = LENGTH.unpack_from(data)
        if length > words:
            raise BadMessageError("it has too many words")
        header, rest = data[LENGTH.size : LENGTH.size + length], data[LENGTH.size + length :]
        described, position = json.loads(header), 0

        def built(value: Any) -> Any:
            nonlocal position
            if not isinstance(value, dict):
                if isinstance(value, list):
                    raise BadMessageError("a list stands where none can be")
                return value
            if "array" in value:
                dtype, shape = np.dtype(str(value["array"])), tuple(map(int, value["shape"]))
                count = int(value["bytes"])
                size = dtype.itemsize * int(np.prod(shape, dtype=object))
                if dtype.kind not in KINDS or min(shape, default=0) < 0 or size != count:
                    raise BadMessageError("an array is not what it says")
                block = rest[position : position + count]
                position += count
                if len(block) != count:
                    raise BadMessageError("an array ends too early")
                return np.frombuffer(block, dtype).reshape(shape).copy()
            if "dict" in value:
                return {str(key): built(item) for key, item in value["dict"]}
            if "tuple" in value:
                return tuple(built(item) for item in value["tuple"])
            return [built(item) for item in value["list"]]

        return built(described)
    except BadMessageError:
        raise
    except Exception as error:  # of whatever kind: the sender is not to be trusted
        raise BadMessageError(f"unreadable: {type(error).__name__}") from error


def send(stream: BinaryIO, data: bytes) -> None:
    """Write bytes with their length before them."""
    stream.write(framed(data))
    stream.flush()


def framed(data: bytes) -> bytes:
    """Put the length of bytes before them."""
    return LENGTH.pack(len(data)) + data


def receive(stream: BinaryIO, *, limit: int) -> bytes | None:
    """Read bytes that `send` wrote; None at the end of the stream.

    Raises
    ------
    BadMessageError
        When there are more than `limit`, or fewer than announced.
    """
    head = read_exactly(stream, LENGTH.size)
    if not head:
        return None
    if len(head) < LENGTH.size:
        raise BadMessageError("a message ends too early")
    (length,) = LENGTH.unpack(head)
    if length > limit:
        raise BadMessageError(f"a message of {length} bytes is too long")
    data = read_exactly(stream, length)
    if len(data) < length:
        raise BadMessageError("a message ends too early")
    return data


def read_exactly(stream: BinaryIO, size: int) -> bytes:
    """Read as many bytes, and not one more; fewer only at the end of the stream."""
    data = bytearray()
    while len(data) < size and (block := stream.read(size - len(data))):
        data += block
    return bytes(data)


def frames(data: bytes) -> Iterator[bytes]:
    """Cut a buffer into what several `send` wrote; an unfinished end is left out."""
    position = 0
    while position + LENGTH.size <= len(data):
        (length,) = LENGTH.unpack_from(data, position)
        block = data[position + LENGTH.size : position + LENGTH.size + length]
        if len(block) < length:
            return
        yield block
        position += LENGTH.size + length
