"""The judge: compare what an answer did with what is right, and with what learners get wrong."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.exercises.cases import Case
from dlcourse.exercises.probe import NOT_ATTEMPTED, Seen, probe
from dlcourse.exercises.result import Failure, Result
from dlcourse.exercises.task import Task

SINGLE = 2e-4  # relative precision that is asked for where numbers are float32


def judge(task: Task, cases: Sequence[Case], seen: Sequence[Seen], *, seed: int = 0) -> Result:
    """Judge what an answer did.

    Parameters
    ----------
    task : Task
    cases : sequence of Case
        What it was tried on.
    seen : sequence of Seen
        What it did with each.
    seed : int
        Source of the numbers in the question.

    Returns
    -------
    Result
        Full points when every case is right, and none otherwise.
    """
    if seen[0].error == NOT_ATTEMPTED:
        return Result(task, "not attempted")
    numbers = task.numbers_for(seed)
    problems = find_problems(task, cases, seen, numbers)
    wrong = [k for k, problem in enumerate(problems) if problem]
    if not wrong:
        return Result(task, "right", tried=len(cases), right=len(cases))
    failure = describe(task, cases[wrong[0]], seen[wrong[0]], problems[wrong[0]], numbers)
    right = len(cases) - len(wrong)
    hint = find_hint(task, cases, seen, numbers)
    return Result(task, "wrong", tried=len(cases), right=right, failure=failure, hint=hint)


def find_problems(
    task: Task, cases: Sequence[Case], seen: Sequence[Seen], numbers: Mapping[str, Any]
) -> list[str]:
    """Say for each case what is wrong with what the answer did, or nothing."""
    if task.accept is not None:
        return [broken(s) or task.accept(*map(plain, s.values), **numbers) for s in seen]
    expected = probe(partial(task.reference, **numbers), [in_double(case) for case in cases])
    for right in expected:
        assert not right.error, f"the reference of {task.id} raised {right.error}: {right.message}"
    return [
        broken(s) or changed(task, case, s) or differs(s, right, tolerance(task, case))
        for case, s, right in zip(cases, seen, expected, strict=True)
    ]


def broken(seen: Seen) -> str:
    """Say that the answer gave nothing that can be judged."""
    if not seen.error:
        return ""
    return f"It raised {seen.error}: {seen.message}" if seen.message else f"It raised {seen.error}"


def changed(task: Task, case: Case, seen: Seen) -> str:
    """Say that the answer wrote into its arguments."""
    named = zip(task.inputs, case.arguments, strict=False)
    arrays = [(name, a) for name, a in named if not isinstance(a, str | tuple | list | dict)]
    for (name, before), after in zip(arrays, seen.after, strict=True):
        if not np.array_equal(before, after, equal_nan=True):
            return f"It changed its argument {name}, which belongs to the caller"
    return ""


def differs(seen: Seen, right: Seen, tolerance: float) -> str:
    """Say how the values differ from the right ones."""
    if len(seen.values) != len(right.values):
        return f"It gave {counted(len(seen.values))}; asked for: {counted(len(right.values))}"
    for k, (ours, theirs) in enumerate(zip(seen.values, right.values, strict=True)):
        which = f" of result {k + 1}" if len(right.values) > 1 else ""
        if (ours.dtype.kind == "U") != (theirs.dtype.kind == "U"):
            asked = "words" if theirs.dtype.kind == "U" else "numbers"
            return f"It gave {ours.tolist()!r} where {asked} are asked for"
        if ours.shape != theirs.shape:
            return f"The shape{which} is {ours.shape}; it should be {theirs.shape}"
        if not agree(ours, theirs, tolerance):
            if ours.dtype.kind in "fc" and not np.isfinite(ours).all():
                return f"The values{which} are not all finite"
            return f"The values{which} are not right" if which else "The value is not right"
    return ""


def agree(ours: Array, theirs: Array, tolerance: float) -> bool:
    """Compare two arrays of numbers, or of words."""
    if ours.shape != theirs.shape:
        return False
    if "U" in (ours.dtype.kind, theirs.dtype.kind):
        return bool(np.array_equal(ours, theirs))
    scale = np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0) if theirs.size else 1.0
    return bool(np.allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def tolerance(task: Task, case: Case) -> float:
    """Ask for less precision where the numbers have less."""
    return max(task.tolerance, SINGLE) if case.single else task.tolerance


def in_double(case: Case) -> Case:
    """Give the reference all the precision there is."""
    arguments = (
        a.astype(np.float64) if isinstance(a, np.ndarray) and a.dtype == np.float32 else a
        for a in case.arguments
    )
    return Case(tuple(arguments), case.what, case.single)


def find_hint(
    task: Task, cases: Sequence[Case], seen: Sequence[Seen], numbers: Mapping[str, Any]
) -> str:
    """Find the known wrong answer that does the same on every case, and give its hint."""
    for wrong in task.wrong:
        answer: Callable[..., Any] = wrong.answer
        if task.numbers is not None:
            answer = partial(answer, **numbers)
        theirs = probe(answer, cases)
        if all(
            alike(s, t, max(tolerance(task, case), 1e-6))
            for s, t, case in zip(seen, theirs, cases, strict=True)
        ):
            return wrong.hint
    return ""


def alike(one: Seen, other: Seen, tolerance: float) -> bool:
    """Tell whether two answers did the same."""
    if one.error or other.error:
        return one.error == other.error
    pairs = zip(one.values + one.after, other.values + other.after, strict=True)
    return len(one.values) == len(other.values) and all(agree(a, b, tolerance) for a, b in pairs)


def describe(
    task: Task, case: Case, seen: Seen, problem: str, numbers: Mapping[str, Any]
) -> Failure:
    """Show a failing case: what went in, what came out, and what should have come out.

    Of an answer without arguments the right value is not shown: it is the solution.
    """
    inputs = dict(zip(task.inputs, case.arguments, strict=False))
    expected: tuple[Array, ...] = ()
    if inputs and task.accept is None:
        expected = probe(partial(task.reference, **numbers), [in_double(case)])[0].values
    return Failure(problem, case.what, inputs, seen.values, expected)


def plain(value: Array) -> Any:
    """Give a single number or word as such, and arrays as they are."""
    return value.item() if value.ndim == 0 else value


def counted(n: int) -> str:
    """Write a number of results."""
    return "one result" if n == 1 else f"{n} results in a tuple"
