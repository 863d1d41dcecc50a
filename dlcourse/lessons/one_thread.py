"""One thread for what a notebook computes, whoever started its kernel."""

import torch  # noqa: TID251 (it has threads of its own)
from threadpoolctl import threadpool_limits


def compute_with_one_thread() -> None:
    """Let NumPy and PyTorch compute with one thread from here on.

    Small nets are faster so: threads that wait for each other take longer than the product of two
    small matrices.  And sums are taken in one order, so that numbers are the same again.
    """
    threadpool_limits(1)
    torch.set_num_threads(1)
