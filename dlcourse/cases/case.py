"""A case: what one comparison of twins needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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


def call(name: str) -> Callable[[Any, Case], dict[str, Any]]:
    """Make a procedure that calls the function of this name once."""

    def play(side: Any, case: Case) -> dict[str, Any]:
        inputs = (side.array(x) for x in case.inputs)
        return {"value": getattr(side.lib, name)(*inputs, **case.arguments)}

    return play
