"""Training as another processor would: from weights that differ in their last digits.

Processors round the sums in a product of matrices each in their own way.  What the last digits
change, long training makes visible; a claim of a lecture has to hold all the same.
"""

import zlib
from functools import wraps
from typing import Any

import numpy as np

from dlcourse import by_hand, in_torch
from dlcourse.by_hand.box import Array

DIGITS = 4.0  # how large the change is, in units of the last digit


def train_otherwise(seed: int) -> None:
    """Let every training of this process, on either side, start a last digit or so aside.

    Parameters
    ----------
    seed : int
        Source of the change, the same on both sides: they coincide as before.
    """
    for lib in (by_hand, in_torch):
        nudge_before(lib.SGD, seed)


def nudge_before(optimizer: Any, seed: int) -> None:
    """Let an optimizer nudge the parameters of a net when it is made."""
    usual = optimizer.__init__

    @wraps(usual)
    def init(self: Any, net: Any, **options: Any) -> None:
        by_name = net.named("params") if isinstance(net, by_hand.Box) else net.named_parameters()
        for name, theta in by_name:
            values = theta if isinstance(theta, np.ndarray) else theta.detach().numpy()
            nudge(values, name, seed)
        usual(self, net, **options)

    optimizer.__init__ = init


def nudge(values: Array, name: str, seed: int) -> None:
    """Change the last digits of an array in place; 0 stays 0."""
    noise = np.random.default_rng([seed, zlib.crc32(name.encode())]).standard_normal(values.shape)
    values *= 1 + DIGITS * np.finfo(values.dtype).eps * noise
