"""Restricted Boltzmann machine: a probability for every binary vector, from hidden causes."""

from collections.abc import Callable

import numpy as np

from dlcourse.by_hand.activations import Sigmoid
from dlcourse.by_hand.box import Array, Box, on_floats
from dlcourse.by_hand.losses import check_examples
from dlcourse.by_hand.numbers import check_sizes


class RBM(Box):
    """Connect visible units v to hidden units h, all 0 or 1: p(v, h) = exp(-E(v, h)) / Z.

    The energy is E(v, h) = -b^T v - c^T h - h^T W v.  Nothing connects units of one layer: given
    one layer, the units of the other are independent.  Called like a net, the machine gives the
    free energy F(v) = -log(sum over h of exp(-E(v, h))), so that p(v) = exp(-F(v)) / Z.

    Parameters
    ----------
    n_visible, n_hidden : int
        Numbers D and M of units.
    rng : numpy.random.Generator, optional
        Source of the initial weights, normal with a standard deviation of 0.01, and of the
        numbers that `gibbs_sample` needs.  The biases start at 0.

    Attributes
    ----------
    params["weight"] : array of shape (M, D)
    params["visible_bias"] : array of shape (D,)
    params["hidden_bias"] : array of shape (M,)
    uniforms : callable, optional
        Maps a shape to numbers between 0 and 1 for `gibbs_sample`; from `rng` when None.

    Raises
    ------
    ValueError
        When a layer has no unit; from `fprop`, when v does not have D columns.

    Notes
    -----
    Slide row U06.  Deep belief nets and deep Boltzmann machines stack it (row X02).
    """

    def __init__(
        self, n_visible: int, n_hidden: int, *, rng: np.random.Generator | None = None
    ) -> None:
        super().__init__()
        check_sizes(visible_units=n_visible, hidden_units=n_hidden)
        self.rng = rng or np.random.default_rng()
        self.set_params(
            weight=0.01 * self.rng.standard_normal((n_hidden, n_visible)),
            visible_bias=np.zeros(n_visible),
            hidden_bias=np.zeros(n_hidden),
        )
        self.uniforms: Callable[[tuple[int, ...]], Array] | None = None

    def fprop(self, v: Array) -> Array:
        """Map visible units v (N, D) to their free energies (N,), in nats."""
        weight, b, c = (self.params[name] for name in ("weight", "visible_bias", "hidden_bias"))
        check_visible(v.shape[-1], weight.shape[1])
        a = v @ weight.T + c
        self.saved = v, a
        return -(v @ b) - np.logaddexp(0, a).sum(axis=1)  # log(1 + exp(a)) sums over h_j = 0, 1

    def bprop(self, df: Array) -> Array:
        """Map the gradient at F (N,) to the gradient at v (N, D); add to `grads`."""
        v, a = self.saved
        da = -df[:, None] * Sigmoid()(a)  # p(h_j = 1 | v)
        self.grads["weight"] += da.T @ v
        self.grads["visible_bias"] -= df @ v
        self.grads["hidden_bias"] += da.sum(axis=0)
        return da @ self.params["weight"] - df[:, None] * self.params["visible_bias"]

    def draw(self, v: Array, steps: int) -> Array:
        """Take numbers between 0 and 1 for some steps from `uniforms`, or draw them."""
        shape = (steps, len(v), sum(self.params["weight"].shape))
        draw = self.rng.random if self.uniforms is None else self.uniforms
        return draw(shape).astype(v.dtype)


@on_floats
def hidden_probabilities(rbm: RBM, v: Array) -> Array:
    """Tell how likely each hidden unit is 1: p(h_j = 1 | v) = sigmoid(c_j + sum of W_ji v_i).

    Parameters
    ----------
    rbm : RBM
    v : array of shape (N, D)

    Returns
    -------
    array of shape (N, M)

    Notes
    -----
    Slide row U06.
    """
    return Sigmoid()(v @ rbm.params["weight"].T + rbm.params["hidden_bias"])


@on_floats
def visible_probabilities(rbm: RBM, h: Array) -> Array:
    """Tell how likely each visible unit is 1: p(v_i = 1 | h) = sigmoid(b_i + sum of W_ji h_j).

    Parameters
    ----------
    rbm : RBM
    h : array of shape (N, M)

    Returns
    -------
    array of shape (N, D)

    Notes
    -----
    Slide row U06.
    """
    return Sigmoid()(h @ rbm.params["weight"] + rbm.params["visible_bias"])


