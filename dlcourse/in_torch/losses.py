"""Losses: what a wrong answer costs, and the errors they stand for."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.losses import check_examples
from dlcourse.in_torch.numbers import check_whole


class NegativeLogLikelihood(nn.Module):
    """Average -log f(x)_y: how surprised the probabilities f(x) are by the labels y.

    Arguments, shapes and errors: `dlcourse.by_hand.NegativeLogLikelihood`.
    """

    def forward(self, f: Tensor, y: Tensor) -> Tensor:
        """Map probabilities f (N, C) and labels y (N,) to one number, in nats."""
        check_labels(y, f)
        check_probabilities(f)
        return F.nll_loss(f.log(), y.long())


class CrossEntropyLoss(nn.Module):
    """Average -log softmax(a)_y: the negative log likelihood, straight from the scores a.

    Arguments, shapes and errors: `dlcourse.by_hand.CrossEntropyLoss`.
    """

    def forward(self, a: Tensor, y: Tensor) -> Tensor:
        """Map scores a (N, C) and labels y (N,) to one number, in nats."""
        check_labels(y, a)
        return F.cross_entropy(a, y.long())


class BCEWithLogitsLoss(nn.Module):
    """Average -log p(y|x) of yes-no answers, where p(1|x) = sigmoid(a).

    Arguments, shapes and errors: `dlcourse.by_hand.BCEWithLogitsLoss`.
    """

    def forward(self, a: Tensor, y: Tensor) -> Tensor:
        """Map scores a and targets y in [0, 1], both (N, ...), to one number, in nats."""
        check_shapes(a, y)
        check_probabilities(y)
        return F.binary_cross_entropy_with_logits(a, y.to(a.dtype))


class MSELoss(nn.Module):
    """Average the squared difference of prediction and target over all numbers.

    Arguments, shapes and errors: `dlcourse.by_hand.MSELoss`.
    """

    def forward(self, f: Tensor, y: Tensor) -> Tensor:
        """Map predictions f and targets y of one shape to one number."""
        check_shapes(f, y)
        return F.mse_loss(f, y)


class HingeLoss(nn.Module):
    """Average max(0, 1 - y a): no cost once a score is right by a margin of 1.

    Arguments, shapes and errors: `dlcourse.by_hand.HingeLoss`.
    """

    def forward(self, a: Tensor, y: Tensor) -> Tensor:
        """Map scores a and labels y of -1 or 1, both (N, ...), to one number."""
        check_shapes(a, y)
        if not set(y.flatten().tolist()) <= {-1, 1}:
            raise ValueError(f"labels {sorted(set(y.flatten().tolist()))} should be -1 or 1")
        return F.relu(1 - y.to(a.dtype) * a).mean()


def zero_one_error(a: Tensor, y: Tensor) -> float:
    """Count how often the highest score is not the label's, as a fraction.

    Arguments, shapes and errors: `dlcourse.by_hand.zero_one_error`.
    """
    check_labels(y, a)
    return ((a.argmax(dim=1) != y) | a.isnan().any(dim=1)).double().mean().item()


def top_k_error(a: Tensor, y: Tensor, *, k: int = 5) -> float:
    """Count how often the label is not among the k highest scores, as a fraction.

    Arguments, shapes and errors: `dlcourse.by_hand.top_k_error`.
    """
    check_labels(y, a)
    if k not in range(1, a.shape[1] + 1):
        raise ValueError(f"k = {k} guesses among {a.shape[1]} classes")
    guesses = a.argsort(dim=1, descending=True, stable=True)[:, :k]
    missed = (guesses != y[:, None]).all(dim=1)
    return (missed | a.isnan().any(dim=1)).double().mean().item()


def check_labels(y: Tensor, a: Tensor) -> None:
    """Refuse labels that do not fit the scores."""
    whole = not (y.is_floating_point() or y.is_complex() or y.dtype == torch.bool)
    check_whole(whole, y.dtype)
    n, c = a.shape
    if y.shape != (n,):
        raise ValueError(f"labels of shape {tuple(y.shape)} do not fit {n} rows of scores")
    check_examples(n)
    if not 0 <= int(y.min()) <= int(y.max()) < c:
        raise ValueError(f"labels {int(y.min())} to {int(y.max())} do not fit {c} classes")


def check_probabilities(p: Tensor) -> None:
    """Refuse what cannot be probabilities."""
    low, high = torch.aminmax(p.detach())
    if low < 0 or high > 1:
        raise ValueError(f"values from {low:g} to {high:g} are no probabilities")


def check_shapes(f: Tensor, y: Tensor) -> None:
    """Refuse targets that do not stand one to one beside the predictions."""
    if f.shape != y.shape:
        raise ValueError(
            f"predictions of shape {tuple(f.shape)} and targets of shape {tuple(y.shape)}: "
            "they should be alike"
        )
    check_examples(f.numel())
