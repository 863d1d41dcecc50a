"""The digits that come with scikit-learn: real, small, and there without a network."""

from dataclasses import dataclass

import numpy as np
from sklearn import datasets

from dlcourse.by_hand.box import Array
from dlcourse.data.splits import Split, stratified_split


@dataclass(frozen=True)
class Digits:
    """Handwritten digits, 8 x 8 pixels: three disjoint splits with all classes in proportion.

    Attributes
    ----------
    train, valid, test : Split
        Standardized pixels (T, 64) in float64, and labels (T,) from 0 to 9.
    mean, std : array of shape (64,)
        Of each pixel over the training set; the std of a constant pixel is given as 1.
    """

    train: Split
    valid: Split
    test: Split
    mean: Array
    std: Array

    def pictures(self, x: Array) -> Array:
        """Turn standardized pixels x (T, 64) back into grey levels (T, 8, 8) from 0 to 1."""
        return (x * self.std + self.mean).reshape(-1, 8, 8) / 16


def digits(*, seed: int = 0, valid: float = 0.15, test: float = 0.25) -> Digits:
    """Load the 1797 digits that come with scikit-learn, split and standardized.

    Parameters
    ----------
    seed : int
        Source of the splits.
    valid, test : float
        Fractions of each class for validation and for testing.

    Returns
    -------
    Digits

    Raises
    ------
    ValueError
        When the fractions leave nothing for training.

    Notes
    -----
    The mean and the std come from the training set alone: the other two play the part of
    data not yet seen.  Slide row E01.

    Examples
    --------
    >>> from dlcourse import data
    >>> x, y = data.digits().train
    >>> x.shape, y.shape
    ((1078, 64), (1078,))
    """
    x, y = datasets.load_digits(return_X_y=True)
    parts = stratified_split(y, (valid, test), rng=np.random.default_rng(seed))
    rows_valid, rows_test, rows_train = parts
    mean, std = x[rows_train].mean(axis=0), x[rows_train].std(axis=0)
    std = np.where(std > 0, std, 1)
    train, valid_split, test_split = (
        Split((x[rows] - mean) / std, y[rows]) for rows in (rows_train, rows_valid, rows_test)
    )
    return Digits(train, valid_split, test_split, mean, std)