@on_floats
def gibbs_sample(rbm: RBM, v: Array, uniforms: Array | None = None, *, steps: int = 1) -> Array:
    """Run the Markov chain: all hidden units given v, all visible units given those, again.

    Parameters
    ----------
    rbm : RBM
    v : array of shape (N, D)
        Where N chains start.
    uniforms : array of shape (steps, N, M + D), optional
        Numbers between 0 and 1: in each step first for the hidden units, then for the visible
        ones.  A unit becomes 1 where its number is below its probability.  Drawn when None.
    steps : int
        How often both layers are drawn; counted from `uniforms` where they are given.

    Returns
    -------
    array of shape (N, D)
        Where the chains arrive.  After many steps they come from p(v), wherever they started.

    Notes
    -----
    Slide row U07.
    """
    n_hidden = len(rbm.params["hidden_bias"])
    for u in rbm.draw(v, steps) if uniforms is None else uniforms:
        h = fire(hidden_probabilities(rbm, v), u[:, :n_hidden])
        v = fire(visible_probabilities(rbm, h), u[:, n_hidden:])
    return v


def fire(p: Array, u: Array) -> Array:
    """Make each unit 1 with its probability: where its number u is below p; NaN stays NaN."""
    return np.where(np.isnan(p + u), np.nan, u < p).astype(p.dtype)


class ContrastiveDivergence(Box):
    """Compare the free energy of the data with that of samples k steps of the chain away: CD-k.

    Parameters
    ----------
    rbm : RBM
    steps : int
        The steps k from the data to the samples; counted from `uniforms` where those are given.

    Raises
    ------
    ValueError
        When there is no step; from `fprop`, when there is no example.

    Notes
    -----
    Its gradient is that of `ExactLikelihood` with samples in place of the exact negative phase.
    They are still near the data, so the gradient is biased; with more steps it is less so.
    Its value is no likelihood: near 0 means that the chain stays where the data are.
    Slide rows U06, U07.
    """

    def __init__(self, rbm: RBM, *, steps: int = 1) -> None:
        super().__init__()
        check_steps(steps)
        self.rbm, self.steps = rbm, steps

    def fprop(self, v: Array, uniforms: Array | None = None) -> Array:
        """Map data v (N, D), and numbers for `gibbs_sample`, to mean F(data) - mean F(samples)."""
        check_examples(len(v))
        return self.contrast(v, gibbs_sample(self.rbm, v, uniforms, steps=self.steps))

    def contrast(self, v: Array, samples: Array) -> Array:
        """Compare the mean free energy of data and samples, in one sweep through the machine."""
        free = self.rbm.fprop(np.concatenate([v, samples]))
        self.saved = len(v), len(samples)
        return np.asarray(free[: len(v)].mean() - free[len(v) :].mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the value to the gradient at v (N, D); add to `grads`."""
        n, m = self.saved
        dv = self.rbm.bprop(np.concatenate([np.full(n, dl / n), np.full(m, -dl / m)]))
        return dv[:n], None


class PersistentContrastiveDivergence(ContrastiveDivergence):
    """Let chains run on from where the last update left them, instead of starting at the data.

    Parameters
    ----------
    rbm : RBM
    chains : int
        How many chains run side by side, from vectors of random bits.
    steps : int
        The steps of each chain per update.
    rng : numpy.random.Generator, optional
        Source of the random bits.

    Attributes
    ----------
    buffers["chain"] : array of shape (chains, D)
        Where the chains are.

    Raises
    ------
    ValueError
        When there is no chain, or no step; from `fprop`, when there is no example.

    Notes
    -----
    The machine moves little from update to update, so the chains stay near its distribution,
    also where there are no data.  Slide rows U06, U07.
    """

    def __init__(
        self, rbm: RBM, *, chains: int, steps: int = 1, rng: np.random.Generator | None = None
    ) -> None:
        super().__init__(rbm, steps=steps)
        check_chains(chains)
        rng = rng or np.random.default_rng()
        bits = rng.random((chains, len(rbm.params["visible_bias"]))) < 0.5
        self.buffers["chain"] = bits.astype(float)

    def fprop(self, v: Array, uniforms: Array | None = None) -> Array:
        """Map data v (N, D), and numbers for `gibbs_sample`, to mean F(data) - mean F(chain)."""
        check_examples(len(v))
        chain = gibbs_sample(self.rbm, self.buffers["chain"], uniforms, steps=self.steps)
        self.buffers["chain"] = chain
        return self.contrast(v, chain)


def check_visible(columns: int, n_visible: int) -> None:
    """Refuse vectors that are not one number for each visible unit."""
    if columns != n_visible:
        raise ValueError(f"v has {columns} columns, the machine has {n_visible} visible units")


def check_steps(steps: int) -> None:
    """Refuse samples that are the data themselves."""
    if steps < 1:
        raise ValueError(f"{steps} steps of the chain leave the data as they are: at least 1")


def check_chains(chains: int) -> None:
    """Refuse to sample without a chain."""
    if chains < 1:
        raise ValueError(f"{chains} chains give no sample: at least 1")
