"""Losses: what a wrong answer costs, and the errors they stand for."""

import numpy as np

from dlcourse.by_hand.activations import LogSoftmax
from dlcourse.by_hand.box import Array, Box, as_floats
from dlcourse.by_hand.numbers import check_whole


class NegativeLogLikelihood(Box):
    """Average -log f(x)_y: how surprised the probabilities f(x) are by the labels y.

    This is the loss of the slides, on probabilities.  PyTorch's `NLLLoss` takes log
    probabilities; `CrossEntropyLoss` takes scores, and stays finite where this one does not.

    Raises
    ------
    ValueError
        From `fprop`, when a probability is outside [0, 1] or a label is not one of the whole
        numbers 0 to C - 1.

    Notes
    -----
    Slide rows E04, T02, T03.
    """

    labels = (1,)

    def fprop(self, f: Array, y: Array) -> Array:
        """Map probabilities f (N, C) and labels y (N,) to one number, in nats."""
        check_labels(y, f)
        check_probabilities(float(f.min()), float(f.max()))
        f_y = f[np.arange(len(y)), y]
        self.saved = f, y, f_y
        return np.asarray(-np.log(f_y).mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the loss to the gradient at f: -1(y=c) / f_c, over N."""
        f, y, f_y = self.saved
        df = np.zeros_like(f)
        df[np.arange(len(y)), y] = -1 / f_y / len(y)
        return dl * df, None


class CrossEntropyLoss(Box):
    """Average -log softmax(a)_y: the negative log likelihood, straight from the scores a.

    Raises
    ------
    ValueError
        From `fprop`, when a label is not one of the whole numbers 0 to C - 1.

    Notes
    -----
    Slide rows E10, T02, T04, T05.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcourse import by_hand
    >>> loss = by_hand.CrossEntropyLoss()
    >>> print(loss(np.zeros((1, 4)), np.array([2])).round(4))  # log 4: all classes alike
    1.3863
    >>> da, _ = loss.bprop(np.array(1.0))
    >>> da
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """

    labels = (1,)

    def fprop(self, a: Array, y: Array) -> Array:
        """Map scores a (N, C) and labels y (N,) to one number, in nats."""
        check_labels(y, a)
        log_f = LogSoftmax()(a)
        self.saved = log_f, y
        return np.asarray(-log_f[np.arange(len(y)), y].mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the loss to the gradient at a: -(e(y) - f(x)), over N."""
        log_f, y = self.saved
        da = np.exp(log_f)
        da[np.arange(len(y)), y] -= 1  # f(x) - e(y)
        return dl * da / len(y), None


class BCEWithLogitsLoss(Box):
    """Average -log p(y|x) of yes-no answers, where p(1|x) = sigmoid(a).

    Raises
    ------
    ValueError
        From `fprop`, when a target is outside [0, 1] or the shapes differ.

    Notes
    -----
    -log sigmoid(a) = log(1 + exp(-a)), written so that exp never overflows.
    Slide row F04.
    """

    labels = (1,)

    def fprop(self, a: Array, y: Array) -> Array:
        """Map scores a and targets y in [0, 1], both (N, ...), to one number, in nats."""
        check_shapes(a, y)
        check_probabilities(float(y.min()), float(y.max()))
        self.saved = a, y
        return np.asarray((np.maximum(a, 0) - a * y + np.log1p(np.exp(-np.abs(a)))).mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the loss to the gradient at a: sigmoid(a) - y, over the count."""
        a, y = self.saved
        p = 0.5 * (1 + np.tanh(a / 2))  # the sigmoid, by another formula
        return dl * (p - y) / y.size, None


class MSELoss(Box):
    """Average the squared difference of prediction and target over all numbers.

    Raises
    ------
    ValueError
        From `fprop`, when the shapes differ.

    Notes
    -----
    Slide row E04.
    """

    labels = (1,)

    def fprop(self, f: Array, y: Array) -> Array:
        """Map predictions f and targets y of one shape to one number."""
        check_shapes(f, y)
        self.saved = f - y
        return np.asarray((self.saved**2).mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the loss to the gradient at f: 2 (f - y), over the count."""
        difference = self.saved
        return dl * 2 * difference / difference.size, None


class HingeLoss(Box):
    """Average max(0, 1 - y a): no cost once a score is right by a margin of 1.

    Raises
    ------
    ValueError
        From `fprop`, when a label is neither -1 nor 1 or the shapes differ.

    Notes
    -----
    Slide row E04.
    """

    labels = (1,)

    def fprop(self, a: Array, y: Array) -> Array:
        """Map scores a and labels y of -1 or 1, both (N, ...), to one number."""
        check_shapes(a, y)
        if not set(y.ravel().tolist()) <= {-1, 1}:
            raise ValueError(f"labels {sorted(set(y.ravel().tolist()))} should be -1 or 1")
        y = y.astype(a.dtype)
        costs = np.maximum(1 - y * a, 0)
        self.saved = costs, y
        return np.asarray(costs.mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the loss to the gradient at a: -y where the margin is missed."""
        costs, y = self.saved
        return dl * -y * (costs != 0) / y.size, None


def zero_one_error(a: Array, y: Array) -> float:
    """Count how often the highest score is not the label's, as a fraction.

    Parameters
    ----------
    a : array of shape (N, C)
        Scores or probabilities.
    y : array of shape (N,)
        Labels from 0 to C - 1.

    Returns
    -------
    float
        Classification error between 0 and 1.

    Raises
    ------
    ValueError
        When a label is not one of the whole numbers 0 to C - 1.

    Notes
    -----
    A row with a NaN has no highest score, and counts as wrong.  Slide rows E04, E07.
    """
    check_labels(y, a)
    return float(((a.argmax(axis=1) != y) | np.isnan(a).any(axis=1)).mean())


def top_k_error(a: Array, y: Array, *, k: int = 5) -> float:
    """Count how often the label is not among the k highest scores, as a fraction.

    Parameters
    ----------
    a : array of shape (N, C)
        Scores or probabilities.
    y : array of shape (N,)
        Labels from 0 to C - 1.
    k : int
        Number of guesses, 1 to C.  Of equal scores the lower class number counts as higher.

    Returns
    -------
    float
        Error between 0 and 1; `zero_one_error` for k = 1.

    Raises
    ------
    ValueError
        When k is not one of 1 to C, or a label not one of the whole numbers 0 to C - 1.

    Notes
    -----
    A row with a NaN has no order, and counts as wrong.  Slide rows E12, E13.
    """
    check_labels(y, a)
    if k not in range(1, a.shape[1] + 1):
        raise ValueError(f"k = {k} guesses among {a.shape[1]} classes")
    a_y = a[np.arange(len(y)), y][:, None]
    classes = np.arange(a.shape[1])
    better = (a > a_y) | ((a == a_y) & (classes < y[:, None]))
    return float(((better.sum(axis=1) >= k) | np.isnan(a).any(axis=1)).mean())


def check_labels(y: Array, a: Array) -> None:
    """Refuse labels that do not fit the scores."""
    check_whole(y.dtype.kind in "iu", y.dtype)
    n, c = as_floats(a).shape
    if y.shape != (n,):
        raise ValueError(f"labels of shape {tuple(y.shape)} do not fit {n} rows of scores")
    check_examples(n)
    if not 0 <= int(y.min()) <= int(y.max()) < c:
        raise ValueError(f"labels {int(y.min())} to {int(y.max())} do not fit {c} classes")


def check_probabilities(low: float, high: float) -> None:
    """Refuse what cannot be probabilities."""
    if low < 0 or high > 1:
        raise ValueError(f"values from {low:g} to {high:g} are no probabilities")


def check_shapes(f: Array, y: Array) -> None:
    """Refuse targets that do not stand one to one beside the predictions."""
    if f.shape != y.shape:
        raise ValueError(
            f"predictions of shape {tuple(f.shape)} and targets of shape {tuple(y.shape)}: "
            "they should be alike"
        )
    check_examples(f.size)


def check_examples(number: int) -> None:
    """Refuse an empty batch."""
    if number == 0:
        raise ValueError("a batch without examples has no mean: it takes at least one")
