"""A folder of pictures of many sizes, read with the slides' recipe."""

import numpy as np
import pytest
from PIL import Image

from dlcourse import by_hand, data
from dlcourse.data import imagenet

COLOURS = {"cat": (250, 10, 20), "dog": (30, 240, 40), "owl": (50, 60, 230)}


def picture(path, size, colour, mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).convert(mode).save(path)


@pytest.fixture
def folder(tmp_path):
    sizes = [(40, 30), (20, 50), (24, 24)]
    for part in ("train", "val"):
        for name, colour in COLOURS.items():
            for number, size in enumerate(sizes):
                picture(tmp_path / part / name / f"{number}.png", size, colour)
    (tmp_path / "train" / "cat" / "notes.txt").write_text("no picture")
    return tmp_path


MEAN = np.full((3, 16, 16), 100, np.float32)


def test_files_are_listed_and_not_opened(folder):
    (folder / "train" / "dog" / "9.JPEG").write_bytes(b"")
    images = data.imagenet_folder(folder)
    assert images.classes == ("cat", "dog", "owl")
    assert np.bincount(images.train.y).tolist() == [3, 4, 3]
    assert images.train.paths[4].parent.name == "dog"
    assert len(images.valid.paths) == 9


def test_training_sees_every_picture_once_in_random_order(folder):
    images = data.imagenet_folder(str(folder))
    batches = list(
        images.training_batches(mean=MEAN, batch=4, shorter=(18, 32), rng=np.random.default_rng(7))
    )
    assert [len(y) for _, y in batches] == [4, 4, 1]
    x, y = (np.concatenate(part) for part in zip(*batches, strict=True))
    assert x.shape == (9, 3, 16, 16)
    assert x.dtype == np.float32
    assert np.bincount(y).tolist() == [3, 3, 3]
    assert y.tolist() != sorted(y)
    for crop, label in zip(x, y, strict=True):
        colour = COLOURS[images.classes[label]]
        assert np.all(crop + MEAN == np.reshape(colour, (3, 1, 1)))


def test_the_same_seed_gives_the_same_views_and_another_one_others(folder):
    shades = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    Image.fromarray(shades).save(folder / "train" / "cat" / "0.png")
    images = data.imagenet_folder(folder)

    def views(seed):
        rng = np.random.default_rng(seed)
        batches = images.training_batches(mean=MEAN, batch=9, shorter=(18, 32), rng=rng)
        return next(batches).x

    assert np.array_equal(views(1), views(1))
    assert not np.array_equal(views(1), views(2))


def test_the_shorter_side_takes_every_length_between(folder, monkeypatch):
    lengths = []

    def noted(path, *, shorter):
        lengths.append(shorter)
        return np.zeros((3, 20, 20), np.float32)

    monkeypatch.setattr(imagenet, "read_picture", noted)
    images, rng = data.imagenet_folder(folder), np.random.default_rng(0)
    for _ in range(20):
        list(images.training_batches(mean=MEAN, shorter=(16, 19), rng=rng))
    assert set(lengths) == {16, 17, 18, 19}
    lengths.clear()
    list(images.training_batches(mean=MEAN, rng=rng))
    assert all(256 <= length <= 480 for length in lengths)


def test_about_half_of_the_pictures_are_mirrored_and_all_are_cropped(folder):
    shades = np.zeros((16, 32, 3), np.uint8)
    shades[:, :, 0] = np.arange(32)  # each column has its own red
    for path in (folder / "train").rglob("*.png"):
        Image.fromarray(shades).save(path)
    images, rng = data.imagenet_folder(folder), np.random.default_rng(0)
    first, last = [], []
    for _ in range(20):
        batch = next(images.training_batches(mean=MEAN, shorter=(16, 16), rng=rng))
        red = batch.x[:, 0, 0] + 100
        first += red[:, 0].tolist()
        last += red[:, -1].tolist()
    steps = np.subtract(last, first)
    assert set(steps) == {-15, 15}
    assert 0.4 < np.mean(steps < 0) < 0.6
    assert set(np.minimum(first, last)) == set(range(17))  # every place where a crop fits


