"""Estimators: what a sample tells about where it came from."""

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.numbers import check_digits


def estimate_moments(x: Array) -> tuple[Array, Array, Array]:
    """Estimate the mean, the variance and the covariance of the source of some examples.

    Parameters
    ----------
    x : array of shape (T, D)
        One example in each row.

    Returns
    -------
    mean : array of shape (D,)
        1/T sum of x.
    variance : array of shape (D,)
        1/(T-1) sum of (x - mean)^2.  Over T it would come out too small by (T-1)/T on
        average: the mean was fitted to the same examples.
    covariance : array of shape (D, D)
        1/(T-1) sum of (x - mean)(x - mean)^T; its diagonal is the variance.

    Raises
    ------
    ValueError
        When there are fewer than two examples, or they are float16.

    Notes
    -----
    Slide row R08.
    """
    if len(x) < 2:
        raise ValueError(f"{len(x)} examples have no variance: two are needed")
    check_digits(x.dtype, "sums of squares")
    mean = x.sum(axis=0) / len(x)
    away = x - mean
    variance = (away**2).sum(axis=0) / (len(x) - 1)
    covariance = away.T @ away / (len(x) - 1)
    return mean, variance, covariance
