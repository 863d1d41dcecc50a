"""Fetching data sets from a server on this machine, which breaks off, lies, and sends bombs."""

import gzip
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import tiny_data
from command_line import dlcourse
from tiny_data import CONTENTS, IDX_NAMES, packed, write

from dlcourse import data
from dlcourse.data import cache, download

ARCHIVE = "cifar-10-binary.tar.gz"
FIRST = f"{IDX_NAMES[0]}.gz"


@pytest.fixture
def server(tiny, monkeypatch):
    monkeypatch.setattr(download, "PAUSE", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with tiny_data.serving() as running:
        yield running


@pytest.fixture
def mirrors(server, monkeypatch):
    """Declare the mirrors, by the ways in which they answer."""

    def declare(*kinds):
        tiny_data.use(monkeypatch.setattr, *(server.mirror(kind) for kind in kinds))

    return declare


def get(*names):
    """Fetch by the command; give its exit code and what it says."""
    done = dlcourse("data", "get", *names)
    return done.exit_code, done.output


def asked(server, name):
    return [(kind, ranged) for kind, file, ranged in server.asked if file == name]


def test_files_are_fetched_checked_and_told_of(server, mirrors):
    mirrors("good")
    code, output = get("mnist", "cifar10")
    assert code == 0
    assert f"Fetching {FIRST} from 127.0.0.1" in output
    assert f"mnist: MNIST, checksum {data.mnist(valid=0).checksum}" in output
    assert data.cifar10(valid=0).source == "CIFAR-10"
    assert dlcourse("data", "verify").exit_code == 0
    assert not any((cache.cache_folder() / "downloads").iterdir())


def test_what_is_there_is_not_fetched_again(server, mirrors):
    mirrors("good")
    get("mnist")
    before = len(server.asked)
    code, output = get("mnist")
    assert (code, "MNIST is there already" in output) == (0, True)
    assert len(server.asked) == before


def test_nothing_is_fetched_when_it_is_only_read(server, mirrors):
    mirrors("good")
    with pytest.raises(data.MissingDataError):
        data.mnist()
    for command in ("list", "verify"):
        dlcourse("data", command)
    assert server.asked == []


def test_a_download_that_breaks_off_goes_on(server, mirrors):
    mirrors("drops")
    assert get("cifar10")[0] == 0
    asks = asked(server, ARCHIVE)
    starts = [int(ranged.strip("bytes=-") or 0) for _, ranged in asks]
    assert len(asks) > 2
    assert starts == sorted(set(starts))  # each time from further on
    assert data.cifar10(valid=0).source == "CIFAR-10"


def test_a_download_that_breaks_off_too_often_goes_on_at_the_next_command(
    server, mirrors, monkeypatch
):
    monkeypatch.setattr(download, "TRIES", 2)
    mirrors("drops")
    code, output = get("cifar10")
    assert code == 1
    assert "breaks off again and again" in output
    part = cache.cache_folder() / "downloads" / "cifar10" / f"{ARCHIVE}.part"
    size = part.stat().st_size
    assert 0 < size < len(packed("cifar10")[ARCHIVE])
    mirrors("good")
    assert get("cifar10")[0] == 0
    assert asked(server, ARCHIVE)[-1] == ("good", f"bytes={size}-")


LEFT = {
    "a part": lambda whole: whole[:100],
    "all of it": lambda whole: whole,
    "a part of something else": lambda whole: b"!" * 100,
    "more than there is": lambda whole: whole + b"!",
    "very much more": lambda whole: bytes(3 * download.ROOM),
}


@pytest.mark.parametrize("kind", ["good", "without-ranges", "other-part", "drops"])
@pytest.mark.parametrize("left", LEFT)
def test_whatever_an_earlier_try_left_it_ends_well(server, mirrors, left, kind):
    content = LEFT[left](packed("cifar10")[ARCHIVE])
    write(cache.cache_folder() / "downloads" / "cifar10", {f"{ARCHIVE}.part": content})
    mirrors(kind)
    assert get("cifar10")[0] == 0
    assert dlcourse("data", "verify", "cifar10").exit_code == 0


def test_a_whole_file_of_an_earlier_try_is_used_unless_it_is_wrong(server, mirrors):
    mirrors("good")
    kept = cache.cache_folder() / "downloads" / "mnist"
    write(kept, {FIRST: packed("mnist")[FIRST], f"{IDX_NAMES[1]}.gz": b"wrong"})
    assert get("mnist")[0] == 0
    assert asked(server, FIRST) == []
    assert len(asked(server, f"{IDX_NAMES[1]}.gz")) == 1


BAD = {
    "truncated": "is cut off",
    "html": "answers with a web page instead of data",
    "html-untyped": "is a web page, not data",
    "missing": "answers 404 Not Found",
    "busy": "answers 503",
    "wrong": "has the size of the original, but other bytes",
    "bomb": "has more than the 616 bytes of the original",
    "huge": "has 1000000000000 bytes, and at most",
    "endless": "sends more bytes than are expected",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_mirror_that_misbehaves_is_named_and_the_next_one_asked(server, mirrors, kind):
    mirrors(kind)
    code, output = get("mnist")
    assert code == 1
    last = output.splitlines()[-1]
    assert last.startswith("dlcourse: MNIST could not be fetched: ")
    assert BAD[kind] in last
    assert "`dlcourse data import FOLDER`" in last
    assert not list(cache.cache_folder().rglob("*.json"))
    mirrors(kind, "good")
    assert get("mnist")[0] == 0
    assert dlcourse("data", "verify", "mnist").exit_code == 0


@pytest.mark.parametrize("kind", BAD)
def test_the_copy_that_is_there_stays_when_the_originals_cannot_be_had(server, mirrors, kind):
    mirrors(kind)
    path = write(cache.cache_folder().parent / "mine", tiny_data.idx_contents(9))
    dlcourse("data", "import", str(path), "--name", "mnist", "--copies", "drawn anew")
    assert get("mnist")[0] == 1
    assert data.mnist(valid=0).source == "MNIST, drawn anew"
    assert dlcourse("data", "verify", "mnist").exit_code == 0


def test_an_archive_of_the_right_files_with_another_checksum_is_refused(server, mirrors):
    repacked = gzip.compress(gzip.decompress(packed("cifar10")[ARCHIVE]), compresslevel=1, mtime=7)
    server.contents[ARCHIVE] = repacked
    mirrors("good")
    code, output = get("cifar10")
    assert code == 1
    assert "came with another checksum than it should have" in output


def test_a_mirror_that_works_is_asked_first_for_the_next_file(server, mirrors):
    mirrors("missing", "good")
    assert get("mnist")[0] == 0
    kinds = [kind for kind, _, _ in server.asked]
    assert kinds == ["missing", "good", "good", "good", "good"]


def test_ctrl_c_says_how_it_goes_on(server, mirrors, monkeypatch):
    mirrors("good")

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "fetch", stopped)
    code, output = get("mnist")
    assert code == 130
    assert "give the same command again, and it goes on" in output


def test_a_length_that_is_no_number_is_ignored(server, mirrors):
    mirrors("odd-length")
    assert get("mnist")[0] == 0


def test_a_server_that_is_not_there_is_one_sentence(server, mirrors):
    mirrors("good")
    port = server.server_port
    server.shutdown()
    server.server_close()
    code, output = get("mnist")
    assert code == 1
    assert f"http://127.0.0.1:{port}/good/{FIRST} cannot be reached. Files that" in output
    assert "Error" not in output


def test_being_out_of_reach_keeps_what_has_arrived(server, mirrors):
    part = write(cache.cache_folder() / "downloads" / "mnist", {f"{FIRST}.part": b"abc"})
    mirrors("missing")
    assert get("mnist")[0] == 1
    assert (part / f"{FIRST}.part").read_bytes() == b"abc"


# ---- several processes ----------------------------------------------------------------

SCRIPT = """
import sys, tiny_data
from dlcourse.data import catalogue, download
tiny_data.use(setattr, sys.argv[2])
download.get(catalogue.DATA_SETS[sys.argv[1]], say=lambda line: print(line, flush=True))
"""


def start(name, mirror):
    """Fetch in another process."""
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, name, mirror],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_of_two_processes_at_once_one_fetches_and_the_other_waits(server):
    processes = [start("mnist", server.mirror("slow")) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert sorted(file for _, file, _ in server.asked) == sorted(packed("mnist"))
    assert any("MNIST is there already" in out for out, _ in said)
    assert cache.verify(tiny_data.catalogue.MNIST)


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_a_part_and_no_lock(server, mirrors):
    with start("cifar10", server.mirror("stalls")) as process:
        assert server.stalled.wait(60)
        half = len(packed("cifar10")[ARCHIVE]) // 2
        part = cache.cache_folder() / "downloads" / "cifar10" / f"{ARCHIVE}.part"
        waiting = threading.Event()
        while not (part.exists() and part.stat().st_size == half):
            waiting.wait(0.01)
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        process.communicate()
    server.released.set()
    mirrors("good")
    assert get("cifar10")[0] == 0
    assert asked(server, ARCHIVE)[-1] == ("good", f"bytes={half}-")
    assert not list(cache.cache_folder().glob("unfinished-*"))
    assert CONTENTS["cifar10"]["test_batch.bin"][1:25] == data.cifar10(valid=0).test.x[0].tobytes()
