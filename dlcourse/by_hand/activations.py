"""Activation functions: what a unit makes of its pre-activation."""

import numpy as np

from dlcourse.by_hand.box import Array, Box, on_floats
from dlcourse.by_hand.numbers import check_sizes


class Identity(Box):
    """Pass the pre-activation on unchanged: g(a) = a.

    The slides call this the linear activation.

    Notes
    -----
    Slide row N07.
    """

    def fprop(self, a: Array) -> Array:
        """Map a of any shape to itself."""
        return a

    def bprop(self, dh: Array) -> Array:
        """Map the gradient at h to the gradient at a: g'(a) = 1."""
        return dh


class Sign(Box):
    """Fire +1 or -1 by the sign of the pre-activation, and 0 at 0.

    The units of the slides' XOR network.  Its derivative is 0 wherever it has one, so it
    passes no gradient back: such a network cannot be trained by gradient descent.

    Notes
    -----
    Slide rows C03, C04.
    """

    def fprop(self, a: Array) -> Array:
        """Map a of any shape to -1, 0 or 1; NaN stays NaN."""
        return np.sign(a)

    def bprop(self, dh: Array) -> Array:
        """Map the gradient at h to the gradient at a: g'(a) = 0."""
        return np.zeros_like(dh)


class Sigmoid(Box):
    """Squash the pre-activation into (0, 1): g(a) = 1 / (1 + exp(-a)).

    Notes
    -----
    exp(-a) overflows for very negative a, so both signs are computed from exp(-|a|),
    which is never above 1.  Slide rows N08, N09, N15.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> sigmoid = by_hand.Sigmoid()
    >>> sigmoid(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    >>> sigmoid.bprop(np.ones(2))
    array([0.25, 0.  ])
    """

    def fprop(self, a: Array) -> Array:
        """Map a of any shape to values between 0 and 1."""
        e = np.exp(-np.abs(a))
        h = np.where(a >= 0, 1 / (1 + e), e / (1 + e))
        self.saved = h
        return h

    def bprop(self, dh: Array) -> Array:
        """Map the gradient at h to the gradient at a: g'(a) = g(a) (1 - g(a))."""
        h = self.saved
        return dh * h * (1 - h)


class Tanh(Box):
    """Squash the pre-activation into (-1, 1): g(a) = tanh(a).

    Notes
    -----
    Slide rows N10, N16.
    """

    def fprop(self, a: Array) -> Array:
        """Map a of any shape to values between -1 and 1."""
        h = np.tanh(a)
        self.saved = h
        return h

    def bprop(self, dh: Array) -> Array:
        """Map the gradient at h to the gradient at a: g'(a) = 1 - g(a)^2."""
        h = self.saved
        return dh * (1 - h**2)


class ReLU(Box):
    """Cut off what is negative: g(a) = max(0, a).

    Notes
    -----
    The slides call it strictly increasing.  It is not: all a < 0 give 0.  At the kink the
    derivative is taken to be 0, and at NaN 1, as in PyTorch.  Slide rows N11 to N14, N17.
    """

    def fprop(self, a: Array) -> Array:
        """Map a of any shape to values from 0 up."""
        h = np.maximum(a, 0)
        self.saved = h
        return h

    def bprop(self, dh: Array) -> Array:
        """Map the gradient at h to the gradient at a: g'(a) = 1 where a > 0, else 0."""
        h = self.saved
        slope = (h != 0).astype(dh.dtype)  # where h is no 0, it is above it, or NaN
        return dh * slope


class Softmax(Box):
    """Turn scores into probabilities: p_c = exp(a_c) / sum over k of exp(a_k).

    Raises
    ------
    ValueError
        From `fprop`, when there is no class.

    Notes
    -----
    The largest score is subtracted first: that changes no probability, and exp cannot
    overflow.  Slide rows E10, F05, F06.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> by_hand.Softmax()(np.log([[1.0, 2.0, 5.0]])).round(3)
    array([[0.125, 0.25 , 0.625]])
    """

    def fprop(self, a: Array) -> Array:
        """Map scores (N, C) to probabilities (N, C) along the last axis."""
        check_sizes(classes=a.shape[-1])
        e = np.exp(a - a.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
        self.saved = p
        return p

    def bprop(self, dp: Array) -> Array:
        """Map the gradient at p to the gradient at a: the Jacobian diag(p) - p p^T times dp."""
        p = self.saved
        return p * (dp - (p * dp).sum(axis=-1, keepdims=True))


class LogSoftmax(Box):
    """Turn scores into log probabilities: a_c - log(sum over k of exp(a_k)).

    Raises
    ------
    ValueError
        From `fprop`, when there is no class.

    Notes
    -----
    Taking the log of `Softmax` gives -inf where a probability rounds to 0; this form
    stays finite.  Subtracting the largest score first keeps the digits of small losses.
    Slide row T05.
    """

    def fprop(self, a: Array) -> Array:
        """Map scores (N, C) to log probabilities (N, C) along the last axis."""
        check_sizes(classes=a.shape[-1])
        below_top = a - a.max(axis=-1, keepdims=True)
        log_p = below_top - logsumexp(below_top)[..., None]
        self.saved = log_p
        return log_p

    def bprop(self, dlog_p: Array) -> Array:
        """Map the gradient at log p to the gradient at a."""
        p = np.exp(self.saved)
        return dlog_p - p * dlog_p.sum(axis=-1, keepdims=True)


@on_floats
def logsumexp(a: Array) -> Array:
    """Compute log(sum of exp(a)) over the last axis without overflow.

    Parameters
    ----------
    a : array of shape (..., C)
        Scores of any size.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        When there is no score.

    Notes
    -----
    Slide row T05.
    """
    check_sizes(scores=a.shape[-1])
    top = a.max(axis=-1, keepdims=True)
    return np.log(np.exp(a - top).sum(axis=-1)) + top[..., 0]


@on_floats
def softmax_jacobian(a: Array) -> Array:
    """Compute every derivative of every softmax probability: J_cd = dp_c / da_d.

    Parameters
    ----------
    a : array of shape (C,)
        The scores of one example.

    Returns
    -------
    array of shape (C, C)
        diag(p) - p p^T: symmetric, each row sums to 0.

    Raises
    ------
    ValueError
        When there is no class.

    Notes
    -----
    Slide row F06.
    """
    p = Softmax()(a)
    return np.diag(p) - np.outer(p, p)
