"""Cases: what an answer is tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.exercises.task import Arguments, Task


@dataclass(frozen=True)
class Case:
    """Arguments of one call.

    Attributes
    ----------
    arguments : tuple
        Arrays and plain Python values; arrays stay arrays, for PyTorch too.
    what : str
        What is special about it; empty for a drawn case.
    single : bool
        Whether numbers have only the precision of float32.
    """

    arguments: Arguments
    what: str = ""
    single: bool = False


def cases_of(task: Task, seed: int) -> list[Case]:
    """Draw the cases of a task, from the smallest to the hardest.

    The largest comes again in float32, and once more with its numbers scattered in memory, as a
    slice or a transpose has them.
    """
    drawn = [Case(arguments) for arguments in task.draw(np.random.default_rng(seed))]
    largest = max(drawn, key=lambda case: size_of(case.arguments)).arguments
    if not any(is_real(a) and a.ndim for a in largest):
        return drawn
    single = tuple(a.astype(np.float32) if is_real(a) else a for a in largest)
    scattered = tuple(spread_out(a) if is_real(a) else a for a in largest)
    return [
        *drawn,
        Case(single, "numbers in float32", single=True),
        Case(scattered, "numbers scattered in memory"),
    ]


def size_of(arguments: Sequence[Any]) -> int:
    """Count the numbers in the arrays among the arguments."""
    return sum(a.size for a in arguments if isinstance(a, np.ndarray))


def is_real(a: Any) -> bool:
    """Tell arrays of real numbers from labels and from everything else."""
    return isinstance(a, np.ndarray) and a.dtype.kind == "f"


def spread_out(a: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Copy an array into every second place of a longer one, and give that view."""
    if not a.ndim:
        return a
    longer = np.full((*a.shape[:-1], 2 * a.shape[-1]), np.nan, a.dtype)
    view = longer[..., ::2]
    view[...] = a
    return view
