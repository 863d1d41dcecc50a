"""Sums and products of boxes: where the paths of a flow graph meet."""

from dlcourse.by_hand.box import Array, Box


class Add(Box):
    """Add two arrays: z = x + y.

    Raises
    ------
    ValueError
        From `fprop`, when the shapes differ.

    Notes
    -----
    Slide rows B01, B06.
    """

    def fprop(self, x: Array, y: Array) -> Array:
        """Map x and y of one shape to their sum."""
        if x.shape != y.shape:
            raise ValueError(f"shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be added")
        return x + y

    def bprop(self, dz: Array) -> tuple[Array, Array]:
        """Map the gradient at z to the gradients at x and y: both get all of it."""
        return dz, dz


class Multiply(Box):
    """Multiply two arrays, element by element: z = x * y.

    Raises
    ------
    ValueError
        From `fprop`, when the shapes differ.

    Notes
    -----
    Slide rows B01, B06.
    """

    def fprop(self, x: Array, y: Array) -> Array:
        """Map x and y of one shape to their product."""
        if x.shape != y.shape:
            raise ValueError(f"shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be multiplied")
        self.saved = x, y
        return x * y

    def bprop(self, dz: Array) -> tuple[Array, Array]:
        """Map the gradient at z to the gradients at x and y: each times the other factor."""
        x, y = self.saved
        return dz * y, dz * x
