"""A deep learning course: every concept by hand in NumPy and in PyTorch, tested to be equal.

Equal means to rounding: on the cases that the tests draw, no value and no gradient differs by more
than a relative 1e-10 in float64, or what its row in `dlcourse.cases` allows and gives a reason for,
and 1e-3 in float32 (`dlcourse.parity`).
"""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load `show` when it is first asked for, so that importing the package costs nothing."""
    if name == "show":
        from dlcourse.sources import show

        return show
    raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")
