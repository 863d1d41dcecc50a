"""Markov chains: where they go, and where they settle."""

import numpy as np

from dlcourse.by_hand.box import Array, on_floats
from dlcourse.by_hand.dropout import all_masks
from dlcourse.by_hand.numbers import check_digits, check_repeats
from dlcourse.by_hand.rbm import RBM, hidden_probabilities, visible_probabilities


def transition_matrix(rbm: RBM) -> Array:
    """Tell how likely one step of `gibbs_sample` leads from each visible vector to each other.

    Parameters
    ----------
    rbm : RBM
        With D visible and M hidden units, at most 12 of each.

    Returns
    -------
    array of shape (2^D, 2^D)
        T(v, v') = sum over h of p(h | v) p(v' | h): row by row a distribution.  The vectors come
        in the order of `all_masks`.

    Raises
    ------
    ValueError
        When a layer has too many units.

    Notes
    -----
    Slide row U07.
    """
    n_hidden, n_visible = rbm.params["weight"].shape
    check_layers(n_visible, n_hidden)
    dtype = rbm.params["weight"].dtype
    v, h = all_masks(n_visible).astype(dtype), all_masks(n_hidden).astype(dtype)
    to_hidden = joint_probabilities(hidden_probabilities(rbm, v), h)
    to_visible = joint_probabilities(visible_probabilities(rbm, h), v)
    return to_hidden @ to_visible


def joint_probabilities(p: Array, states: Array) -> Array:
    """Multiply up independent units: from p (N, D) of each to the probability (N, S) of states."""
    each = np.where(states == 1, p[:, None], 1 - p[:, None])  # (N, S, D)
    return each.prod(axis=2)


@on_floats
def stationary_distribution(transition: Array) -> Array:
    """Find the distribution pi that a step of the chain does not change: pi T = pi.

    Parameters
    ----------
    transition : array of shape (S, S)
        From the state of the row to the state of the column.

    Returns
    -------
    array of shape (S,)

    Raises
    ------
    ValueError
        When a row is no distribution, as in float16, or when there are several such pi, as there
        are when the chain cannot get from one part of the states to another.

    Notes
    -----
    pi (T - I) = 0 has one equation too many, which makes room for: pi sums to 1.
    Slide row U07.
    """
    check_rows(transition)
    states = len(transition)
    balance = transition.T - np.eye(states, dtype=transition.dtype)
    check_unique(states - int(np.linalg.matrix_rank(balance)))
    balance[-1] = 1
    return np.linalg.solve(balance, np.eye(states, dtype=transition.dtype)[-1])


def evolve(start: Array, transition: Array, *, steps: int) -> Array:
    """Follow the distribution of a chain: p(t + 1) = p(t) T.

    Parameters
    ----------
    start : array of shape (S,)
        Probability of each state at first.
    transition : array of shape (S, S)
        From the state of the row to the state of the column.
    steps : int

    Returns
    -------
    array of shape (steps + 1, S)
        The start, and the distribution after each step.

    Raises
    ------
    ValueError
        When a row of the matrix is no distribution, or there are fewer than 0 steps.

    Notes
    -----
    Slide row U07.
    """
    check_rows(transition)
    check_repeats(steps=steps)
    distributions = [start]
    for _ in range(steps):
        distributions.append(distributions[-1] @ transition)
    return np.stack(distributions)


def simulate_chain(start: Array, transition: Array, uniforms: Array) -> Array:
    """Walk from state to state, each step drawn from the row of the state it leaves.

    Parameters
    ----------
    start : array of int of shape (N,)
        The first state of each of N walks.
    transition : array of shape (S, S)
        From the state of the row to the state of the column.
    uniforms : array of shape (steps, N)
        Numbers from 0 up to but not including 1.  The next state is the first whose probability,
        added to those before it, exceeds the number.

    Returns
    -------
    array of int of shape (steps + 1, N)
        The states of each walk.

    Raises
    ------
    ValueError
        When a row of the matrix is no distribution, a walk starts in no state, or a number is
        not from 0 up to but not including 1.

    Notes
    -----
    Slide row U07.
    """
    check_rows(transition)
    check_starts(int(start.min(initial=0)), int(start.max(initial=0)), len(transition))
    check_uniforms(float(uniforms.min(initial=0)), float(uniforms.max(initial=0)))
    thresholds = transition.cumsum(axis=1)[:, :-1]  # without the 1 at the end, which rounds
    walk = [start]
    for u in uniforms:
        walk.append((thresholds[walk[-1]] <= u[:, None]).sum(axis=1))
    return np.stack(walk)


@on_floats
def total_variation(p: Array, q: Array) -> Array:
    """Measure how far distributions are apart: the largest difference they give to any event.

    Parameters
    ----------
    p, q : arrays of shape (..., S)
        Distributions along the last axis.

    Returns
    -------
    array of shape (...)
        Half the sum of |p - q|: from 0 where they are equal to 1 where they share no state.

    Notes
    -----
    Slide row U07.
    """
    return np.abs(p - q).sum(axis=-1) / 2


@on_floats
def detailed_balance_gap(distribution: Array, transition: Array) -> Array:
    """Measure by how much pi_i T_ij and pi_j T_ji, the flows to and fro, differ at most.

    Parameters
    ----------
    distribution : array of shape (S,)
        The distribution pi.
    transition : array of shape (S, S)
        From the state of the row to the state of the column.

    Returns
    -------
    array of shape ()
        0 for a chain in detailed balance, which is enough for pi T = pi, but not needed for it.

    Notes
    -----
    Slide row U07.
    """
    flow = distribution[:, None] * transition
    return np.abs(flow - flow.T).max()


def check_rows(transition: Array) -> None:
    """Refuse a matrix whose rows are no distributions."""
    check_digits(transition.dtype, "probabilities that sum to 1")
    check_transition(float(transition.min()), float(np.abs(transition.sum(axis=1) - 1).max()))


def check_layers(n_visible: int, n_hidden: int) -> None:
    """Refuse a matrix that does not fit into memory."""
    n = max(n_visible, n_hidden)
    if n > 12:
        raise ValueError(f"{n} units have 2^{n} states, too many for a matrix: at most 12 units")


def check_transition(smallest: float, deviation: float) -> None:
    """Refuse probabilities below 0, and rows that do not sum to 1."""
    if not smallest >= 0:
        raise ValueError(f"a probability of {smallest:g} in the matrix is no number from 0 up")
    if deviation > 1e-4:  # float32 adds up to 1 within that
        raise ValueError(f"a row of the matrix misses the sum of 1 by {deviation:g}")


def check_starts(lowest: int, highest: int, states: int) -> None:
    """Refuse walks that start nowhere."""
    if lowest < 0 or highest >= states:
        raise ValueError(f"walks start in {lowest} to {highest}, the states are 0 to {states - 1}")


def check_uniforms(lowest: float, highest: float) -> None:
    """Refuse numbers with which nothing can be drawn."""
    if not (lowest >= 0 and highest < 1):
        raise ValueError(
            f"numbers from {lowest:g} to {highest:g}: they should be from 0 up, and below 1"
        )


def check_unique(stationary: int) -> None:
    """Refuse to choose among several stationary distributions."""
    if stationary != 1:
        raise ValueError(
            f"{stationary} independent distributions are stationary: "
            "the chain does not get from everywhere to everywhere"
        )
