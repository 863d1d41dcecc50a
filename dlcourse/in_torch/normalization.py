"""Normalization: give every input, or every unit, mean 0 and variance 1."""

import torch
from torch import Tensor, nn

from dlcourse.by_hand.normalization import check_batch, check_columns
from dlcourse.in_torch.numbers import check_sizes

__all__ = ["BatchNorm1d", "BatchNorm2d", "Standardize", "compute_global_statistics"]


class Standardize(nn.Module):
    """Subtract the mean of each input over the training set, and divide by its deviation.

    Arguments, shapes and errors: `dlcourse.by_hand.Standardize`.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, num_features: int) -> None:
        super().__init__()
        check_sizes(inputs=num_features)
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("std", torch.ones(num_features))

    def fit(self, x: Tensor) -> None:
        """Learn the mean and the deviation of each column of the training examples x (T, D)."""
        check_columns(tuple(x.shape), len(self.mean))
        std, mean = torch.std_mean(x, dim=0, correction=0)
        self.mean.copy_(mean)
        self.std.copy_(torch.where(std > 0, std, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, D) to (x - mean) / std."""
        check_columns(tuple(x.shape), len(self.mean))
        return (x - self.mean) / self.std


class BatchNorm1d(nn.BatchNorm1d):
    """Normalize each unit over the mini-batch, then scale by gamma and shift by beta.

    Arguments, shapes and errors: `dlcourse.by_hand.BatchNorm1d`.
    """

    def __init__(self, num_features: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        check_sizes(units=num_features)
        super().__init__(num_features, eps=eps, momentum=momentum)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, C) to gamma x_hat + beta."""
        check_batch(tuple(x.shape), self.num_features, dims=2, training=self.training)
        return super().forward(x)


class BatchNorm2d(nn.BatchNorm2d):
    """Normalize each channel over the images and pixels of the mini-batch.

    Arguments, shapes and errors: `dlcourse.by_hand.BatchNorm2d`.
    """

    def __init__(self, num_features: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        check_sizes(units=num_features)
        super().__init__(num_features, eps=eps, momentum=momentum)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (N, C, H, W) to gamma x_hat + beta."""
        check_batch(tuple(x.shape), self.num_features, dims=4, training=self.training)
        return super().forward(x)


@torch.no_grad()
def compute_global_statistics(net: nn.Module, x: Tensor) -> None:
    """Give every batch normalization of a net the mean and variance over all of x.

    Arguments, shapes and errors: `dlcourse.by_hand.compute_global_statistics`.
    """
    was_training = net.training
    net.eval()
    for norm in net.modules():
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            momentum, norm.momentum = norm.momentum, 1.0
            norm.train()
            net(x)
            norm.eval()
            norm.momentum = momentum
    net.train(was_training)
