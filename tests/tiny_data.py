"""Tiny data sets under the names of the real ones, and a server that misbehaves."""

import contextlib
import gzip
import hashlib
import io
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from dlcourse.data import catalogue
from dlcourse.data.catalogue import DataSet, Download, File

IDX_NAMES = [file.name for file in catalogue.MNIST_FILES]
RECORD_NAMES = ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"]
CLASSES = ("cat", "dog", "owl")


def idx(array):
    """The bytes of an IDX file."""
    lengths = np.array(array.shape, ">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


def idx_contents(seed):
    """The four files of a data set of 30 pictures for training and 12 for testing."""
    rng = np.random.default_rng(seed)
    parts = []
    for n in (30, 12):
        parts += [rng.integers(0, 256, (n, 4, 5)), np.arange(n) % 3]
    return {name: idx(part) for name, part in zip(IDX_NAMES, parts, strict=True)}


def record_contents(seed):
    """Three files of records: 9 and 6 pictures for training, 6 for testing."""
    rng = np.random.default_rng(seed)
    contents = {}
    for name, n in zip(RECORD_NAMES, (9, 6, 6), strict=True):
        pixels = rng.integers(0, 256, (n, 3 * 2 * 4), np.uint8)
        contents[name] = np.column_stack([np.arange(n) % 3, pixels]).astype(np.uint8).tobytes()
    return contents


CONTENTS = {
    "mnist": idx_contents(1),
    "fashion_mnist": idx_contents(2),
    "cifar10": record_contents(3),
}


def declare(real, contents, kind, *, mirrors=()):
    """Declare a tiny data set in the place of a real one."""
    files = tuple(
        File(name, len(content), f"{kind}:{hashlib.new(kind, content).hexdigest()}")
        for name, content in contents.items()
    )
    downloads = catalogue.one_by_one(files)
    if real.layout == "records":
        archive = packed(real.name)["cifar-10-binary.tar.gz"]
        digest = f"sha256:{hashlib.sha256(archive).hexdigest()}"
        downloads = (Download("cifar-10-binary.tar.gz", tuple(contents), digest),)
    shape = (1, 4, 5) if real.layout == "idx" else (3, 2, 4)
    return DataSet(
        real.name, real.title, real.layout, shape, CLASSES, files, downloads, tuple(mirrors)
    )


def use(patch, *mirrors):
    """Put the tiny data sets in the place of the real ones: patch(object, name, value)."""
    for real, kind in (("MNIST", "sha256"), ("FASHION_MNIST", "sha256"), ("CIFAR10", "md5")):
        name = real.lower()
        tiny = declare(ORIGINALS[real], CONTENTS[name], kind, mirrors=mirrors)
        patch(catalogue, real, tiny)
        catalogue.DATA_SETS[name] = tiny


ORIGINALS = {name: getattr(catalogue, name) for name in ("MNIST", "FASHION_MNIST", "CIFAR10")}


def put_back():
    for real in ORIGINALS.values():
        catalogue.DATA_SETS[real.name] = real


def packed(name):
    """What a mirror offers of a data set: names and bytes of the downloads."""
    contents = CONTENTS[name]
    if name == "cifar10":
        members = {f"cifar-10-batches-bin/{key}": value for key, value in contents.items()}
        return {"cifar-10-binary.tar.gz": tar(members)}
    return {f"{key}.gz": gzip.compress(value, mtime=0) for key, value in contents.items()}


def tar(members):
    """A tar.gz of members: bytes, or a TarInfo for what is no plain file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(out.getvalue(), mtime=0)


def write(folder, contents):
    """Write files into a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


PAGE = b"<!DOCTYPE html><html><body>Please log in.</body></html>"


class Handler(BaseHTTPRequestHandler):
    """Answers /KIND/NAME in the way of that kind; KIND may have several words: html-untyped."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        _, kind, name = self.path.split("/")
        ranged = self.headers.get("Range", "")
        self.server.asked.append((kind, name, ranged))
        content = self.server.contents.get(name, b"")
        getattr(self, kind.replace("-", "_"))(content, ranged)

    def begin(self, status, length, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def good(self, content, ranged, *, share=1.0):
        start = int(ranged.removeprefix("bytes=").removesuffix("-") or 0)
        if ranged and start >= len(content):
            return self.begin(416, 0, Content_Range=f"bytes */{len(content)}")
        rest = content[start:]
        place = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.begin(
            206 if ranged else 200, len(rest), **({"Content-Range": place} if ranged else {})
        )
        self.wfile.write(rest[: max(1, int(len(rest) * share))])
        if share < 1:
            self.close_connection = True

    def without_ranges(self, content, ranged):
        self.good(content, "")

    def drops(self, content, ranged):
        """Half of the rest each time, and all of it when little is left."""
        start = int(ranged.removeprefix("bytes=").removesuffix("-") or 0)
        self.good(content, ranged, share=0.5 if len(content) - start > 40 else 1.0)

    def stalls(self, content, ranged):
        self.begin(200, len(content))
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self.server.stalled.set()
        self.server.released.wait(30)
        self.close_connection = True

    def slow(self, content, ranged):
        time.sleep(0.3)
        self.good(content, ranged)

    def truncated(self, content, ranged):
        self.good(content[: len(content) // 2], "")

    def html(self, content, ranged):
        self.begin(200, len(PAGE), Content_Type="text/html; charset=utf-8")
        self.wfile.write(PAGE)

    def html_untyped(self, content, ranged):
        self.good(PAGE, "")

    def missing(self, content, ranged):
        self.begin(404, 0)

    def busy(self, content, ranged):
        self.begin(503, 0, Retry_After="86400")

    def wrong(self, content, ranged):
        plain = gzip.decompress(content)
        self.good(gzip.compress(plain[:-1] + bytes([plain[-1] ^ 1]), mtime=0), ranged)

    def bomb(self, content, ranged):
        self.good(gzip.compress(bytes(5_000_000)), ranged)

    def huge(self, content, ranged):
        self.begin(200, 10**12)

    def endless(self, content, ranged):
        self.begin(200, None, Connection="close")
        self.close_connection = True
        with contextlib.suppress(OSError):
            for _ in range(1000):
                self.wfile.write(bytes(10_000))

    def other_part(self, content, ranged):
        if not ranged:
            return self.good(content, "")
        self.begin(206, len(content), Content_Range=f"bytes 0-{len(content) - 1}/{len(content)}")
        self.wfile.write(content)

    def odd_length(self, content, ranged):
        self.begin(200, "many")
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.stalled, self.released = threading.Event(), threading.Event()
        self.contents = {}
        for name in ("cifar10", "mnist"):
            self.contents |= packed(name)

    def handle_error(self, request, client_address):
        pass  # a client that was killed

    def mirror(self, kind):
        return f"http://127.0.0.1:{self.server_port}/{kind}/"


@contextlib.contextmanager
def serving():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
