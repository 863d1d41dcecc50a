"""ImageNet for who has it: pictures in a folder for each class, read when they are needed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlcourse.by_hand.augmentation import random_crops, random_flips, subtract_mean, ten_crops
from dlcourse.by_hand.box import Array
from dlcourse.data.formats import DataError
from dlcourse.data.splits import Split

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS = {".jpeg", ".jpg", ".png"}


@dataclass(frozen=True)
class Pictures:
    """Files of pictures, and the labels of their folders; no file is opened before it is needed.

    Attributes
    ----------
    paths : tuple of Path
    y : array of int of shape (T,)
    """

    paths: tuple[Path, ...]
    y: Array


@dataclass(frozen=True)
class ImageNetFolder:
    """Pictures of many sizes for training and validation, in a folder for each class.

    Attributes
    ----------
    train, valid : Pictures
    classes : tuple of str
        Names of the folders, in the order of the labels.
    """

    train: Pictures
    valid: Pictures
    classes: tuple[str, ...]

    def mean_picture(self, *, n: int = 1000, size: int = 224, rng: np.random.Generator) -> Array:
        """Average the middle squares of n pictures of the training set.

        Parameters
        ----------
        n : int
            How many are drawn; all where there are fewer.
        size : int
            Height and width S of the square, in pixels; the shorter side is resized to 8 S / 7, as
            256 is to 224.
        rng : numpy.random.Generator

        Returns
        -------
        array of float32 of shape (3, S, S)
            From 0 to 255.
        """
        rows = rng.permutation(len(self.train.paths))[:n]
        total = np.zeros((3, size, size))
        for row in rows:
            x = read_picture(self.train.paths[row], shorter=math.ceil(size * 8 / 7))
            down, across = ((length - size) // 2 for length in x.shape[1:])
            total += x[:, down : down + size, across : across + size]
        return (total / len(rows)).astype(np.float32)

    def training_batches(
        self,
        *,
        mean: Array,
        batch: int = 256,
        shorter: tuple[int, int] = (256, 480),
        rng: np.random.Generator,
    ) -> Iterator[Split]:
        """Go through the training set once, in random order, each picture seen in another way.

        Parameters
        ----------
        mean : array of shape (3, S, S)
            What is subtracted: a mean picture.  Its size is that of the crops.
        batch : int
            Pictures in a batch N; the last one may have fewer.
        shorter : tuple of int
            The shorter side of each picture is resized to a random length between these, included.
        rng : numpy.random.Generator
            Source of the order, the lengths, the crops and the flips.

        Yields
        ------
        Split
            x (N, 3, S, S) in float32, and y (N,).

        Notes
        -----
        A random crop, mirrored in half of the cases, minus the mean.  The slides' shift of the
        colours is left out.  Slide rows RN20, RN22.
        """
        size = mean.shape[-1]
        for rows in blocks(rng.permutation(len(self.train.paths)), batch):
            views = []
            for row in rows:
                length = int(rng.integers(shorter[0], shorter[1] + 1))
                x = read_picture(self.train.paths[row], shorter=length)[None]
                views.append(random_flips(random_crops(x, size=size, rng=rng), rng=rng))
            yield Split(subtract_mean(np.concatenate(views), mean), self.train.y[rows])

    def ten_crop_batches(
        self, *, mean: Array, batch: int = 32, shorter: int = 256
    ) -> Iterator[Split]:
        """Go through the validation set in order, with ten views of each picture.

        Parameters
        ----------
        mean : array of shape (3, S, S)
            As for training.
        batch : int
            Pictures in a batch N; the last one may have fewer.
        shorter : int
            Length to which the shorter side is resized, in pixels.

        Yields
        ------
        Split
            x (10, N, 3, S, S) in float32, and y (N,): the answers for the ten are averaged.

        Notes
        -----
        Slide row RN23.
        """
        size = mean.shape[-1]
        for rows in blocks(np.arange(len(self.valid.paths)), batch):
            pictures = [read_picture(self.valid.paths[row], shorter=shorter) for row in rows]
            views = np.concatenate([ten_crops(x[None], size=size) for x in pictures], axis=1)
            yield Split(views - mean, self.valid.y[rows])


def imagenet_folder(path: str | Path) -> ImageNetFolder:
    """List the pictures of ImageNet, or of any other set that is kept in the same way.

    Parameters
    ----------
    path : str or Path
        A folder with the folders `train` and `val`, and in these a folder for each class.

    Returns
    -------
    ImageNetFolder
        Its methods read the pictures, with the slides' recipe for training and testing.

    Raises
    ------
    FileNotFoundError
        When `train` or `val` is missing.
    DataError
        When there are no pictures, or classes for validation that are not there for training.

    Notes
    -----
    ImageNet cannot be passed on; its owners give it to who agrees to their terms.  Slide row RN21.
    """
    folder = Path(path)
    for part in ("train", "val"):
        if not (folder / part).is_dir():
            raise FileNotFoundError(
                f"there is no folder {folder / part}; it should hold a folder of pictures for each "
                "class"
            )
    classes = class_folders(folder / "train")
    if unknown := set(class_folders(folder / "val")) - set(classes):
        raise DataError(f"{folder / 'val'} has the class {min(unknown)}, which train does not have")
    train, valid = (list_pictures(folder / part, classes) for part in ("train", "val"))
    return ImageNetFolder(train, valid, classes)


def class_folders(folder: Path) -> tuple[str, ...]:
    """List the folders of the classes."""
    return tuple(sorted(each.name for each in folder.iterdir() if each.is_dir()))


def list_pictures(folder: Path, classes: tuple[str, ...]) -> Pictures:
    """List the pictures of each class."""
    paths, y = [], []
    for label, name in enumerate(classes):
        if (folder / name).is_dir():
            found = sorted(p for p in (folder / name).iterdir() if p.suffix.lower() in ENDINGS)
            paths += found
            y += [label] * len(found)
    if not paths:
        raise DataError(f"there are no pictures (JPEG or PNG) in the folders of {folder}")
    return Pictures(tuple(paths), np.array(y))


def read_picture(path: Path, *, shorter: int) -> Array:
    """Read a picture, and resize it.

    Parameters
    ----------
    path : Path
    shorter : int
        Pixels that its shorter side gets.

    Returns
    -------
    array of float32 of shape (3, H, W)
        Red, green and blue from 0 to 255.

    Raises
    ------
    DataError
        When the file is damaged, or no picture.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            resized = resize(picture.convert("RGB"), shorter)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read as a picture ({error})") from error
    return np.asarray(resized, np.float32).transpose(2, 0, 1)


def resize(picture: "Image", shorter: int) -> "Image":
    """Resize a picture, keeping its proportions, so that its shorter side has a length."""
    from PIL.Image import Resampling

    width, height = picture.size
    scale = shorter / min(width, height)
    size = (max(shorter, round(width * scale)), max(shorter, round(height * scale)))
    return picture.resize(size, Resampling.BILINEAR)


def blocks(rows: Array, batch: int) -> Iterator[Array]:
    """Cut numbers of examples into batches."""
    for start in range(0, len(rows), batch):
        yield rows[start : start + batch]
