"""The data sets of pictures, as a learner loads them; tiny ones stand in for the real ones."""

import json
import tempfile
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import tiny_data
import torch
from command_line import dlcourse
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import data
from dlcourse.data import cache, catalogue, formats
from dlcourse.data.splits import held_out

LOADERS = {"mnist": data.mnist, "fashion_mnist": data.fashion_mnist, "cifar10": data.cifar10}
SHAPES = {"mnist": (1, 4, 5), "fashion_mnist": (1, 4, 5), "cifar10": (3, 2, 4)}


@pytest.mark.parametrize("name", LOADERS)
def test_pictures_come_in_three_splits(filled, name):
    images = LOADERS[name](valid=6)
    contents = list(tiny_data.CONTENTS[name].values())
    t = 24 if name != "cifar10" else 9
    for split, n in ((images.train, t), (images.valid, 6), (images.test, 12 if t == 24 else 6)):
        assert split.x.shape == (n, *SHAPES[name])
        assert split.x.dtype == np.uint8
        assert split.y.shape == (n,)
        assert split.y.dtype == np.int64
    assert np.bincount(images.valid.y).tolist() == [2, 2, 2]
    everything = b"".join(contents)
    assert all(x.tobytes() in everything for x in np.concatenate([images.train.x, images.valid.x]))
    together = np.concatenate([images.train.x, images.valid.x])
    assert len(np.unique(together, axis=0)) == t + 6
    assert images.classes == tiny_data.CLASSES
    assert images.source == catalogue.DATA_SETS[name].title


def test_a_picture_keeps_its_pixels_and_its_label(filled):
    images = data.cifar10(valid=0)
    record = tiny_data.CONTENTS["cifar10"]["data_batch_2.bin"][25 * 4 : 25 * 5]
    assert images.train.y[9 + 4] == record[0]
    assert images.train.x[9 + 4].tobytes() == record[1:]
    assert images.train.x[9 + 4, 2, 1, 3] == record[-1]  # blue, last row, last column
    images = data.mnist(valid=0)
    assert (
        images.train.x[7, 0, 1, 2]
        == tiny_data.CONTENTS["mnist"][tiny_data.IDX_NAMES[0]][16 + 7 * 20 + 1 * 5 + 2]
    )


