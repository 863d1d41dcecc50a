"""The data sets that the course can use, and how their files are known again.

What their authors publish are checksums of archives, often MD5 alone.  Declared here are those of
the uncompressed files, since an archive can be packed anew: SHA-256 for MNIST and Fashion-MNIST.
For the files of CIFAR-10 only MD5 sums are known, which reveal accidents but not forgery; its
archive, as its authors offer it, has a SHA-256.
"""

import difflib
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class File:
    """One uncompressed file of a data set.

    Attributes
    ----------
    name : str
    size : int
        In bytes.
    digest : str
        Such as "sha256:ba89..." or "md5:5dd7...".
    """

    name: str
    size: int
    digest: str


@dataclass(frozen=True)
class Download:
    """What a mirror offers: a compressed file, or an archive of several.

    Attributes
    ----------
    name : str
        Of the compressed file.
    files : tuple of str
        What is in it.
    digest : str
        Of the compressed file; empty where the files themselves have a SHA-256.
    """

    name: str
    files: tuple[str, ...]
    digest: str = ""


@dataclass(frozen=True)
class DataSet:
    """A data set of pictures: its files, their layout, and where they can be had.

    Attributes
    ----------
    name, title : str
        As one types it and as one reads it: "cifar10", "CIFAR-10".
    layout : str
        "idx": four files, training images and labels, then those of the test; "records": files of a
        label byte and a picture each, the last of them for testing.
    shape : tuple of int
        Channels, height and width of a picture.
    classes : tuple of str
    files : tuple of File
    downloads : tuple of Download
    mirrors : tuple of str
        Addresses to which the name of a download is added; tried in this order.
    """

    name: str
    title: str
    layout: Literal["idx", "records"]
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    files: tuple[File, ...]
    downloads: tuple[Download, ...]
    mirrors: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def idx_files(digests: tuple[str, str, str, str]) -> tuple[File, ...]:
    """List the four files that MNIST and Fashion-MNIST have alike."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    sizes = (47_040_016, 60_008, 7_840_016, 10_008)
    return tuple(
        File(f"{name}-ubyte", size, f"sha256:{digest}")
        for name, size, digest in zip(names, sizes, digests, strict=True)
    )


def one_by_one(files: tuple[File, ...]) -> tuple[Download, ...]:
    """Offer each file as a gzip file of its own."""
    return tuple(Download(f"{file.name}.gz", (file.name,)) for file in files)


MNIST_FILES = idx_files(
    (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    )
)
FASHION_MNIST_FILES = idx_files(
    (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    )
)
CIFAR10_FILES = tuple(
    File(f"{name}.bin", 30_730_000, f"md5:{digest}")
    for name, digest in {
        "data_batch_1": "5dd7e06a14cb22eb9f671a540d1b7c25",
        "data_batch_2": "5ea93a67294ea407fff1d09f752e9692",
        "data_batch_3": "942cd6a4bcdd0dd3c604fbe906cb4421",
        "data_batch_4": "ae636b3ba5c66a11e91e8cb52e771fcb",
        "data_batch_5": "53f37980c15c3d472c316c40844f3f0d",
        "test_batch": "803d5f7f4d78ea53de84dbe85f74fb6d",
    }.items()
)

MNIST = DataSet(
    "mnist",
    "MNIST",
    "idx",
    (1, 28, 28),
    tuple("0123456789"),
    MNIST_FILES,
    one_by_one(MNIST_FILES),
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
FASHION_MNIST = DataSet(
    "fashion_mnist",
    "Fashion-MNIST",
    "idx",
    (1, 28, 28),
    (
        *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    ),
    FASHION_MNIST_FILES,
    one_by_one(FASHION_MNIST_FILES),
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
)
CIFAR10 = DataSet(
    "cifar10",
    "CIFAR-10",
    "records",
    (3, 32, 32),
    (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    CIFAR10_FILES,
    (
        Download(
            "cifar-10-binary.tar.gz",
            tuple(file.name for file in CIFAR10_FILES),
            "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"),
)
DATA_SETS = {data_set.name: data_set for data_set in (MNIST, FASHION_MNIST, CIFAR10)}


def find(name: str) -> DataSet:
    """Find a data set by its name.

    Parameters
    ----------
    name : str
        Such as "mnist" or "Fashion-MNIST".

    Returns
    -------
    DataSet

    Raises
    ------
    ValueError
        When there is none; the message names what is near.
    """
    key = name.lower().replace("-", "_")
    for data_set in DATA_SETS.values():
        if key in (data_set.name, data_set.title.lower().replace("-", "_")):
            return data_set
    near = difflib.get_close_matches(key, DATA_SETS, n=1)
    advice = f"perhaps {near[0]} is meant" if near else f"there are {', '.join(DATA_SETS)}"
    raise ValueError(f"no data set is called {name!r}; {advice}")
