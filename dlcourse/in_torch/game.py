"""The game of a generator against the best discriminator, in closed form."""

import torch
from torch import Tensor
from torch.nn import functional as F

from dlcourse.by_hand.game import check_alike

__all__ = ["game_value", "jensen_shannon", "optimal_discriminator"]


def optimal_discriminator(p_data: Tensor, p_model: Tensor) -> Tensor:
    """Tell what the best discriminator says of each x.

    Arguments, shapes and errors: `dlcourse.by_hand.optimal_discriminator`.
    """
    check_alike(p_data.shape, p_model.shape)
    total = p_data + p_model
    return torch.where(total == 0, 0.5, p_data / total)


def game_value(p_data: Tensor, p_model: Tensor, d: Tensor) -> Tensor:
    """Average what a discriminator gains.

    Arguments, shapes and errors: `dlcourse.by_hand.game_value`.
    """
    check_alike(p_data.shape, p_model.shape)
    check_alike(p_data.shape, d.shape)
    return (torch.xlogy(p_data, d) + torch.xlogy(p_model, 1 - d)).sum()


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    """Measure how far two distributions are from their average.

    Arguments, shapes and errors: `dlcourse.by_hand.jensen_shannon`.
    """
    check_alike(p.shape, q.shape)
    m = (p + q) / 2
    log_m = torch.where(m == 0, 0, m.log())
    return sum(F.kl_div(log_m, a, reduction="sum") for a in (p, q)) / 2  # type: ignore[return-value]