def test_the_seed_chooses_what_is_held_out(filled):
    first, again, other = (data.mnist(valid=9, seed=seed).valid.x for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_validation_gives_an_empty_split_and_the_whole_training_set(filled):
    images = data.mnist(valid=0)
    assert images.valid.x.shape == (0, 1, 4, 5)
    assert images.valid.y.shape == (0,)
    assert np.array_equal(images.train.y, np.arange(30) % 3)


@pytest.mark.parametrize("valid", [-1, 30, 5000])
def test_validation_leaves_something_for_training(filled, valid):
    with pytest.raises(ValueError, match=f"{valid} examples cannot be held out of 30"):
        data.mnist(valid=valid)


def test_standardized_pictures_have_mean_0_and_std_1_of_each_channel(filled):
    images = data.cifar10(valid=3)
    mean, std = images.mean_and_std()
    assert np.allclose(mean[:, 0, 0], images.train.x.mean(axis=(0, 2, 3)), rtol=1e-6)
    assert np.allclose(std[:, 0, 0], images.train.x.std(axis=(0, 2, 3)), rtol=1e-6)
    scaled = images.standardized()
    assert scaled.train.x.dtype == scaled.valid.x.dtype == np.float32
    assert np.allclose(scaled.train.x.mean(axis=(0, 2, 3)), 0, atol=1e-6)
    assert np.allclose(scaled.train.x.std(axis=(0, 2, 3)), 1, atol=1e-6)
    assert np.allclose(scaled.test.x * std + mean, images.test.x, atol=1e-4)
    assert (scaled.source, scaled.checksum) == (images.source, images.checksum)


def test_a_constant_channel_is_not_divided_by_0():
    black = data.Split(np.zeros((4, 1, 2, 2), np.uint8), np.zeros(4, int))
    images = data.Images(black, black, black, ("a",), "none", "")
    assert np.array_equal(images.standardized().train.x, np.zeros((4, 1, 2, 2)))


def test_changes_stay_in_memory_and_torch_takes_the_arrays(filled):
    images = data.mnist(valid=0)
    torch.from_numpy(images.test.x)  # it would warn of an array that cannot be written
    images.test.x[:] = 0
    images.train.x[:] = 0
    assert data.mnist(valid=0).test.x.any()
    assert cache.verify(catalogue.MNIST)
    with pytest.raises(FrozenInstanceError):
        images.source = "mine"


def test_the_checksum_is_what_sha256sum_says_of_its_own_output(filled):
    lines = "".join(
        f"{cache.checksums(filled / 'mnist' / name)['sha256']}  {name}\n"
        for name in tiny_data.IDX_NAMES
    )
    (filled / "lines").write_text(lines, newline="\n")
    assert data.mnist(valid=0).checksum == cache.checksums(filled / "lines")["sha256"]


@pytest.mark.parametrize("name", LOADERS)
def test_what_is_missing_says_how_it_comes(tiny, name):
    with pytest.raises(
        FileNotFoundError, match=f"`dlcourse data get {name}` .needs a network"
    ) as e:
        LOADERS[name]()
    assert "`dlcourse data import FOLDER`" in str(e.value)
    assert not (tiny / "cache").exists()


def damage_record(text):
    path = next((cache.cache_folder() / "mnist").glob("record.json"))
    path.write_text(text)


RECORDS = [
    *("", "{", "[]", "3", "null", "\0\xff", '{"copies": 1}', '{"copies": ""}'),
    *('{"copies": "", "files": {}}', '{"copies": "", "files": ["a"]}', '{"a": 1, "files": {}}'),
    json.dumps({"copies": 7, "files": dict.fromkeys(tiny_data.IDX_NAMES, "aa")}),
    json.dumps({"copies": "", "files": dict.fromkeys(tiny_data.IDX_NAMES, "../..")}),
    json.dumps({"copies": "", "files": dict.fromkeys(tiny_data.IDX_NAMES, 7)}),
]


@pytest.mark.parametrize("text", RECORDS)
def test_a_damaged_record_is_a_clear_error_and_an_import_repairs_it(filled, text):
    damage_record(text)
    with pytest.raises(data.DataError, match="dlcourse data import FOLDER"):
        data.mnist(valid=6)
    assert dlcourse("data", "verify").exit_code == 1
    assert dlcourse("data", "list").exit_code == 0
    assert dlcourse("data", "import", str(filled / "mnist")).exit_code == 0
    assert data.mnist(valid=6).source == "MNIST"


def some_file(name="t10k-images-idx3-ubyte"):
    return next((cache.cache_folder() / "mnist").glob(f"*/{name}"))


def test_a_file_that_lacks_bytes_is_a_clear_error_and_an_import_repairs_it(filled):
    some_file().write_bytes(b"\0\0\x08\3")
    with pytest.raises(data.DataError, match="t10k-images-idx3-ubyte is damaged or missing"):
        data.mnist(valid=6)
    some_file().unlink()
    with pytest.raises(data.DataError, match="t10k-images-idx3-ubyte is damaged or missing"):
        data.mnist(valid=6)
    assert dlcourse("data", "import", str(filled / "mnist")).exit_code == 0
    assert data.mnist(valid=6).source == "MNIST"


def test_verify_finds_one_bit(filled):
    assert dlcourse("data", "verify").exit_code == 0
    path = some_file()
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    done = dlcourse("data", "verify")
    assert done.exit_code == 1
    assert "t10k-images-idx3-ubyte is not what it was when it came" in done.output
    assert "fashion_mnist: Fashion-MNIST, all files are the originals" in done.output
    assert dlcourse("data", "verify", "cifar10").exit_code == 0
    assert dlcourse("data", "import", str(filled / "mnist")).exit_code == 0
    assert dlcourse("data", "verify", "mnist").exit_code == 0


def test_a_forged_record_does_not_pass_for_the_original(filled):
    path = some_file()
    path.write_bytes(path.read_bytes()[:-1] + b"\7")
    record = cache.find_record(catalogue.MNIST)
    files = {**record.files, path.name: cache.checksums(path)["sha256"]}
    forged = cache.Record("", files)
    path.parent.rename(cache.files_folder(catalogue.MNIST, forged))
    damage_record(json.dumps({"copies": "", "files": files}))
    with pytest.raises(data.DataError, match="is not the original"):
        cache.verify(catalogue.MNIST)


# ---- the formats ----------------------------------------------------------------------


def read_bytes(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some-idx3-ubyte")
        path.write_bytes(content)
        return np.array(formats.read_idx(path))


@given(st.sampled_from([b"", b"\0\0\x08", b"\0\0\x08\1\0\0\0", b"\x1f\x8b"]), st.binary(max_size=9))
def test_garbage_is_read_as_what_it_says_or_refused(start, rest):
    content = start + rest
    try:
        found = read_bytes(content)
    except data.DataError:
        return
    assert tiny_data.idx(found) == content


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4), st.integers(-3, 3))
def test_an_idx_file_is_read_if_its_lengths_are_right(lengths, more):
    n = int(np.prod(lengths))
    content = tiny_data.idx(np.arange(n).reshape(lengths))
    content = content[: len(content) + more] if more < 0 else content + bytes(more)
    if more or not n:
        with pytest.raises(data.DataError):
            read_bytes(content)
    else:
        assert np.array_equal(read_bytes(content), np.arange(n).reshape(lengths))


