"""Gaussian processes: a belief about a function, and where to look for a higher value."""

import math

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.by_hand.box import Array, Box, on_floats
from dlcourse.by_hand.numbers import check_digits, check_sizes


@on_floats
def squared_exponential(
    a: Array, b: Array, *, length_scale: ArrayLike, variance: ArrayLike = 1.0
) -> Array:
    """Compute how alike a smooth function is at two sets of points.

    Parameters
    ----------
    a : array of shape (N, D)
    b : array of shape (M, D)
    length_scale : array of shape (D,)
        How far to go along each axis until the function has changed, in units of a.
    variance : float
        Of the function at each point.

    Returns
    -------
    array of shape (N, M)
        variance * exp(-1/2 sum over axes of ((a - b) / length_scale)^2): the covariances.

    Raises
    ------
    ValueError
        When a and b differ in their number of columns.

    Notes
    -----
    Slide row R17.
    """
    check_columns(a.shape[-1], b.shape[-1])
    away = (a[:, None] - b) / length_scale  # (N, M, D)
    return variance * np.exp(-0.5 * (away**2).sum(axis=-1))


class GaussianProcess(Box):
    """Compute how surprising values are to a Gaussian process: -log p(y | x).

    Parameters
    ----------
    in_features : int
        Number D of axes.
    length_scale, variance, noise : float
        How far the function stays alike, its variance, and that of what is added to each value.
        All above 0.

    Attributes
    ----------
    params["log_length_scale"] : array of shape (D,)
        One for each axis: where the values do not depend on an axis, training makes it long.
    params["log_variance"], params["log_noise"] : arrays of shape ()
        The logarithms are trained, so that the numbers stay positive.

    Raises
    ------
    ValueError
        When a number is not above 0 or there is no axis; from `fprop`, when there are not as many
        x as y, or in float16.

    Notes
    -----
    With K = kernel(x, x) + noise I and alpha = K^-1 y, the value is
    1/2 y^T alpha + 1/2 log det K + T/2 log(2 pi).  Its gradient at K is
    1/2 (K^-1 - alpha alpha^T).  Slide row R17.
    """

    def __init__(
        self,
        in_features: int,
        *,
        length_scale: float = 0.3,
        variance: float = 1.0,
        noise: float = 0.01,
    ) -> None:
        super().__init__()
        check_sizes(axes=in_features)
        check_positive(length_scale=length_scale, variance=variance, noise=noise)
        self.set_params(
            log_length_scale=np.full(in_features, np.log(length_scale)),
            log_variance=np.array(np.log(variance)),
            log_noise=np.array(np.log(noise)),
        )

    def kernel(self, a: Array, b: Array) -> Array:
        """Compute the covariances (N, M) of the function at a (N, D) and b (M, D)."""
        length_scale, variance = (
            np.exp(self.params[name]) for name in ("log_length_scale", "log_variance")
        )
        return squared_exponential(a, b, length_scale=length_scale, variance=variance)

    def precision(self, x: Array) -> tuple[Array, Array]:
        """Give K^-1 (T, T), and L^-1 where K = L L^T by Cholesky."""
        check_digits(x.dtype, "linear algebra")
        noise = np.exp(self.params["log_noise"])
        factor = np.linalg.cholesky(self.kernel(x, x) + noise * np.eye(len(x), dtype=x.dtype))
        inverse = np.linalg.inv(factor)
        return inverse.T @ inverse, inverse

    def fprop(self, x: Array, y: Array) -> Array:
        """Map points x (T, D) and values y (T,) to one number, in nats."""
        check_pairs(len(x), len(y))
        precision, inverse = self.precision(x)
        alpha = precision @ y
        self.saved = x, precision, alpha
        log_det = -2 * np.log(np.diag(inverse)).sum()
        return np.asarray((y @ alpha + log_det + len(y) * math.log(2 * math.pi)) / 2)

    def bprop(self, dl: Array) -> tuple[None, None]:
        """Add the gradient at the three logarithms to `grads`; x and y are not trained."""
        x, precision, alpha = self.saved
        dk = dl * (precision - np.outer(alpha, alpha)) / 2  # (T, T)
        through = dk * self.kernel(x, x)
        squares = ((x[:, None] - x) / np.exp(self.params["log_length_scale"])) ** 2
        self.grads["log_length_scale"] += np.einsum("st,std->d", through, squares)
        self.grads["log_variance"] += through.sum()
        self.grads["log_noise"] += np.trace(dk) * np.exp(self.params["log_noise"])
        return None, None


@on_floats
def posterior(process: GaussianProcess, x: Array, y: Array, points: Array) -> tuple[Array, Array]:
    """Tell what a Gaussian process believes at some points, after it has seen values at others.

    Parameters
    ----------
    process : GaussianProcess
    x : array of shape (T, D)
        Where values were seen; T may be 0.
    y : array of shape (T,)
        The values, with their noise.
    points : array of shape (M, D)

    Returns
    -------
    mean, std : arrays of shape (M,)
        Of the function at the points, without noise.

    Raises
    ------
    ValueError
        When there are not as many x as y, the points have other axes, or in float16.

    Notes
    -----
    With k = kernel(points, x):  mean = k K^-1 y,  variance = kernel(p, p) - k K^-1 k^T.
    Slide row R17.
    """
    check_pairs(len(x), len(y))
    k = process.kernel(points, x)  # (M, T)
    precision, inverse = process.precision(x)
    mean = k @ (precision @ y)
    variance = np.exp(process.params["log_variance"]) - ((k @ inverse.T) ** 2).sum(axis=1)
    return mean, np.sqrt(np.maximum(variance, 0))  # rounding may leave it just below 0


class ExpectedImprovement(Box):
    """Average by how much a Gaussian belief will turn out above the best value so far.

    Parameters
    ----------
    best : float
        The best value so far; higher is better.

    Notes
    -----
    With z = (mean - best) / std, and phi and Phi the density and the distribution function of
    the standard normal, it is (mean - best) Phi(z) + std phi(z).  Its gradient is Phi(z) at the
    mean, and phi(z) at the std: both are never negative, so hope and doubt both count.
    Slide row R17.
    """

    def __init__(self, best: float) -> None:
        super().__init__()
        self.best = best

    def fprop(self, mean: Array, std: Array) -> Array:
        """Map means (M,) and standard deviations (M,) from 0 up to improvements (M,)."""
        gain = mean - self.best
        z = gain / np.maximum(std, SMALLEST_STD)
        density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        below = (0.5 * (1 + erf(z / math.sqrt(2)))).astype(z.dtype)
        self.saved = density, below
        return gain * below + std * density

    def bprop(self, dy: Array) -> tuple[Array, Array]:
        """Map the gradient at the improvements (M,) to those at the means and deviations."""
        density, below = self.saved
        return dy * below, dy * density


SMALLEST_STD = 1e-12  # stands for 0 where it is divided by
erf = np.vectorize(math.erf, otypes=[float])


def check_columns(found: int, expected: int) -> None:
    """Refuse points that have other axes."""
    if found != expected:
        raise ValueError(f"points with {found} and with {expected} columns cannot be compared")


def check_pairs(points: int, values: int) -> None:
    """Refuse points without values, or values without points."""
    if points != values:
        raise ValueError(f"{points} points have {values} values: each needs one")


def check_positive(**numbers: float) -> None:
    """Refuse a number that has no logarithm."""
    for name, number in numbers.items():
        if not number > 0:
            raise ValueError(f"{name} {number} should be above 0")
