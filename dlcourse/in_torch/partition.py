"""The partition function of a Boltzmann machine, summed state by state: what is exact."""

import torch
from torch import Tensor, nn

from dlcourse.by_hand.losses import check_examples
from dlcourse.by_hand.partition import check_enumerable
from dlcourse.in_torch.dropout import all_masks
from dlcourse.in_torch.rbm import RBM, free_energy

__all__ = ["ExactLikelihood", "log_partition", "state_probabilities"]


class ExactLikelihood(nn.Module):
    """Average -log p(v) over the data, with the exact Z.

    Arguments, shapes and errors: `dlcourse.by_hand.ExactLikelihood`.
    """

    def __init__(self, rbm: RBM) -> None:
        super().__init__()
        self.rbm = rbm

    def forward(self, v: Tensor) -> Tensor:
        """Map data v (N, D) to one number, in nats."""
        check_examples(len(v))
        log_z = log_partition(self.rbm)
        return self.rbm(v).mean() + log_z


def log_partition(rbm: RBM) -> Tensor:
    """Compute log Z, where Z is the sum of exp(-E(v, h)) over all v and h.

    Arguments, shapes and errors: `dlcourse.by_hand.log_partition`.
    """
    n_hidden, n_visible = rbm.weight.shape
    check_enumerable(n_visible, n_hidden)
    states = all_masks(min(n_visible, n_hidden)).to(rbm.weight.dtype)
    if n_hidden < n_visible:
        free = free_energy(states, rbm.weight.T, rbm.hidden_bias, rbm.visible_bias)
    else:
        free = rbm(states)
    return torch.logsumexp(-free, dim=0)


@torch.no_grad()
def state_probabilities(rbm: RBM) -> Tensor:
    """Compute the exact probability of every visible vector.

    Arguments, shapes and errors: `dlcourse.by_hand.state_probabilities`.
    """
    n_visible = len(rbm.visible_bias)
    check_enumerable(n_visible, n_visible)
    states = all_masks(n_visible).to(rbm.weight.dtype)
    return torch.exp(-rbm(states) - log_partition(rbm))
