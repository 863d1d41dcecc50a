"""Photographs of many sizes, as the nets for ImageNet are trained and tested on them."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.by_hand import (
    average_answers,
    random_crops,
    random_flips,
    subtract_mean,
    top_k_error,
)
from dlcourse.by_hand.box import Array
from dlcourse.data.imagenet import ImageNetFolder, read_picture
from dlcourse.data.imagenet import Pictures as Files
from dlcourse.reproduce.learners import Classification, Measures, noise
from dlcourse.reproduce.places import as_numpy

READERS = 16  # threads that read photographs, which takes longer than a step on a GPU
SIZE = 224
SHORTER = (256, 480)  # pixels of the shorter side: from and to
COLOUR_SHIFT = 0.1  # standard deviation, as a part of the variance of each principal colour


@dataclass(frozen=True)
class Photographs:
    """Photographs of which `fit` asks for one batch after another, like an array.

    Attributes
    ----------
    files : Pictures
    mean : array of shape (3, S, S)
        The mean picture, from 0 to 255.
    colours : array of shape (3, 3)
        In each column a principal colour, as long as its variance.
    side : InTorch
        Where the batches go.
    rng : numpy.random.Generator, optional
        Source of sizes, crops, mirrors and colours.

    Notes
    -----
    Slide row RN22.
    """

    files: Files
    mean: Array
    colours: Array
    side: Any
    rng: np.random.Generator

    def __len__(self) -> int:
        return len(self.files.paths)

    def __getitem__(self, rows: Any) -> Any:
        """Read the photographs of these rows, each seen in a way of its own."""
        paths = [self.files.paths[int(row)] for row in np.asarray(rows)]
        with ThreadPoolExecutor(READERS) as pool:
            views = np.concatenate(list(pool.map(self.view, paths, self.rng.spawn(len(paths)))))
        return self.side.array(subtract_mean(views, self.mean) / np.float32(255))

    def view(self, path: Path, rng: np.random.Generator) -> Array:
        """Read one photograph (1, 3, S, S): of a random size, cut, mirrored, and tinted."""
        x = read_picture(path, shorter=int(rng.integers(SHORTER[0], SHORTER[1] + 1)))[None]
        x = random_flips(random_crops(x, size=SIZE, rng=rng), rng=rng)
        tint = self.colours @ rng.normal(scale=COLOUR_SHIFT, size=3)
        return x + (255 * tint).astype(np.float32)[:, None, None]

    @property
    def dtype(self) -> Any:
        """The dtype of the batches."""
        return self.side.dtype

    def with_noise(self, rng: np.random.Generator) -> "Photographs":
        """Take the same photographs with this source of views."""
        return replace(self, rng=rng)


class LargeClassification(Classification):
    """Learn labels of photographs of many sizes; tested on ten views of each.

    Notes
    -----
    Slide rows RN20, RN22, RN23.
    """

    images: ImageNetFolder

    def prepare(self, images: ImageNetFolder) -> dict[str, tuple[Any, Array]]:
        """Give the photographs for training to the side of the net."""
        self.images = images
        self.mean = images.mean_picture(size=SIZE, rng=noise(self.seed, 5))
        colours = principal_colours(images.train, rng=noise(self.seed, 6))
        train = Photographs(images.train, self.mean, colours, self.side, noise(self.seed, 7))
        return {"training": (train, images.train.y)}

    def results_of_splits(self) -> Measures:
        """Measure on ten views of each photograph: the errors of the best and of five guesses."""
        wrong, classes = np.zeros(2), self.arm.options["classes"]
        for views, y in self.images.ten_crop_batches(mean=self.mean):
            f = average_answers(np.stack([self.answer(view / np.float32(255)) for view in views]))
            wrong += [len(y) * top_k_error(f, y, k=k) for k in (1, min(5, classes))]
        best, five = 100 * wrong / len(self.images.valid.y)
        return {"validation error": best, "validation top-5 error": five}

    def answer(self, view: Array) -> Array:
        """Give the probabilities of the classes for one view of each photograph."""
        return as_numpy(self.lib.Softmax()(self.side.use(self.net, self.side.array(view))))


def principal_colours(files: Files, *, rng: np.random.Generator, n: int = 200) -> Array:
    """Find the directions in which the colours of pixels differ most, from n photographs.

    Returns
    -------
    array of shape (3, 3)
        In each column a direction in red, green and blue from 0 to 1, as long as the variance.
    """
    rows = rng.permutation(len(files.paths))[:n]
    pictures = [read_picture(files.paths[row], shorter=64).reshape(3, -1) / 255 for row in rows]
    variances, directions = np.linalg.eigh(np.cov(np.concatenate(pictures, axis=1)))
    return directions * variances


def checksum(images: ImageNetFolder) -> str:
    """Hash the names, sizes and labels of all files; to hash their bytes would take hours."""
    lines = (
        f"{path.parent.name}/{path.name} {path.stat().st_size} {label}"
        for part in (images.train, images.valid)
        for path, label in zip(part.paths, part.y, strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
