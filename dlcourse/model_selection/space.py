"""Spaces of hyper-parameters: for each name an axis, the values that it may have.

Every axis stretches the unit interval over its values.  That one map serves all searches: a
random number makes a random value, even positions make a grid, and the way back gives the
coordinates in which a Gaussian process measures how far two configurations are apart.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from dlcourse.by_hand.box import Array

Configuration = dict[str, Any]


class Axis(Protocol):
    """The values that one hyper-parameter may have."""

    def at(self, position: float) -> Any:
        """Give the value at a position from 0 to 1."""

    def grid(self, points: int) -> list[Any]:
        """Give some values that cover the axis, both ends included."""

    def coordinates(self, value: Any) -> tuple[float, ...]:
        """Give the place of a value, each coordinate from 0 to 1."""


Space = Mapping[str, Axis]


class Choice:
    """One of some values that have no order, such as the name of an activation.

    Parameters
    ----------
    *values : str, int, float, bool, None or tuple of these
        What a file of results can hold.

    Raises
    ------
    ValueError
        When there is no value, one occurs twice, or one cannot be kept in a file.
    """

    def __init__(self, *values: Any) -> None:
        if not values:
            raise ValueError("a choice of no values: name at least one, as in Choice('ReLU')")
        for value in values:
            check_plain(value)
        if len({repr(value) for value in values}) < len(values):
            raise ValueError(f"a value occurs twice in {values}")
        self.values = values

    def __repr__(self) -> str:
        return f"Choice({', '.join(map(repr, self.values))})"

    def at(self, position: float) -> Any:
        """Give the value at a position from 0 to 1; each value has an equal share."""
        return self.values[min(int(position * len(self.values)), len(self.values) - 1)]

    def grid(self, points: int) -> list[Any]:
        """Give all values, however many points are asked for."""
        return list(self.values)

    def coordinates(self, value: Any) -> tuple[float, ...]:
        """Give 1 for this value and 0 for each other: all are equally far apart."""
        return tuple(float(value == other) for other in self.values)


@dataclass(frozen=True)
class Uniform:
    """A number between two ends, drawn evenly.

    Parameters
    ----------
    low, high : float

    Raises
    ------
    ValueError
        When the ends are not finite, or not in this order.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        check_ends(self.low, self.high)

    def at(self, position: float) -> float:
        """Give the value at a position from 0 to 1."""
        return float(self.low + position * (self.high - self.low))

    def grid(self, points: int) -> list[float]:
        """Give evenly spaced values, as many as points; both ends included."""
        return [self.at(position) for position in even_positions(points)]

    def coordinates(self, value: float) -> tuple[float, ...]:
        """Give the place of a value from 0 to 1."""
        return ((value - self.low) / (self.high - self.low),)


@dataclass(frozen=True)
class LogUniform:
    """A positive number whose logarithm is drawn evenly: each decade is equally likely.

    Parameters
    ----------
    low, high : float
        Above 0.

    Raises
    ------
    ValueError
        When an end is not positive and finite, or they are not in this order.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        check_ends(self.low, self.high)
        check_positive(self.low)

    def at(self, position: float) -> float:
        """Give the value at a position from 0 to 1."""
        return min(float(self.low * (self.high / self.low) ** position), float(self.high))

    def grid(self, points: int) -> list[float]:
        """Give values with an even ratio, as many as points; both ends included."""
        return [self.at(position) for position in even_positions(points)]

    def coordinates(self, value: float) -> tuple[float, ...]:
        """Give the place of the logarithm of a value from 0 to 1."""
        return (math.log(value / self.low) / math.log(self.high / self.low),)


@dataclass(frozen=True)
class Integers:
    """A whole number between two ends, both included.

    Parameters
    ----------
    low, high : int
    log : bool
        Whether to draw the logarithm evenly instead, as for numbers of units.

    Raises
    ------
    ValueError
        When an end is no whole number, they are not in this order, or the logarithm is asked of
        a number below 1.
    """

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        if int(self.low) != self.low or int(self.high) != self.high:
            raise ValueError(f"{self.low} and {self.high} should be whole numbers")
        check_ends(self.low, self.high)
        if self.log:
            check_positive(self.low)

    @property
    def real(self) -> Uniform | LogUniform:
        """The axis of real numbers whose whole part is the value."""
        return (LogUniform if self.log else Uniform)(self.low, self.high + 1)

    def at(self, position: float) -> int:
        """Give the value at a position from 0 to 1."""
        return int(min(max(math.floor(self.real.at(position)), self.low), self.high))

    def grid(self, points: int) -> list[int]:
        """Give evenly spaced values, as many as points, or as there are; both ends included."""
        ends = (LogUniform if self.log else Uniform)(self.low, self.high)
        return sorted({round(value) for value in ends.grid(points)})

    def coordinates(self, value: int) -> tuple[float, ...]:
        """Give the place of the middle of a value's share from 0 to 1."""
        return self.real.coordinates(value + 0.5)


