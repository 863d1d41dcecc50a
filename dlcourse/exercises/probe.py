"""The probe: run a learner's answer on cases, and bring back nothing but arrays and words.

It runs where the learner's code runs, and decides nothing.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.exercises.cases import Case

Array = np.ndarray[Any, Any]  # this file stands alone: it runs in the sandbox too

NOT_ATTEMPTED = "NotImplementedError"


@dataclass(frozen=True)
class Seen:
    """What an answer did with one case.

    Attributes
    ----------
    values : tuple of arrays
        What it gave: one array, or as many as it gave in a tuple.
    after : tuple of arrays
        The arrays among its arguments, as they were afterwards.
    error : str
        The class of the exception it ended in, or nothing.
    message : str
        What the exception said.
    """

    values: tuple[Array, ...] = ()
    after: tuple[Array, ...] = ()
    error: str = ""
    message: str = ""


def probe(answer: Callable[..., Any], cases: Sequence[Case], *, torch: bool = False) -> list[Seen]:
    """Call an answer on each case.

    Parameters
    ----------
    answer : callable
    cases : sequence of Case
    torch : bool
        Whether it takes tensors: arrays are turned into tensors, and tensors back.
    """
    return [one_call(answer, case, torch) for case in cases]


def one_call(answer: Callable[..., Any], case: Case, torch: bool) -> Seen:
    """Call an answer once, on copies.

    Warnings of overflow decide nothing: what counts is what comes out, and large numbers are among
    the cases of every task whose formula can overflow.  A right value that was infinite on its way
    is right, as 1 / (1 + exp(800)) is.
    """
    arguments = [as_tensor(a) if torch else copied(a) for a in case.arguments]
    try:
        with np.errstate(all="ignore"):
            given = answer(*arguments)
        if isinstance(given, tuple) and any(part is None for part in given):
            raise TypeError("one of the results is None")
        values = tuple(as_array(v) for v in (given if isinstance(given, tuple) else (given,)))
    except Exception as error:
        return Seen(error=type(error).__name__, message=str(error))
    after = (as_array(a) for a in arguments if not isinstance(a, str | tuple | list | dict))
    return Seen(values, tuple(after))


def copied(a: Any) -> Any:
    """Copy an argument, an array with the gaps it has in memory."""
    if isinstance(a, np.ndarray) and a.base is not None:
        base = a.base.copy()
        return np.lib.stride_tricks.as_strided(base, a.shape, a.strides)
    return copy.deepcopy(a)


def as_tensor(a: Any) -> Any:
    """Turn an array into a tensor, and leave everything else."""
    if not isinstance(a, np.ndarray):
        return copied(a)
    import torch

    return torch.tensor(a)


def as_array(value: Any) -> Array:
    """Turn what an answer gave into an array of numbers or of words.

    Raises
    ------
    TypeError
        When it is neither.
    """
    if value is None:
        raise TypeError("the answer gives None; is its `return` missing?")
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    try:
        array = np.array(value)
    except ValueError:  # lists of different lengths
        array = np.array(None)
    if array.dtype.kind not in "biufUc":
        raise TypeError(f"the answer gives a {type(value).__name__}, not numbers")
    return array
