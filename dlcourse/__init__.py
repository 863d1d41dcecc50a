"""A deep learning course: every concept by hand in NumPy and in PyTorch, proven equal."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load `show` when it is first asked for, so that importing the package costs nothing."""
    if name == "show":
        from dlcourse.sources import show

        return show
    raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")
