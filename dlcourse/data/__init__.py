"""Data: real pictures and scikit-learn's digits, split and ready, and small sets made from a seed.

`digits()` and the sets made from a seed are there at once.  `mnist()`, `fashion_mnist()` and
`cifar10()` read files that `dlcourse data get` or `dlcourse data import` has put into a cache, in
DLCOURSE_DATA or the platform's folder; `imagenet_folder(path)` reads the pictures of who has them.
"""

from dlcourse.data.cache import MissingDataError
from dlcourse.data.digits import Digits, digits
from dlcourse.data.formats import DataError
from dlcourse.data.imagenet import ImageNetFolder, imagenet_folder
from dlcourse.data.images import Images, cifar10, fashion_mnist, mnist
from dlcourse.data.splits import Split, held_out, stratified_split, subset, with_label_noise
from dlcourse.data.synthetic import (
    bars_and_stripes,
    blobs,
    circles,
    curve,
    moons,
    spirals,
    xor,
)

__all__ = [
    "DataError",
    "Digits",
    "ImageNetFolder",
    "Images",
    "MissingDataError",
    "Split",
    "bars_and_stripes",
    "blobs",
    "cifar10",
    "circles",
    "curve",
    "digits",
    "fashion_mnist",
    "held_out",
    "imagenet_folder",
    "mnist",
    "moons",
    "spirals",
    "stratified_split",
    "subset",
    "with_label_noise",
    "xor",
]
