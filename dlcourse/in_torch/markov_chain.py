"""Markov chains: where they go, and where they settle."""

import torch
from torch import Tensor

from dlcourse.by_hand.markov_chain import (
    check_layers,
    check_starts,
    check_transition,
    check_uniforms,
    check_unique,
)
from dlcourse.in_torch.dropout import all_masks
from dlcourse.in_torch.numbers import check_digits, check_repeats
from dlcourse.in_torch.rbm import RBM, hidden_probabilities, visible_probabilities

__all__ = [
    "detailed_balance_gap",
    "evolve",
    "simulate_chain",
    "stationary_distribution",
    "total_variation",
    "transition_matrix",
]


@torch.no_grad()
def transition_matrix(rbm: RBM) -> Tensor:
    """Tell how likely one step of `gibbs_sample` leads from each visible vector to each other.

    Arguments, shapes and errors: `dlcourse.by_hand.transition_matrix`.
    """
    n_hidden, n_visible = rbm.weight.shape
    check_layers(n_visible, n_hidden)
    v, h = (all_masks(n).to(rbm.weight.dtype) for n in (n_visible, n_hidden))
    to_hidden = joint_probabilities(hidden_probabilities(rbm, v), h)
    to_visible = joint_probabilities(visible_probabilities(rbm, h), v)
    return to_hidden @ to_visible


def joint_probabilities(p: Tensor, states: Tensor) -> Tensor:
    """Multiply up independent units: from p (N, D) of each to the probability (N, S) of states."""
    return torch.lerp(1 - p[:, None], p[:, None], states).prod(dim=2)


def stationary_distribution(transition: Tensor) -> Tensor:
    """Find the distribution that a step of the chain does not change.

    By hand it solves linear equations; this is the eigenvector of T^T for the eigenvalue 1.
    Arguments, shapes and errors: `dlcourse.by_hand.stationary_distribution`.
    """
    check_rows(transition)
    balance = transition.T - torch.eye(len(transition), dtype=transition.dtype)
    check_unique(len(transition) - int(torch.linalg.matrix_rank(balance)))
    eigenvalues, eigenvectors = torch.linalg.eig(transition.T)
    pi = eigenvectors[:, (eigenvalues - 1).abs().argmin()].real
    return pi / pi.sum()


def evolve(start: Tensor, transition: Tensor, *, steps: int) -> Tensor:
    """Follow the distribution of a chain.

    Arguments, shapes and errors: `dlcourse.by_hand.evolve`.
    """
    check_rows(transition)
    check_repeats(steps=steps)
    distributions = [start]
    for _ in range(steps):
        distributions.append(distributions[-1] @ transition)
    return torch.stack(distributions)


def simulate_chain(start: Tensor, transition: Tensor, uniforms: Tensor) -> Tensor:
    """Walk from state to state, each step drawn from the row of the state it leaves.

    Arguments, shapes and errors: `dlcourse.by_hand.simulate_chain`.
    """
    check_rows(transition)
    if start.numel():
        check_starts(int(start.min()), int(start.max()), len(transition))
    if uniforms.numel():
        check_uniforms(uniforms.min().item(), uniforms.max().item())
    thresholds = transition.cumsum(dim=1)[:, :-1]  # without the 1 at the end, which rounds
    walk = [start]
    for u in uniforms:
        walk.append(torch.searchsorted(thresholds[walk[-1]], u[:, None], right=True)[:, 0])
    return torch.stack(walk)


def total_variation(p: Tensor, q: Tensor) -> Tensor:
    """Measure how far distributions are apart.

    Arguments, shapes and errors: `dlcourse.by_hand.total_variation`.
    """
    return torch.linalg.vector_norm(p - q, ord=1, dim=-1) / 2


def detailed_balance_gap(distribution: Tensor, transition: Tensor) -> Tensor:
    """Measure by how much the flows to and fro differ at most.

    Arguments, shapes and errors: `dlcourse.by_hand.detailed_balance_gap`.
    """
    flow = torch.diag(distribution) @ transition
    return (flow - flow.T).abs().max()


def check_rows(transition: Tensor) -> None:
    """Refuse a matrix whose rows are no distributions."""
    check_digits(transition.dtype, "probabilities that sum to 1")
    check_transition(transition.min().item(), (transition.sum(dim=1) - 1).abs().max().item())