# ---- all axes together --------------------------------------------------------------------


def draw(space: Space, rng: np.random.Generator) -> Configuration:
    """Draw a value on each axis."""
    return {name: axis.at(rng.random()) for name, axis in space.items()}


def combinations(space: Space, points: int | Mapping[str, int]) -> Iterator[Configuration]:
    """Yield every combination of the grid points of all axes, the last axis fastest.

    Parameters
    ----------
    space : mapping of str to axis
    points : int or mapping of str to int
        How many on each axis; a `Choice` has its own.

    Raises
    ------
    ValueError
        When the points lack an axis or name an unknown one, or are fewer than 1.
    """
    wanted = points if isinstance(points, Mapping) else dict.fromkeys(space, points)
    counted = {name for name, axis in space.items() if not isinstance(axis, Choice)}
    if not counted <= wanted.keys() <= space.keys():
        raise ValueError(f"points for {sorted(wanted)} do not fit the axes {sorted(counted)}")
    values = [axis.grid(wanted.get(name, 1)) for name, axis in space.items()]
    for combination in itertools.product(*values):
        yield dict(zip(space, combination, strict=True))


def coordinates(space: Space, configuration: Configuration) -> Array:
    """Give the place of a configuration in the unit cube: an array of shape (D,)."""
    places = (axis.coordinates(configuration[name]) for name, axis in space.items())
    return np.array([coordinate for place in places for coordinate in place])


def even_positions(points: int) -> list[float]:
    """Give positions from 0 to 1, both included; the middle when there is one."""
    if points < 1:
        raise ValueError(f"{points} grid points on an axis: at least 1 is needed")
    return [0.5] if points == 1 else [i / (points - 1) for i in range(points)]


def check_space(space: Space) -> None:
    """Refuse a space without axes, and what is no axis."""
    if not space:
        raise ValueError("the space is empty: name at least one hyper-parameter and its values")
    for name, axis in space.items():
        if not hasattr(axis, "coordinates"):
            raise ValueError(
                f"{name!r} is {axis!r}, and no axis: write Choice, Uniform, LogUniform or Integers"
            )


def check_ends(low: float, high: float) -> None:
    """Refuse an interval that is empty or has no end."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"from {low} to {high}: the first should be below the second, both finite")


def check_positive(low: float) -> None:
    """Refuse a logarithm of what has none."""
    if low <= 0:
        raise ValueError(f"from {low}: a logarithmic axis begins above 0")


def check_plain(value: Any) -> None:
    """Refuse a value that a file of results cannot hold."""
    if isinstance(value, tuple):
        for part in value:
            check_plain(part)
    elif not isinstance(value, str | int | float | bool | None):
        raise ValueError(
            f"a choice of {value!r}: use numbers, texts, True, False, None or tuples of these, "
            "and let the objective make something of them"
        )
