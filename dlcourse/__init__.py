"""A deep learning course: every concept by hand in NumPy and in PyTorch, proven equal."""

__version__ = "0.1.0"
