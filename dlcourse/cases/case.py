"""A case: what one comparison of twins needs; and a row of the table of twins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array


@dataclass(frozen=True)
class Case:
    """Arguments and inputs for one comparison of twins.

    Attributes
    ----------
    arguments : mapping of str to object
        What the concept is built with, or the keyword arguments of a function.
    inputs : tuple of arrays
        What it is called with.
    fixed : frozenset of int
        Positions of inputs without a gradient: labels and targets.
    build : callable, optional
        Makes the box from a `Side` and the arguments; by default the class of the row does.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Array, ...] = ()
    fixed: frozenset[int] = frozenset()
    build: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Twin:
    """One concept that exists by hand and in PyTorch under the same name.

    A box is called, and its value and every gradient are compared.  A function's value is
    compared.  A procedure is played on both sides from the same state, data and noise, and
    all that it leaves is compared.

    Attributes
    ----------
    name : str
        The name both sides export.
    case : callable
        Maps a generator and sizes to a `Case`.
    sizes : mapping of str to (int, int)
        Smallest and largest value of each size.
    slides : str
        The rows of the slides that the concept implements.
    play : callable, optional
        Maps a `Side` and a `Case` to named results.  A row with it is no box.
    rejects : tuple of callables
        Each maps a generator to a `Case` that both sides refuse with the same ValueError.
    tolerance : float
        Largest relative difference in float64.
    single : bool
        Whether the concept is compared in float32 too.
    """

    name: str
    case: Callable[..., Case]
    sizes: Mapping[str, tuple[int, int]]
    slides: str
    play: Callable[[Any, Case], dict[str, Any]] | None = None
    rejects: tuple[Callable[[np.random.Generator], Case], ...] = ()
    tolerance: float = 1e-10
    single: bool = True

    def by_hand(self) -> Any:
        """Load the NumPy side."""
        return getattr(import_module("dlcourse.by_hand"), self.name)

    def in_torch(self) -> Any:
        """Load the PyTorch side, and PyTorch with it."""
        return getattr(import_module("dlcourse.in_torch"), self.name)

    def draw_sizes(self, rng: np.random.Generator) -> dict[str, int]:
        """Draw every size of a case."""
        return {size: int(rng.integers(low, high + 1)) for size, (low, high) in self.sizes.items()}

    def check_sizes(self, sizes: Mapping[str, int]) -> None:
        """Refuse sizes that the cases of this concept do not have.

        Raises
        ------
        ValueError
            When a size is unknown or out of its range.
        """
        for size, value in sizes.items():
            if size not in self.sizes:
                known = ", ".join(self.sizes)
                raise ValueError(f"{self.name} has no size {size!r}; it has {known}")
            low, high = self.sizes[size]
            if not low <= value <= high:
                raise ValueError(f"{size} = {value} is not within {low} to {high}")


def call(name: str) -> Callable[[Any, Case], dict[str, Any]]:
    """Make a procedure that calls the function of this name once."""

    def play(side: Any, case: Case) -> dict[str, Any]:
        inputs = (side.array(x) for x in case.inputs)
        return {"value": getattr(side.lib, name)(*inputs, **case.arguments)}

    return play


BATCH = {"n": (1, 4), "d": (1, 5)}
SCORES = {"n": (1, 4), "c": (1, 5)}
"""Sizes that many rows share: of a batch of vectors, and of a batch of scores."""
