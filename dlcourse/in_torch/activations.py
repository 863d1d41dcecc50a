"""Activation functions: what a unit makes of its pre-activation."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.in_torch.numbers import check_sizes


class Identity(nn.Module):
    """Pass the pre-activation on unchanged.

    Arguments, shapes and errors: `dlcourse.by_hand.Identity`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map a of any shape to itself."""
        return a


class Sign(nn.Module):
    """Fire +1 or -1 by the sign of the pre-activation, and 0 at 0.

    Arguments, shapes and errors: `dlcourse.by_hand.Sign`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map a of any shape to -1, 0 or 1."""
        return torch.where(a.isnan(), torch.nan, torch.sign(a))  # PyTorch's is 0 at NaN


class Sigmoid(nn.Module):
    """Squash the pre-activation into (0, 1).

    Arguments, shapes and errors: `dlcourse.by_hand.Sigmoid`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map a of any shape to values between 0 and 1."""
        return torch.sigmoid(a)


class Tanh(nn.Module):
    """Squash the pre-activation into (-1, 1).

    Arguments, shapes and errors: `dlcourse.by_hand.Tanh`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map a of any shape to values between -1 and 1."""
        return torch.tanh(a)


class ReLU(nn.Module):
    """Cut off what is negative.

    Arguments, shapes and errors: `dlcourse.by_hand.ReLU`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map a of any shape to values from 0 up."""
        return F.relu(a)


class Softmax(nn.Module):
    """Turn scores into probabilities.

    Arguments, shapes and errors: `dlcourse.by_hand.Softmax`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map scores (N, C) to probabilities (N, C) along the last axis."""
        check_sizes(classes=a.shape[-1])
        return F.softmax(a, dim=-1)


class LogSoftmax(nn.Module):
    """Turn scores into log probabilities.

    Arguments, shapes and errors: `dlcourse.by_hand.LogSoftmax`.
    """

    def forward(self, a: Tensor) -> Tensor:
        """Map scores (N, C) to log probabilities (N, C) along the last axis."""
        check_sizes(classes=a.shape[-1])
        return F.log_softmax(a, dim=-1)


def logsumexp(a: Tensor) -> Tensor:
    """Compute log(sum of exp(a)) over the last axis without overflow.

    Arguments, shapes and errors: `dlcourse.by_hand.logsumexp`.
    """
    check_sizes(scores=a.shape[-1])
    return torch.logsumexp(a, dim=-1)


def softmax_jacobian(a: Tensor) -> Tensor:
    """Compute every derivative of every softmax probability.

    Arguments, shapes and errors: `dlcourse.by_hand.softmax_jacobian`.
    """
    return torch.func.jacrev(Softmax())(a)
