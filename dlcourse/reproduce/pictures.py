"""Pictures as a recipe wants them: chosen, made smaller, scaled, and augmented batch by batch."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse import data
from dlcourse.by_hand import random_crops, random_flips
from dlcourse.by_hand.box import Array
from dlcourse.data import Images, Split
from dlcourse.reproduce.recipes import Arm

VALID = 5000  # examples of the training sets that are kept for validation

FLAT = ("MLP", "Autoencoder", "PCA", "RBM", "GAN")  # nets that take vectors


@dataclass(frozen=True)
class Pictures:
    """Pictures of which `fit` asks for one batch after another, like an array.

    Attributes
    ----------
    x : array of shape (T, C, H, W)
        Grey levels in uint8.
    scale : callable
        Maps some of them to what the net sees.
    side : ByHand or InTorch
        Where the batches go.
    flat : bool
        Whether the net takes vectors.
    shift : int
        Each picture is moved by up to so many pixels.
    flip : bool
        Half of them are mirrored.
    rng : numpy.random.Generator, optional
        Source of shifts and mirrors.
    """

    x: Array
    scale: Callable[[Array], Array]
    side: Any
    flat: bool = False
    shift: int = 0
    flip: bool = False
    rng: np.random.Generator | None = None

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows: Any) -> Any:
        """Take the pictures of these rows, as the net sees them."""
        batch = self.scale(self.x[np.asarray(rows)])
        if self.shift:
            size = batch.shape[-1]
            batch = random_crops(batch, size=size, padding=self.shift, rng=self.rng)
        if self.flip:
            batch = random_flips(batch, rng=self.rng)
        return self.side.array(batch.reshape(len(batch), -1) if self.flat else batch)

    @property
    def dtype(self) -> Any:
        """The dtype of the batches."""
        return self.side.dtype

    def plain(self) -> "Pictures":
        """Take the same pictures without shifts and mirrors."""
        return replace(self, shift=0, flip=False)

    def with_noise(self, rng: np.random.Generator) -> "Pictures":
        """Take the same pictures with this source of shifts and mirrors."""
        return replace(self, rng=rng)

    def take(self, rows: Array) -> "Pictures":
        """Take some of the pictures."""
        return replace(self, x=self.x[rows])


def load(arm: Arm, *, seed: int, folder: Path | None = None) -> Any:
    """Load the data of an arm, with as many training examples as it uses, as small as it has them.

    Parameters
    ----------
    arm : Arm
    seed : int
        Source of the choice among the training examples.
    folder : Path, optional
        Of ImageNet, for an arm that needs it.

    Returns
    -------
    Images, or ImageNetFolder

    Raises
    ------
    MissingDataError
        When the data are not in the cache.
    ValueError
        When the folder is needed and not given.
    """
    if arm.data == "imagenet":
        if folder is None:
            raise ValueError("ImageNet cannot be passed on; name your own folder with --pictures")
        return data.imagenet_folder(folder)
    loaders = {
        "mnist": lambda: data.mnist(valid=VALID),
        "fashion-mnist": lambda: data.fashion_mnist(valid=VALID),
        "cifar10": lambda: data.cifar10(valid=VALID),
        "digits": digits,
    }
    images: Images = loaders[arm.data]()
    if arm.examples and arm.examples < len(images.train.y):
        images = replace(images, train=some(images.train, arm.examples, seed=seed))
    if arm.shrink > 1:
        train, valid, test = (
            Split(shrunk(x, arm.shrink), y) for x, y in (images.train, images.valid, images.test)
        )
        images = replace(images, train=train, valid=valid, test=test)
    return images


def described(images: Any) -> dict[str, Any]:
    """Describe data for a record: source, checksum and sizes."""
    if isinstance(images, Images):
        splits = {"training": images.train, "validation": images.valid, "test": images.test}
        source, checksum = images.source, images.checksum
    else:
        from dlcourse.reproduce.photographs import checksum as checksum_of

        splits = {"training": images.train, "validation": images.valid}
        source, checksum = f"a folder of {len(images.classes)} classes", checksum_of(images)
    sizes = {name: len(split.y) for name, split in splits.items()}
    return {"source": source, "checksum": checksum, **sizes}


def digits() -> Images:
    """Take scikit-learn's digits as pictures of 8 x 8 pixels."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    pictures = np.round(x * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)
    parts = data.stratified_split(y, (0.15, 0.25), rng=np.random.default_rng(0))
    valid, test, train = (Split(pictures[rows], y[rows].astype(np.int64)) for rows in parts)
    checksum = hashlib.sha256(pictures.tobytes() + bytes(y.astype(np.uint8))).hexdigest()
    classes = tuple("0123456789")
    return Images(train, valid, test, classes, "scikit-learn's digits", checksum)


def some(split: Split, n: int, *, seed: int) -> Split:
    """Choose n examples, with all classes in proportion."""
    rows, _ = data.held_out(split.y, n, rng=np.random.default_rng([seed, n]))
    return Split(split.x[rows], split.y[rows])


def shrunk(x: Array, side: int) -> Array:
    """Average squares of `side` x `side` pixels of pictures (T, C, H, W) in uint8."""
    t, c, h, w = x.shape
    small = np.empty((t, c, h // side, w // side), np.uint8)
    for start in range(0, t, 1000):
        block = x[start : start + 1000].reshape(-1, c, h // side, side, w // side, side)
        small[start : start + 1000] = np.round(block.mean(axis=(3, 5)))
    return small


def scaling(kind: str, images: Images) -> Callable[[Array], Array]:
    """Make the map from grey levels to what a net sees; it knows the training set alone.

    Raises
    ------
    ValueError
        When the kind is unknown.
    """
    if kind == "unit":
        return lambda x: x / np.float32(255)
    if kind == "binary":
        return lambda x: (x > 127).astype(np.float32)
    if kind == "channels":
        mean, std = images.mean_and_std()
    elif kind == "pixels":
        blocks = [images.train.x[i : i + 1000] for i in range(0, len(images.train.x), 1000)]
        mean = np.sum([b.sum(axis=0, dtype=np.int64) for b in blocks], axis=0) / len(images.train.x)
        square = sum(float(np.square(b - mean).sum()) for b in blocks)
        std = np.array(np.sqrt(square / images.train.x.size), np.float32)
    else:
        raise ValueError(f"scaling {kind!r} is none of channels, pixels, unit, binary")
    mean = mean.astype(np.float32)
    return lambda x: (x - mean) / std


def splits_of(arm: Arm, images: Images, side: Any) -> dict[str, tuple[Pictures, Array]]:
    """Give pictures and labels of "training", "validation" and "test" to the side of a net."""
    scale, flat = scaling(arm.scaling, images), arm.net in FLAT
    splits = {"training": images.train, "validation": images.valid, "test": images.test}
    return {
        name: (Pictures(x, scale, side, flat=flat, shift=arm.shift, flip=arm.flip), y)
        for name, (x, y) in splits.items()
    }
