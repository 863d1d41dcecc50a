"""The game of a generator against the best discriminator, in closed form."""

import numpy as np

from dlcourse.by_hand.box import Array, on_floats


@on_floats
def optimal_discriminator(p_data: Array, p_model: Array) -> Array:
    """Tell what the best discriminator says of each x: D(x) = p_data / (p_data + p_model).

    Parameters
    ----------
    p_data, p_model : arrays of one shape
        Probabilities, or densities, of each x.

    Returns
    -------
    array of the same shape
        Between 0 and 1; 1/2 where nothing ever comes.

    Raises
    ------
    ValueError
        When the shapes differ.

    Notes
    -----
    Slide row U05.
    """
    check_alike(p_data.shape, p_model.shape)
    total = p_data + p_model
    return np.where(total == 0, 0.5, p_data / np.where(total == 0, 1, total)).astype(p_data.dtype)


@on_floats
def game_value(p_data: Array, p_model: Array, d: Array) -> Array:
    """Average what a discriminator gains: sum of p_data log D + p_model log(1 - D).

    Parameters
    ----------
    p_data, p_model : arrays of shape (S,)
        Probabilities of each x.
    d : array of shape (S,)
        What the discriminator says of each x, between 0 and 1.

    Returns
    -------
    array of shape ()
        In nats, at most 0; minus infinity when it is sure and wrong.

    Raises
    ------
    ValueError
        When the shapes differ.

    Notes
    -----
    The best discriminator gains -log 4 + 2 JS, with the divergence of `jensen_shannon`: never
    below -log 4, and just that when the model is the data.  Slide row U05.
    """
    check_alike(p_data.shape, p_model.shape)
    check_alike(p_data.shape, d.shape)
    return (times_log(p_data, d) + times_log(p_model, 1 - d)).sum()


@on_floats
def jensen_shannon(p: Array, q: Array) -> Array:
    """Measure how far two distributions are from their average m: (KL(p, m) + KL(q, m)) / 2.

    Parameters
    ----------
    p, q : arrays of shape (S,)
        Probabilities.

    Returns
    -------
    array of shape ()
        From 0 where they are equal to log 2 where they share nothing, in nats.

    Raises
    ------
    ValueError
        When the shapes differ.

    Notes
    -----
    Slide row U05.
    """
    check_alike(p.shape, q.shape)
    m = (p + q) / 2
    entropy_of_m, entropies = -times_log(m, m), -(times_log(p, p) + times_log(q, q)) / 2
    return (entropy_of_m - entropies).sum()


def times_log(p: Array, d: Array) -> Array:
    """Compute p log d, which is 0 where p is 0, whatever d is."""
    with np.errstate(divide="ignore"):
        return np.where(p == 0, 0, p * np.log(np.where(p == 0, 1, d))).astype(p.dtype)


def check_alike(p: tuple[int, ...], q: tuple[int, ...]) -> None:
    """Refuse to compare what is not over the same states."""
    if p != q:
        raise ValueError(f"shapes {tuple(p)} and {tuple(q)} are not over the same states")
