"""Principal components: the few directions in which examples differ most."""

import numpy as np

from dlcourse.by_hand.box import Array, as_floats
from dlcourse.by_hand.estimators import estimate_moments
from dlcourse.by_hand.numbers import check_digits, check_finite


class PCA:
    """Describe examples by how far they lie along the few directions of largest variance.

    Parameters
    ----------
    x : array of shape (T, D)
        Examples.
    components : int
        Number K of directions, at most D, and fewer than T.

    Attributes
    ----------
    mean : array of shape (D,)
        Of the examples.
    directions : array of shape (K, D)
        Of length 1, at right angles, from the largest variance down.  The entry of each that is
        farthest from 0 is positive.
    variances : array of shape (K,)
        Of the examples along each direction.

    Raises
    ------
    ValueError
        When there are not that many directions, or an example is not finite or in float16.

    Notes
    -----
    The directions are eigenvectors of the covariance.  No linear code of K numbers has a smaller
    squared error.  Slide row U03.
    """

    def __init__(self, x: Array, components: int) -> None:
        x = as_floats(x)
        check_components(components, *x.shape)
        check_digits(x.dtype, "linear algebra")
        check_finite("examples", bool(np.isfinite(x).all()))
        self.mean, _, covariance = estimate_moments(x)
        variances, columns = np.linalg.eigh(covariance)  # from the smallest up
        self.variances = variances[::-1][:components]
        directions = columns.T[::-1][:components]
        farthest = np.abs(directions).argmax(axis=1)
        signs = np.sign(directions[np.arange(components), farthest])
        self.directions = signs[:, None] * directions

    def encode(self, x: Array) -> Array:
        """Map examples (N, D) to codes (N, K)."""
        return (x - self.mean) @ self.directions.T

    def decode(self, code: Array) -> Array:
        """Map codes (N, K) to examples (N, D)."""
        return self.mean + code @ self.directions


def check_components(components: int, examples: int, columns: int) -> None:
    """Refuse more directions than the examples span."""
    most = min(columns, examples - 1)
    if not 1 <= components <= most:
        raise ValueError(
            f"{components} components of {examples} examples in {columns} columns: "
            f"at most {most} are possible, and 1 at least"
        )
