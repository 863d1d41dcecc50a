"""The judge: compare what an answer did with what is right, and with what learners get wrong."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.exercises.cases import Case, cases_of
from dlcourse.exercises.letters import letters_in
from dlcourse.exercises.probe import NOT_ATTEMPTED, Seen, probe
from dlcourse.exercises.result import Failure, Result
from dlcourse.exercises.task import Task, Wrong

SINGLE = 2e-4  # relative precision that is asked for where numbers are float32


class AnswerKey:
    """What is right, and what known mistakes give, on the cases that a seed draws.

    Parameters
    ----------
    task : Task
    seed : int
        Source of the cases, and of the numbers in the question.
    """

    def __init__(self, task: Task, seed: int) -> None:
        self.task = task
        self.cases = cases_of(task, seed)
        self.numbers = task.numbers_for(seed)

    @cached_property
    def right(self) -> list[Seen]:
        """What the reference gives, with all the precision there is."""
        reference = partial(self.task.reference, **self.numbers)
        found = probe(reference, [in_double(case) for case in self.cases])
        for seen in found:
            assert not seen.error, f"{self.task.id}: its reference raised {seen.error}"
        return found

    @cached_property
    def mistakes(self) -> list[tuple[Wrong, list[Seen]]]:
        """What each known wrong answer gives."""
        found = []
        for wrong in self.task.wrong:
            answer: Callable[..., Any] = partial(wrong.answer, **self.numbers)
            found.append((wrong, probe(answer, self.cases)))
        return found


@lru_cache(maxsize=1024)
def answer_key(task: Task, seed: int) -> AnswerKey:
    """Make the key of a task once for all answers to it."""
    return AnswerKey(task, seed)


def judge(key: AnswerKey, seen: Sequence[Seen]) -> Result:
    """Judge what an answer did.

    Parameters
    ----------
    key : AnswerKey
        What is right.
    seen : sequence of Seen
        What the answer did with each case of the key.

    Returns
    -------
    Result
        Full points when every case is right, and none otherwise.
    """
    task, tried = key.task, len(key.cases)
    if seen[0].error == NOT_ATTEMPTED:
        return Result(task, "not attempted")
    if task.accept is None:
        seen = [arranged(s, right) for s, right in zip(seen, key.right, strict=True)]
    problems = find_problems(key, seen)
    wrong = [k for k, problem in enumerate(problems) if problem]
    if not wrong:
        return Result(task, "right", tried=tried, right=tried)
    failure = describe(key, wrong[0], seen[wrong[0]], problems[wrong[0]])
    right = tried - len(wrong)
    return Result(
        task, "wrong", tried=tried, right=right, failure=failure, hint=find_hint(key, seen)
    )


def find_problems(key: AnswerKey, seen: Sequence[Seen]) -> list[str]:
    """Say for each case what is wrong with what the answer did, or nothing."""
    task = key.task
    if task.accept is not None:
        return [broken(s) or refused(key, s) for s in seen]
    return [
        broken(s) or changed(task, case, s) or differs(s, right, tolerance(task, case))
        for case, s, right in zip(key.cases, seen, key.right, strict=True)
    ]


def refused(key: AnswerKey, seen: Seen) -> str:
    """Let the task say what is wrong with an answer that may be one of many right ones."""
    assert key.task.accept is not None
    try:
        with np.errstate(all="ignore"):
            return key.task.accept(*map(plain, seen.values), **key.numbers)
    except Exception:  # whatever was given, it is not what was asked for
        given = ", ".join(repr(v.tolist()) for v in seen.values)
        return f"It gave {given[:100]}, which is not what is asked for"


def arranged(seen: Seen, right: Seen) -> Seen:
    """Take a tuple of single numbers and a list of them for the same."""
    count, single = len(right.values), all(value.ndim == 0 for value in seen.values)
    if len(seen.values) == 1 < count and seen.values[0].shape == (count,):
        return replace(seen, values=tuple(np.asarray(number) for number in seen.values[0]))
    if count == 1 < len(seen.values) and single and right.values[0].ndim == 1:
        return replace(seen, values=(np.array(seen.values),))
    return seen


def broken(seen: Seen) -> str:
    """Say that the answer gave nothing that can be judged."""
    if not seen.error:
        return ""
    return f"It raised {seen.error}: {seen.message}" if seen.message else f"It raised {seen.error}"


def changed(task: Task, case: Case, seen: Seen) -> str:
    """Say that the answer wrote into its arguments."""
    named = zip(task.inputs, case.arguments, strict=False)
    arrays = [(name, a) for name, a in named if not isinstance(a, str | tuple | list | dict)]
    for (name, before), after in zip(arrays, seen.after, strict=False):
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
            return (
                f"The values{which} are not right"
                if ours.ndim
                else f"The value{which} is not right"
            )
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


def find_hint(key: AnswerKey, seen: Sequence[Seen]) -> str:
    """Find the known wrong answer that does the same on every case, and give its hint."""
    for wrong, theirs in key.mistakes:
        if all(
            alike(s, t, max(tolerance(key.task, case), 1e-6))
            for s, t, case in zip(seen, theirs, key.cases, strict=True)
        ):
            return wrong.hint
    return ""


def alike(one: Seen, other: Seen, tolerance: float) -> bool:
    """Tell whether two answers did the same."""
    if one.error or other.error:
        return one.error == other.error
    if spelled(one) and spelled(one) == spelled(other):
        return True
    if (len(one.values), len(one.after)) != (len(other.values), len(other.after)):
        return False
    pairs = zip(one.values + one.after, other.values + other.after, strict=True)
    return all(agree(a, b, tolerance) for a, b in pairs)


def spelled(seen: Seen) -> str:
    """Read the letters of an answer, be they a word, a list or a tuple; nothing of numbers."""
    if any(value.dtype.kind != "U" for value in seen.values):
        return ""
    return letters_in(seen.values)


def describe(key: AnswerKey, number: int, seen: Seen, problem: str) -> Failure:
    """Show a failing case: what went in, what came out, and what should have come out.

    Of an answer without arguments the right value is not shown: it is the solution.
    """
    case = key.cases[number]
    inputs = dict(zip(key.task.inputs, case.arguments, strict=False))
    shown = bool(inputs) and key.task.accept is None
    expected = key.right[number].values if shown else ()
    return Failure(problem, case.what, inputs, seen.values, expected)


def plain(value: Array) -> Any:
    """Give a single number or word as such, and arrays as they are."""
    return value.item() if value.ndim == 0 else value


def counted(n: int) -> str:
    """Write a number of results."""
    return "one result" if n == 1 else f"{n} results in a tuple"
