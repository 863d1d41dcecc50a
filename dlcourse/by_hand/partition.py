"""The partition function of a Boltzmann machine, summed state by state: what is exact."""

import copy

import numpy as np

from dlcourse.by_hand.activations import logsumexp
from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.dropout import all_masks
from dlcourse.by_hand.losses import check_examples
from dlcourse.by_hand.rbm import RBM


class ExactLikelihood(Box):
    """Average -log p(v) over the data, with the exact Z: the loss of maximum likelihood.

    Parameters
    ----------
    rbm : RBM
        At least one of its layers has 20 units or fewer.

    Raises
    ------
    ValueError
        From `fprop`, when both layers have too many units to sum over their states.

    Notes
    -----
    -log p(v) = F(v) + log Z.  The gradient has a positive phase, which lowers the free energy
    of the data, and a negative phase, which raises that of what the machine believes in.
    Slide row U06.
    """

    def __init__(self, rbm: RBM) -> None:
        super().__init__()
        self.rbm = rbm

    def fprop(self, v: Array) -> Array:
        """Map data v (N, D) to one number, in nats."""
        check_examples(len(v))
        side, minus_free = every_state(self.rbm)
        log_z = logsumexp(minus_free)
        self.saved = side, np.exp(minus_free - log_z), len(v)
        return np.asarray(self.rbm.fprop(v).mean() + log_z)

    def bprop(self, dl: Array) -> Array:
        """Map the gradient at the loss to the gradient at v (N, D); add to `grads`."""
        side, p, n = self.saved
        side.bprop(-dl * p)  # negative phase: every state as often as the machine has it
        return self.rbm.bprop(np.full(n, dl / n))  # positive phase: the data


def log_partition(rbm: RBM) -> Array:
    """Compute log Z, where Z is the sum of exp(-E(v, h)) over all v and h.

    Parameters
    ----------
    rbm : RBM
        At least one of its layers has 20 units or fewer.

    Returns
    -------
    array of shape ()
        In nats.

    Raises
    ------
    ValueError
        When both layers have too many units to sum over their states.

    Notes
    -----
    The sum over one layer is a product of sums over single units, so only the 2^n states of the
    smaller layer are gone through.  Slide row U06.
    """
    return logsumexp(every_state(rbm)[1])


def state_probabilities(rbm: RBM) -> Array:
    """Compute the exact probability p(v) = exp(-F(v)) / Z of every visible vector.

    Parameters
    ----------
    rbm : RBM
        With D visible units, at most 20.

    Returns
    -------
    array of shape (2^D,)
        They sum to 1; the vectors come in the order of `all_masks`.

    Raises
    ------
    ValueError
        When there are too many visible units.

    Notes
    -----
    Slide rows U06, U07.
    """
    b = rbm.params["visible_bias"]
    check_enumerable(len(b), len(b))
    return np.exp(-rbm.fprop(all_masks(len(b)).astype(b.dtype)) - log_partition(rbm))


def every_state(rbm: RBM) -> tuple[RBM, Array]:
    """Give minus the free energy of every state of the smaller layer, and the machine it is of.

    Seen from its hidden layer a machine is a machine too, with the weights transposed and the
    biases swapped.  What is given here shares parameters and gradients with the original.
    """
    n_hidden, n_visible = rbm.params["weight"].shape
    check_enumerable(n_visible, n_hidden)
    side = copy.copy(rbm)
    if n_hidden < n_visible:
        side.params, side.grads = (
            {
                "weight": arrays["weight"].T,
                "visible_bias": arrays["hidden_bias"],
                "hidden_bias": arrays["visible_bias"],
            }
            for arrays in (rbm.params, rbm.grads)
        )
    states = all_masks(min(n_visible, n_hidden)).astype(rbm.params["weight"].dtype)
    return side, -side.fprop(states)


def check_enumerable(n_visible: int, n_hidden: int) -> None:
    """Refuse to sum over more states than a machine can go through."""
    n = min(n_visible, n_hidden)
    if n > 20:
        raise ValueError(f"{n} units have 2^{n} states, too many to sum over: at most 20 units")
