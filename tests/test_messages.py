"""Messages between the grader and the sandbox: they come back as they were, lies are refused."""

import contextlib
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse.grading.inside.messages import (
    LENGTH,
    BadMessageError,
    framed,
    frames,
    pack,
    receive,
    send,
    unpack,
)

KINDS = st.sampled_from(["f8", "f4", "i8", "u1", "?", "c16", "U3"])
ARRAYS = KINDS.flatmap(
    lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, min_side=0))
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
MESSAGES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(one, other):
    """Whether two messages hold the same, and in the same containers."""
    if isinstance(one, np.ndarray):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()  # so NaN is itself
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or one != one)


@given(MESSAGES)
def test_a_message_comes_back_as_it_was(message):
    assert same(message, unpack(pack(message)))


@pytest.mark.parametrize("value", [1 + 2j, np.float32(0.5), np.int64(3), np.True_])
def test_single_numbers_are_sent_as_arrays(value):
    (back,) = unpack(pack((value,)))
    assert back.shape == () and back == value and back.dtype == np.asarray(value).dtype


@pytest.mark.parametrize(
    "value", [np.array([object()]), np.zeros(2, "M8[s]"), np.zeros(2, "i4,i4")]
)
def test_arrays_that_are_no_numbers_and_no_words_are_not_sent(value):
    with pytest.raises(BadMessageError, match="are not sent"):
        pack({"values": [value]})


@given(MESSAGES, st.data())
def test_a_damaged_message_is_read_or_refused_and_nothing_else(message, draw):
    data = bytearray(pack(message))
    for _ in range(draw.draw(st.integers(1, 3))):
        where = draw.draw(st.integers(0, len(data) - 1))
        data[where] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(BadMessageError):
        unpack(bytes(data[: draw.draw(st.integers(0, len(data)))]))


def written(described, *blocks):
    """A message by hand, with whatever it says of itself."""
    header = json.dumps(described).encode()
    return LENGTH.pack(len(header)) + header + b"".join(blocks)


def array(dtype="<f8", shape=(1,), size=8):
    """What a message says of an array."""
    return {"array": dtype, "shape": list(shape), "bytes": size}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "unreadable: error"),
        (LENGTH.pack(1 << 40), "it has too many words"),
        (LENGTH.pack(3) + b"{,}", "unreadable: JSONDecodeError"),
        (written([1, 2]), "a list stands where none can be"),
        (written({"tuple": [[1]]}), "a list stands where none can be"),
        (written({"odd": 1}), "unreadable: KeyError"),
        (written(array("|O"), bytes(8)), "an array is not what it says"),
        (written(array("i4,i4"), bytes(8)), "an array is not what it says"),
        (written(array(shape=(-1,), size=-8)), "an array is not what it says"),
        (written(array(shape=(10**12, 10**12))), "an array is not what it says"),
        (written(array(), bytes(7)), "an array ends too early"),
        (written({"list": [array(), array()]}, bytes(12)), "an array ends too early"),
        (written(array("no such type"), bytes(8)), "unreadable: TypeError"),
        (LENGTH.pack(400_000) + b"[" * 400_000, "unreadable: RecursionError"),
    ],
)
def test_a_lie_is_named(data, says):
    with pytest.raises(BadMessageError, match=f"^{says}$"):
        unpack(data)


def test_what_is_sent_is_received_up_to_the_end():
    stream = io.BytesIO()
    for data in (b"one", b"", b"three"):
        send(stream, data)
    stream.seek(0)
    assert [receive(stream, limit=5) for _ in range(4)] == [b"one", b"", b"three", None]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\0\0\0", "a message ends too early"),
        (framed(b"four")[:-1], "a message ends too early"),
        (framed(b"twelve bytes"), "a message of 12 bytes is too long"),
    ],
)
def test_what_ends_early_or_is_too_long_is_not_received(data, says):
    with pytest.raises(BadMessageError, match=says):
        receive(io.BytesIO(data), limit=10)


def test_a_stream_may_give_a_few_bytes_at_a_time():
    class Slow(io.BytesIO):
        def read(self, size):
            return super().read(min(size, 2))

    assert receive(Slow(framed(b"in many pieces")), limit=100) == b"in many pieces"


@pytest.mark.parametrize("end", [b"", b"\0", framed(b"cut")[:-1]])
def test_frames_are_cut_and_an_unfinished_end_is_left_out(end):
    assert list(frames(framed(b"a") + framed(b"") + end)) == [b"a", b""]