@pytest.mark.parametrize(("size", "shape"), [((40, 20), (3, 10, 20)), ((21, 42), (3, 20, 10))])
def test_resizing_keeps_the_proportions(tmp_path, size, shape):
    picture(tmp_path / "a.png", size, (1, 2, 3))
    x = imagenet.read_picture(tmp_path / "a.png", shorter=10)
    assert x.shape == shape
    assert x[:, 0, 0].tolist() == [1, 2, 3]


def test_testing_gives_ten_views_in_order(folder):
    shades = np.random.default_rng(0).integers(0, 256, (24, 30, 3), np.uint8)
    Image.fromarray(shades).save(folder / "val" / "cat" / "0.png")
    images = data.imagenet_folder(folder)
    batches = list(images.ten_crop_batches(mean=MEAN, batch=4, shorter=24))
    assert [x.shape for x, _ in batches] == [(10, n, 3, 16, 16) for n in (4, 4, 1)]
    assert np.concatenate([y for _, y in batches]).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    whole = shades.transpose(2, 0, 1)[None].astype(np.float32)
    views = by_hand.ten_crops(whole, size=16)[:, 0]
    assert np.array_equal(batches[0].x[:, 0], views - MEAN)


def test_the_mean_picture_is_the_average_of_middles(folder):
    images = data.imagenet_folder(folder)
    mean = images.mean_picture(size=14, rng=np.random.default_rng(0))
    assert mean.shape == (3, 14, 14)
    assert mean.dtype == np.float32
    assert np.allclose(mean[:, 3, 3], np.mean(list(COLOURS.values()), axis=0), atol=1e-4)
    few = images.mean_picture(n=1, size=14, rng=np.random.default_rng(0))
    assert tuple(few[:, 0, 0]) in COLOURS.values()


@pytest.mark.parametrize(("mode", "ending"), [("L", "png"), ("CMYK", "jpg"), ("RGBA", "png")])
def test_grey_and_other_pictures_become_three_channels(tmp_path, mode, ending):
    picture(tmp_path / f"a.{ending}", (8, 8), (90, 90, 90), mode)
    x = imagenet.read_picture(tmp_path / f"a.{ending}", shorter=8)
    assert x.shape == (3, 8, 8)
    assert np.abs(x - 90).max() < 4


def damaged(path):
    content = path.read_bytes()
    return {"cut": content[: len(content) // 2], "page": b"<html>", "empty": b""}


@pytest.mark.parametrize("kind", ["cut", "page", "empty"])
def test_a_damaged_picture_is_named_when_it_is_reached(folder, kind):
    path = folder / "val" / "dog" / "1.png"
    path.write_bytes(damaged(path)[kind])
    batches = data.imagenet_folder(folder).ten_crop_batches(mean=MEAN, batch=1, shorter=24)
    assert len([next(batches) for _ in range(4)]) == 4
    with pytest.raises(data.DataError, match=r"dog.1\.png cannot be read as a picture"):
        next(batches)


def test_what_is_no_such_folder_is_refused(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*gone.train"):
        data.imagenet_folder(tmp_path / "gone")
    (folder / "val" / "bat").mkdir()
    with pytest.raises(data.DataError, match="has the class bat, which train does not have"):
        data.imagenet_folder(folder)
    (folder / "empty" / "train" / "cat").mkdir(parents=True)
    (folder / "empty" / "val").mkdir()
    with pytest.raises(data.DataError, match="there are no pictures"):
        data.imagenet_folder(folder / "empty")


def test_crops_that_do_not_fit_are_refused(folder):
    images, rng = data.imagenet_folder(folder), np.random.default_rng(0)
    with pytest.raises(ValueError, match="16 x 16 pixels does not fit"):
        list(images.training_batches(mean=MEAN, shorter=(10, 12), rng=rng))
