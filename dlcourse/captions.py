"""Captions: small pictures made from a seed, each with a sentence about it."""

from dataclasses import dataclass

import numpy as np

from dlcourse.by_hand.box import Array

SIZE = 12  # pixels along a side
SHAPES = ("cross", "ring", "square", "triangle")
PLACES = {
    "on the left": (6, 3),
    "on the right": (6, 9),
    "at the top": (3, 6),
    "at the bottom": (9, 6),
}
RADII = {"small": 1.8, "large": 3.2}
"""The row and column of the middle of a shape, and how far it reaches, in pixels."""


@dataclass(frozen=True)
class Captioned:
    """Pictures with a sentence each.

    Attributes
    ----------
    pictures : array of shape (N, 12, 12)
        Grey levels, about 0 to 1.
    sentences : list of str
        Such as "a large cross on the left".
    """

    pictures: Array
    sentences: list[str]

    @property
    def x(self) -> Array:
        """The pictures as vectors, (N, 144)."""
        return self.pictures.reshape(len(self.pictures), -1)


def captioned_pictures(
    n: int, *, light: float = 1.5, noise: float = 0.05, rng: np.random.Generator
) -> Captioned:
    """Draw shapes of several sizes at several places, in changing light, and say what they are.

    Parameters
    ----------
    n : int
        Number of pictures.
    light : float
        How much the light on a picture rises or falls from one side to another, at most; the
        sentences do not speak of it.
    noise : float
        Standard deviation of what is added to each pixel.
    rng : numpy.random.Generator
        Source of the shapes, of their exact places and grey levels, and of the noise.

    Returns
    -------
    Captioned

    Notes
    -----
    There are 32 different sentences.  Slide row M06.
    """
    pictures, sentences = [], []
    for _ in range(n):
        shape = str(rng.choice(SHAPES))
        size, place = str(rng.choice(list(RADII))), str(rng.choice(list(PLACES)))
        middle = np.array(PLACES[place]) - 0.5 + rng.uniform(-0.7, 0.7, 2)
        picture = draw_shape(shape, middle, RADII[size] * rng.uniform(0.9, 1.1))
        slopes = light * rng.uniform(-0.5, 0.5, 2)
        pictures.append(0.3 + rng.uniform(0.4, 0.7) * picture + ramp(slopes))
        sentences.append(f"a {size} {shape} {place}")
    clean = np.array(pictures)
    return Captioned(clean + noise * rng.standard_normal(clean.shape), sentences)


def draw_shape(shape: str, middle: Array, radius: float) -> Array:
    """Draw a shape of 1 on a ground of 0, its edges softened over a pixel: (12, 12)."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    down, across = rows - middle[0], columns - middle[1]
    square = np.maximum(np.abs(down), np.abs(across))
    inside = {
        "cross": np.maximum(np.minimum(np.abs(down), np.abs(across)) - 0.2, square - radius),
        "ring": np.abs(np.hypot(down, across) - radius) - 0.4,
        "square": square - radius,
        "triangle": np.maximum(np.abs(across) - (down + radius) / 2, down - radius),
    }
    return np.clip(0.5 - inside[shape], 0, 1)


def ramp(slopes: Array) -> Array:
    """Make grey levels that rise evenly downwards and to the right by these amounts: (12, 12)."""
    along = np.linspace(-0.5, 0.5, SIZE)
    return slopes[0] * along[:, None] + slopes[1] * along
