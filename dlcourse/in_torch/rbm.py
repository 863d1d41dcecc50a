"""Restricted Boltzmann machine: a probability for every binary vector, from hidden causes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from dlcourse.by_hand.losses import check_examples
from dlcourse.by_hand.rbm import check_chains, check_steps, check_visible
from dlcourse.in_torch.numbers import check_sizes

__all__ = [
    "RBM",
    "ContrastiveDivergence",
    "PersistentContrastiveDivergence",
    "gibbs_sample",
    "hidden_probabilities",
    "visible_probabilities",
]


class RBM(nn.Module):
    """Connect visible units v to hidden units h, all 0 or 1.

    Arguments, shapes and errors: `dlcourse.by_hand.RBM`.
    """

    def __init__(
        self, n_visible: int, n_hidden: int, *, rng: torch.Generator | None = None
    ) -> None:
        super().__init__()
        check_sizes(visible_units=n_visible, hidden_units=n_hidden)
        self.rng = rng
        self.weight = nn.Parameter(
            torch.empty(n_hidden, n_visible).normal_(std=0.01, generator=rng)
        )
        self.visible_bias = nn.Parameter(torch.zeros(n_visible))
        self.hidden_bias = nn.Parameter(torch.zeros(n_hidden))
        self.uniforms: Callable[[tuple[int, ...]], Tensor] | None = None

    def forward(self, v: Tensor) -> Tensor:
        """Map visible units v (N, D) to their free energies (N,), in nats."""
        check_visible(v.shape[-1], self.weight.shape[1])
        return free_energy(v, self.weight, self.visible_bias, self.hidden_bias)

    def draw(self, v: Tensor, steps: int) -> Tensor:
        """Take numbers between 0 and 1 for some steps from `uniforms`, or draw them."""
        shape = (steps, len(v), sum(self.weight.shape))
        if self.uniforms is not None:
            return self.uniforms(shape).to(v.dtype)
        return torch.rand(shape, generator=self.rng, dtype=v.dtype)


def free_energy(v: Tensor, weight: Tensor, visible_bias: Tensor, hidden_bias: Tensor) -> Tensor:
    """Compute F(v); with the layers swapped and the weights transposed it gives F(h)."""
    a = v @ weight.T + hidden_bias
    return -(v @ visible_bias) - torch.logaddexp(a, torch.zeros_like(a)).sum(dim=1)


def hidden_probabilities(rbm: RBM, v: Tensor) -> Tensor:
    """Tell how likely each hidden unit is 1, given v.

    Arguments, shapes and errors: `dlcourse.by_hand.hidden_probabilities`.
    """
    return torch.sigmoid(v @ rbm.weight.T + rbm.hidden_bias)


def visible_probabilities(rbm: RBM, h: Tensor) -> Tensor:
    """Tell how likely each visible unit is 1, given h.

    Arguments, shapes and errors: `dlcourse.by_hand.visible_probabilities`.
    """
    return torch.sigmoid(h @ rbm.weight + rbm.visible_bias)


@torch.no_grad()
def gibbs_sample(rbm: RBM, v: Tensor, uniforms: Tensor | None = None, *, steps: int = 1) -> Tensor:
    """Run the Markov chain: all hidden units given v, all visible units given those, again.

    `torch.bernoulli` would draw its numbers itself; here they may be given.
    Arguments, shapes and errors: `dlcourse.by_hand.gibbs_sample`.
    """
    n_hidden = len(rbm.hidden_bias)
    for u in rbm.draw(v, steps) if uniforms is None else uniforms:
        h = fire(hidden_probabilities(rbm, v), u[:, :n_hidden])
        v = fire(visible_probabilities(rbm, h), u[:, n_hidden:])
    return v


def fire(p: Tensor, u: Tensor) -> Tensor:
    """Make each unit 1 with its probability: where its number u is below p; NaN stays NaN."""
    return torch.where((p + u).isnan(), torch.nan, (u < p).to(p.dtype))


class ContrastiveDivergence(nn.Module):
    """Compare the free energy of the data with that of samples k steps of the chain away: CD-k.

    Arguments, shapes and errors: `dlcourse.by_hand.ContrastiveDivergence`.
    """

    def __init__(self, rbm: RBM, *, steps: int = 1) -> None:
        super().__init__()
        check_steps(steps)
        self.rbm, self.steps = rbm, steps

    def forward(self, v: Tensor, uniforms: Tensor | None = None) -> Tensor:
        """Map data v (N, D), and numbers for `gibbs_sample`, to mean F(data) - mean F(samples)."""
        check_examples(len(v))
        samples = gibbs_sample(self.rbm, v, uniforms, steps=self.steps)
        return self.rbm(v).mean() - self.rbm(samples).mean()


class PersistentContrastiveDivergence(ContrastiveDivergence):
    """Let chains run on from where the last update left them, instead of starting at the data.

    Arguments, shapes and errors: `dlcourse.by_hand.PersistentContrastiveDivergence`.
    """

    chain: Tensor

    def __init__(
        self, rbm: RBM, *, chains: int, steps: int = 1, rng: torch.Generator | None = None
    ) -> None:
        super().__init__(rbm, steps=steps)
        check_chains(chains)
        bits = torch.rand(chains, len(rbm.visible_bias), generator=rng) < 0.5
        self.register_buffer("chain", bits.to(rbm.weight.dtype))

    def forward(self, v: Tensor, uniforms: Tensor | None = None) -> Tensor:
        """Map data v (N, D), and numbers for `gibbs_sample`, to mean F(data) - mean F(chain)."""
        check_examples(len(v))
        self.chain = gibbs_sample(self.rbm, self.chain, uniforms, steps=self.steps)
        return self.rbm(v).mean() - self.rbm(self.chain).mean()
