"""Windows over images: PyTorch looks through them by itself; their number is the same."""

from dlcourse.by_hand.windows import output_size

__all__ = ["output_size"]