@given(st.binary(max_size=80))
def test_records_are_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data_batch_1.bin")
        path.write_bytes(content)
        if content and len(content) % 25 == 0:
            x, y = formats.read_records(path, (3, 2, 4))
            assert x.shape == (len(y), 3, 2, 4)
            assert (y[0], x[0, 0, 0, 0]) == (content[0], content[1])
            del x, y
        else:
            with pytest.raises(data.DataError, match="not a multiple of the 25 of a record"):
                formats.read_records(path, (3, 2, 4))


def test_labels_and_shapes_are_checked():
    x, y = np.zeros((3, 1, 28, 28), np.uint8), np.zeros(3, np.uint8)
    formats.check(catalogue.MNIST, x, y)
    with pytest.raises(data.DataError, match="label 10 is none of the 10 classes of MNIST"):
        formats.check(catalogue.MNIST, x, y + np.uint8(10))
    for wrong in ((x[:2], y), (x[..., 1:], y), (x[:, :0], y), (x, x)):
        with pytest.raises(data.DataError, match="are not those of MNIST"):
            formats.check(catalogue.MNIST, *wrong)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.data(), st.integers(0, 99))
def test_what_is_held_out_has_the_proportions_of_all(labels, draw, seed):
    y = np.array(labels)
    n = draw.draw(st.integers(0, len(y) - 1))
    chosen, others = held_out(y, n, rng=np.random.default_rng(seed))
    assert len(chosen) == n
    assert np.array_equal(np.sort(np.concatenate([chosen, others])), np.arange(len(y)))
    share = np.bincount(y[chosen], minlength=5) - n * np.bincount(y, minlength=5) / len(y)
    assert np.abs(share).max() < 1


def test_the_catalogue_is_whole():
    for name, data_set in catalogue.DATA_SETS.items():
        assert data_set.name == name
        assert catalogue.find(data_set.title) is data_set
        assert [n for d in data_set.downloads for n in d.files] == [f.name for f in data_set.files]
        assert all(mirror.endswith("/") for mirror in data_set.mirrors)
        lengths = {"sha256": 64, "md5": 32}
        for digest in [f.digest for f in data_set.files] + [d.digest for d in data_set.downloads]:
            kind, _, value = digest.partition(":")
            assert not digest or len(value) == lengths[kind]
        if data_set.layout == "records":
            assert {f.size for f in data_set.files} == {10_000 * 3073}
            assert all(d.digest.startswith("sha256:") for d in data_set.downloads)
        assert len(data_set.classes) == 10


@pytest.mark.parametrize(
    ("name", "words"),
    [("mnits", "perhaps mnist is meant"), ("x", "there are mnist, fashion_mnist")],
)
def test_an_unknown_name_draws_a_near_one(name, words):
    for command in ("get", "verify"):
        done = dlcourse("data", command, name)
        assert done.exit_code == 2
        assert f"no data set is called {name!r}" in done.output
        assert words in done.output


def test_the_folder_is_the_users_choice_or_the_platforms(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert cache.cache_folder() == tmp_path
    monkeypatch.setenv("DLCOURSE_DATA", "~/mine")
    assert cache.cache_folder() == Path.home() / "mine"
    monkeypatch.delenv("DLCOURSE_DATA")
    assert "dlcourse" in str(cache.cache_folder())
