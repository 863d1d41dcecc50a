"""Taking data sets from folders and archives: good ones, damaged ones, and hostile ones."""

import contextlib
import gzip
import io
import os
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tiny_data
from command_line import dlcourse
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import CONTENTS, IDX_NAMES, RECORD_NAMES, packed, tar, write

from dlcourse import data
from dlcourse.data import archives, cache, catalogue, formats, local_copies


def take(path, *options):
    """Import by the command; give its exit code and what it says."""
    done = dlcourse("data", "import", str(path), *options)
    return done.exit_code, done.output


def files(folder):
    """Every file of a folder, and its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def zipped(members, **settings):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **settings) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def gz(contents):
    return {f"{name}.gz": gzip.compress(content) for name, content in contents.items()}


MNIST, CIFAR10 = CONTENTS["mnist"], CONTENTS["cifar10"]
DOTTED = {name.replace("-idx", ".idx"): content for name, content in MNIST.items()}
WAYS = {
    "plain": lambda path: write(path, MNIST),
    "gzip": lambda path: write(path, gz(MNIST)),
    "deeper": lambda path: write(path / "MNIST" / "raw", MNIST).parents[1],
    "dots": lambda path: write(path, DOTTED),
    "zip": lambda path: (
        write(path, {"a.zip": zipped({f"x/{k}": v for k, v in MNIST.items()})}) / "a.zip"
    ),
    "zip of gzip": lambda path: write(path, {"a": zipped(gz(MNIST))}) / "a",
    "tar": lambda path: write(path, {"a.tgz": tar(MNIST)}) / "a.tgz",
    "tar of gzip": lambda path: write(path, {"a.tar": gzip.decompress(tar(gz(MNIST)))}) / "a.tar",
}


@pytest.mark.parametrize("way", WAYS)
def test_files_are_taken_from_where_people_have_them(tiny, way):
    path = WAYS[way](tiny / "mine")
    before = files(tiny / "mine")
    code, output = take(path)
    assert (code, output.splitlines()) == (
        0,
        [f"mnist: MNIST, checksum {data.mnist(valid=0).checksum}"],
    )
    images = data.mnist(valid=0)
    assert tiny_data.idx(images.train.x[:, 0]) == MNIST[IDX_NAMES[0]]
    assert tiny_data.idx(images.test.y) == MNIST[IDX_NAMES[3]]
    assert files(tiny / "mine") == before
    assert sorted(p.name for p in (tiny / "cache").iterdir()) == ["lock", "mnist"]


def test_cifar_is_taken_from_its_archive_in_a_folder(tiny):
    code, output = take(write(tiny / "mine", packed("cifar10")))
    assert code == 0
    assert output.startswith("cifar10: CIFAR-10, checksum")


def test_one_folder_may_hold_them_all(tiny):
    for name, contents in CONTENTS.items():
        write(tiny / "mine" / name, contents)
    code, output = take(tiny / "mine")
    assert code == 0
    assert [line.split(":")[0] for line in output.splitlines()] == list(CONTENTS)
    assert data.fashion_mnist(valid=0).test.x.tobytes() in CONTENTS["fashion_mnist"][IDX_NAMES[2]]


def test_what_is_good_is_taken_and_what_is_not_is_named(tiny):
    write(tiny / "mine" / "mnist", MNIST)
    write(tiny / "mine" / "cifar", {**CIFAR10, "test_batch.bin": CIFAR10["test_batch.bin"][:-1]})
    code, output = take(tiny / "mine")
    assert code == 1
    assert "mnist: MNIST" in output
    assert "test_batch.bin is cut off: 149 bytes instead of 150; CIFAR-10 is not taken" in output


def test_the_same_again_changes_nothing(filled):
    before = files(filled / "cache")
    stamps = [path.stat().st_mtime_ns for path in (filled / "cache").rglob("*.json")]
    assert take(filled / "mnist")[0] == 0
    assert files(filled / "cache") == before
    assert [path.stat().st_mtime_ns for path in (filled / "cache").rglob("*.json")] == stamps


# ---- what is refused, and what is kept ------------------------------------------------


def changed(name, content, base=MNIST):
    return {**base, name: content}


LABELS, PICTURES = IDX_NAMES[3], IDX_NAMES[0]
BAD = {
    "truncated": (changed(LABELS, MNIST[LABELS][:-3]), "is cut off: 17 bytes instead of 20"),
    "too long": (changed(LABELS, MNIST[LABELS] + b"!"), "has more than the 20 bytes"),
    "other bytes": (changed(LABELS, MNIST[LABELS][:-1] + b"\0"), "is not that of MNIST, though"),
    "web page": (changed(LABELS, tiny_data.PAGE), "is a web page, not data"),
    "empty": (changed(LABELS, b""), "is cut off: 0 bytes instead of 20"),
    "one missing": ({k: v for k, v in MNIST.items() if k != LABELS}, f"lacks {LABELS}"),
    "cut gzip": (
        {f"{k}.gz": gzip.compress(v)[:-9] for k, v in MNIST.items()},
        "cut off or damaged",
    ),
    "bad gzip": (gz(MNIST) | {f"{LABELS}.gz": b"\x1f\x8b" + bytes(40)}, "cut off or damaged"),
    "bomb": (gz(changed(PICTURES, bytes(10**8))), "has more than the 616 bytes of the original"),
    "nothing": ({"readme.txt": b"hello"}, "there is no file of MNIST or Fashion-MNIST or CIFAR-10"),
}


@pytest.mark.parametrize("there", [False, True], ids=["first", "good copy there"])
@pytest.mark.parametrize("bad", BAD)
def test_bad_files_draw_a_sentence_and_the_good_copy_is_kept(tiny, bad, there):
    contents, words = BAD[bad]
    if there:
        assert take(write(tiny / "good", MNIST))[0] == 0
    before = files(tiny)
    code, output = take(write(tiny / "mine", contents))
    assert code == 1
    assert words in output
    assert output.startswith("dlcourse: ")
    assert output.count("\n") == 1
    after = files(tiny)
    assert {k: v for k, v in after.items() if not k.startswith("mine")} == before
    assert (dlcourse("data", "verify", "mnist").exit_code == 0) == there


def link(name, target, kind=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


HOSTILE = {
    "link": {**CIFAR10, "test_batch.bin": link("test_batch.bin", "/etc/passwd")},
    "hard link": {**CIFAR10, "test_batch.bin": link("test_batch.bin", "../x", tarfile.LNKTYPE)},
    "device": {**CIFAR10, "test_batch.bin": link("test_batch.bin", "", tarfile.CHRTYPE)},
    "fifo": {**CIFAR10, "test_batch.bin": link("test_batch.bin", "", tarfile.FIFOTYPE)},
    "folder": {**CIFAR10, "test_batch.bin": link("test_batch.bin", "", tarfile.DIRTYPE)},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_tar_members_that_are_no_plain_files_are_refused(tiny, kind):
    path = write(tiny / "mine", {"a.tar.gz": tar(HOSTILE[kind])}) / "a.tar.gz"
    code, output = take(path, "--copies", "mine")
    assert code == 1
    assert "test_batch.bin in" in output
    assert "is no plain file" in output


def test_members_that_point_elsewhere_write_nothing_there(tiny):
    aims = ("../../../out", "/tmp/dlcourse-out", "..\\..\\out", "C:\\out")
    members = {f"{aim}/{name}": content for aim in aims[:1] for name, content in CIFAR10.items()}
    members |= dict.fromkeys(aims, b"!")
    for name, content in (("a.tar.gz", tar(members)), ("a.zip", zipped(members))):
        before = files(tiny)
        assert take(write(tiny / "mine", {name: content}) / name)[0] == 0
        assert not Path("/tmp/dlcourse-out").exists()
        after = files(tiny)
        assert all(new.startswith(("cache/cifar10/", "mine/")) for new in after.keys() - before)


def test_a_tar_archive_without_an_end_is_not_read_to_its_end(tiny, monkeypatch):
    monkeypatch.setattr(archives, "MOST", 10**6)
    path = write(tiny / "mine", {"a.tar.gz": tar({"zeros": bytes(10**7), **CIFAR10})}) / "a.tar.gz"
    code, output = take(path)
    assert code == 1
    assert "unpacks to more than 1000000 bytes; it is not read further" in output


def test_a_tar_archive_that_is_cut_off_is_refused(tiny):
    whole = packed("cifar10")["cifar-10-binary.tar.gz"]
    for share in (0.3, 0.6, 0.95):
        path = write(tiny / "mine", {"a.tgz": whole[: int(len(whole) * share)]}) / "a.tgz"
        code, output = take(path)
        assert code == 1
        assert "a.tgz is cut off or damaged" in output or "no file" in output


def test_many_files_of_one_name_are_refused(tiny):
    members = {f"{n}/test_batch.bin": b"?" for n in range(9)}
    code, output = take(write(tiny / "mine", {"a.zip": zipped(members)}) / "a.zip")
    assert code == 1
    assert "more than 8 files that are called test_batch.bin" in output


def test_zip_members_that_are_links_or_encrypted_or_oddly_packed_are_refused(tiny):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in RECORD_NAMES[1:]:
            archive.writestr(name, CIFAR10[name])
        member = zipfile.ZipInfo(RECORD_NAMES[0])
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    code, output = take(write(tiny / "mine", {"a.zip": out.getvalue()}) / "a.zip")
    assert (code, "is no plain file" in output) == (1, True)
    locked = bytearray(zipped(CIFAR10))
    for place in (locked.find(b"PK\3\4") + 6, locked.find(b"PK\1\2") + 8):
        locked[place] |= 1  # the flag of encryption
    code, output = take(write(tiny / "mine", {"a.zip": bytes(locked)}) / "a.zip")
    assert (code, "is encrypted" in output) == (1, True)
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(RECORD_NAMES[0], CIFAR10[RECORD_NAMES[0]])
    code, output = take(write(tiny / "mine", {"a.zip": out.getvalue()}) / "a.zip")
    assert code == 1


STARTS = (b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", zipped(CIFAR10)[:60], tar(CIFAR10)[:60])


@given(st.sampled_from(STARTS), st.binary(max_size=60), st.sampled_from(["a", "a.zip", "a.tgz"]))
def test_garbage_is_no_archive(start, rest, name):
    wanted = dict.fromkeys((*IDX_NAMES, *RECORD_NAMES), 10**6)
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder, "into")
        into.mkdir()
        Path(folder, name).write_bytes(start + rest)
        with contextlib.suppress(data.DataError):
            assert all(f.problem for f in local_copies.copy_found(Path(folder, name), wanted, into))


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_archive_never_passes(draw):
    unpacked = gzip.decompress(tar(CIFAR10))  # no checksum of gzip finds what is wrong in it
    whole = draw.draw(st.sampled_from([tar(CIFAR10), unpacked, zipped(CIFAR10)]))
    content = bytearray(whole)
    for _ in range(draw.draw(st.integers(1, 3))):
        place = draw.draw(st.integers(-min(400, len(content)), min(600, len(content)) - 1))
        content[place] ^= draw.draw(st.integers(1, 255))
    name = "a.zip" if whole[:2] == b"PK" else "a.tar"
    tiny_set = tiny_data.declare(tiny_data.ORIGINALS["CIFAR10"], CIFAR10, "md5")
    wanted = {file.name: file.size for file in tiny_set.files}
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder, "into")
        into.mkdir()
        Path(folder, name).write_bytes(content)
        try:
            found = local_copies.copy_found(Path(folder, name), wanted, into)
        except data.DataError:
            return
        for chosen in local_copies.originals(tiny_set, found):
            assert chosen.path.read_bytes() == CIFAR10[chosen.name]


def test_oddities_of_headers_are_damage_and_no_crash(tiny):
    newer = bytearray(zipped(CIFAR10))
    newer[newer.find(b"PK\1\2") + 6] = 99  # a version of the format that is not there yet
    sparse = tarfile.TarInfo("test_batch.bin")
    sparse.pax_headers = {"GNU.sparse.map": "a,b", "GNU.sparse.size": "9"}
    for name, content in (("a.zip", bytes(newer)), ("a.tar", tar({"x": sparse}))):
        code, output = take(write(tiny / "mine", {name: content}) / name)
        assert code == 1
        assert f"{name} is cut off or damaged" in output


# ---- copies ---------------------------------------------------------------------------


def lossy(contents, seed=0):
    """Files of the same layout with other pixels."""
    rng = np.random.default_rng(seed)
    out = {}
    for name, content in contents.items():
        records = np.frombuffer(content, np.uint8).reshape(-1, 25).copy()
        records[:, 1:] ^= rng.integers(0, 4, records[:, 1:].shape, np.uint8)
        out[name] = records.tobytes()
    return out


def test_copies_are_taken_when_they_are_called_copies_and_stay_so(tiny):
    path = write(tiny / "mine", lossy(CIFAR10))
    code, output = take(path)
    assert code == 1
    assert "is not that of CIFAR-10, though its size is right" in output
    assert "--copies 'JPEG copies'" in output
    code, output = take(path, "--copies", "JPEG copies")
    assert (code, output.split(",")[:2]) == (0, ["cifar10: CIFAR-10", " JPEG copies"])
    assert data.cifar10(valid=0).source == "CIFAR-10, JPEG copies"
    assert data.cifar10(valid=3).standardized().source == "CIFAR-10, JPEG copies"
    done = dlcourse("data", "verify")
    assert done.output == "cifar10: CIFAR-10, JPEG copies, all files are as they came\n"
    assert "CIFAR-10, JPEG copies" in dlcourse("data", "list").output


def test_originals_replace_copies_and_not_the_other_way_round(tiny):
    copies = write(tiny / "copies", lossy(CIFAR10))
    take(copies, "--copies", "JPEG copies")
    take(write(tiny / "others", lossy(CIFAR10, 1)), "--copies", "PNG copies")
    assert data.cifar10(valid=0).source == "CIFAR-10, PNG copies"
    assert take(write(tiny / "good", CIFAR10), "--copies", "JPEG copies")[0] == 0
    assert data.cifar10(valid=0).source == "CIFAR-10"  # what they are, whatever they are called
    code, output = take(copies, "--copies", "JPEG copies")
    assert code == 1
    assert "the original CIFAR-10 is in" in output
    assert "is kept" in output
    assert data.cifar10(valid=0).source == "CIFAR-10"
    assert len(list((tiny / "cache" / "cifar10").iterdir())) == 2


def test_copies_have_the_right_layout(tiny):
    labels = bytearray(CIFAR10["test_batch.bin"])
    labels[25] = 3
    code, output = take(
        write(tiny / "mine", changed("test_batch.bin", labels, CIFAR10)), "--copies", "x"
    )
    assert code == 1
    assert "a label 3 is none of the 3 classes of CIFAR-10" in output
    code, output = take(
        write(tiny / "idx", changed(PICTURES, bytes(616))), "--copies", "x", "--name", "mnist"
    )
    assert code == 1
    assert "does not begin as an IDX file of bytes does" in output
    assert not list((tiny / "cache").rglob("*.json"))


def test_copies_that_may_be_two_data_sets_need_a_name(tiny):
    path = write(tiny / "mine", tiny_data.idx_contents(9))
    code, output = take(path, "--copies", "drawn anew")
    assert code == 1
    assert "may be MNIST or Fashion-MNIST; say which with --name" in output
    assert take(path, "--copies", "drawn anew", "--name", "fashion-mnist")[0] == 0
    assert data.fashion_mnist(valid=0).source == "Fashion-MNIST, drawn anew"


def test_two_different_files_of_one_name_are_no_copies(tiny):
    for number in (0, 1):
        write(tiny / "mine" / str(number), lossy(CIFAR10, number))
    code, output = take(tiny / "mine", "--copies", "x")
    assert code == 1
    assert "has several data_batch_1.bin; name the folder with the right ones" in output


@pytest.mark.parametrize("copies", [" ", "a\nb", "\x1b[2J", "x" * 61])
def test_the_kind_of_copies_is_a_few_words(tiny, copies):
    code, output = take(write(tiny / "mine", lossy(CIFAR10)), "--copies", copies)
    assert code == 2
    assert "--copies should be a few words" in output


# ---- the command on bad input ---------------------------------------------------------


def test_bad_usage_is_one_sentence_and_code_2(tiny):
    code, output = take(tiny / "gone")
    assert (code, output) == (
        2,
        f"dlcourse: {tiny / 'gone'} is no folder and no file; name one with the data.\n",
    )
    code, output = take(tiny, "--name", "imagenet")
    assert code == 2
    assert "no data set is called 'imagenet'" in output
    assert dlcourse("data").exit_code == 2
    assert dlcourse("data", "get").exit_code == 2


def test_an_empty_folder_a_fifo_and_one_file_are_refused(tiny):
    (tiny / "empty").mkdir()
    assert take(tiny / "empty")[0] == 1
    code, output = take(write(tiny / "one", {LABELS: MNIST[LABELS]}) / LABELS)
    assert code == 1
    assert f"lacks {PICTURES}, so it does not have" in output
    if hasattr(os, "mkfifo"):
        os.mkfifo(tiny / "fifo")
        code, output = take(tiny / "fifo")
        assert code == 2
        write(tiny / "with", MNIST)
        os.mkfifo(tiny / "with" / f"{PICTURES}.gz")
        assert take(tiny / "with")[0] == 0


def test_a_cache_that_cannot_be_written_is_a_sentence(tiny, monkeypatch):
    (tiny / "file").write_text("in the way")
    monkeypatch.setenv("DLCOURSE_DATA", str(tiny / "file"))
    code, output = take(write(tiny / "mine", MNIST))
    assert code == 1
    assert output.startswith(f"dlcourse: {tiny / 'file'} cannot be used: ")
    assert dlcourse("data", "list").exit_code == 0


def test_a_full_disk_keeps_the_good_copy(filled, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", str(filled / "cache"))

    assert take(write(filled / "bad", lossy(CIFAR10)), "--copies", "x")[0] == 1
    monkeypatch.setattr(local_copies, "copy_entry", full)
    code, output = take(filled / "mnist")
    assert (code, "No space left on device" in output) == (1, True)
    assert dlcourse("data", "verify").exit_code == 0


# ---- killed on the way ----------------------------------------------------------------


@pytest.mark.parametrize("step", ["rename", "write_whole", "rmtree"])
def test_a_process_that_ends_while_it_replaces_leaves_the_old_or_the_new(tiny, monkeypatch, step):
    take(write(tiny / "copies", lossy(CIFAR10)), "--copies", "JPEG copies")
    old = data.cifar10(valid=0).checksum

    def killed(*_, **__):
        raise KeyboardInterrupt

    owner = {"rename": Path, "write_whole": cache, "rmtree": cache.shutil}[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, killed)
        with pytest.raises(KeyboardInterrupt):
            local_copies.import_from(write(tiny / "good", CIFAR10), say=print)
    left = data.cifar10(valid=0)
    assert cache.verify(catalogue.CIFAR10)
    assert (left.checksum == old) == (step != "rmtree")
    assert take(tiny / "good")[0] == 0
    assert data.cifar10(valid=0).source == "CIFAR-10"
    assert not list((tiny / "cache").glob("unfinished-*"))


def test_what_a_killed_process_left_is_cleared(tiny):
    write(tiny / "cache" / "unfinished-abc" / "mnist", MNIST)
    assert take(write(tiny / "mine", MNIST))[0] == 0
    assert not (tiny / "cache" / "unfinished-abc").exists()


def test_nothing_here_unpickles():
    for path in Path(formats.__file__).parent.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "pickle" not in source.replace("unpickled", "")
        assert "extractall" not in source
        assert "np.load" not in source
