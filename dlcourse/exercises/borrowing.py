"""Tell what an answer leaves to packages, where it is to be written by hand.

In a notebook this is a kind word in time.  When a class is graded, the packages are not there.
"""

import dis
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from dlcourse.exercises.result import Failure, Result
from dlcourse.exercises.task import LIBRARIES, Task

COURSE = ("dlcourse.by_hand", "dlcourse.in_torch")
"""Where the course solves its own tasks."""

IMPORTS = {"__import__", "import_module"}
MOST = 5000  # values that are looked at


def packages_closed_to(task: Task) -> tuple[str, ...]:
    """Name the packages that an answer may not leave the work to."""
    return COURSE + (tuple(LIBRARIES) if task.by_hand else ())


def left_to(task: Task, package: str) -> Result:
    """Give the result of an answer that leaves to a package what is to be written."""
    said = LIBRARIES.get(package, "the course's own code")
    hint = "What it gives may be right. Here you write it yourself"
    hint += ", with NumPy alone." if task.by_hand else "."
    return Result(
        task, "wrong", tried=1, failure=Failure(f"It leaves the work to {said}"), hint=hint
    )


def borrowed(answer: Callable[..., Any], packages: Sequence[str]) -> str:
    """Name the package that an answer leaves the work to, or nothing.

    Parameters
    ----------
    answer : callable
    packages : sequence of str
        Such as "torch" or "dlcourse.by_hand".
    """
    for value in reached(answer, {}):
        home = f"{home_of(value)}."
        for package in packages:
            if home.startswith(f"{package}."):
                return package
    return ""


def home_of(value: Any) -> str:
    """Name the module that a value comes from, or is."""
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, np.ufunc) and value is not getattr(np, value.__name__, None):
        return "scipy"  # its ufuncs, such as expit, do not tell
    return str(getattr(value, "__module__", None) or type(value).__module__)


def reached(value: Any, met: dict[int, Any]) -> Iterator[Any]:
    """List a value, and what it uses or holds."""
    if id(value) in met or len(met) > MOST:
        return
    met[id(value)] = value  # as long as it is kept, its id is its own
    yield value
    inside: Iterable[Any] = ()
    if isinstance(value, FunctionType):
        inside = used_by(value)
    elif isinstance(value, MethodType):
        inside = (value.__func__, value.__self__)
    elif isinstance(value, partial):
        inside = (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, type) and value.__module__ == "__main__":
        inside = list(vars(value).values())
    elif isinstance(value, dict):
        inside = list(value.values())
    elif isinstance(value, list | tuple):
        inside = value
    for part in inside:
        yield from reached(part, met)


def used_by(function: FunctionType) -> list[Any]:
    """List what a function uses from outside itself, modules that it imports among them."""
    found: list[Any] = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # it has no value yet
            continue
    for code in codes_in(function.__code__):
        steps = list(dis.get_instructions(code))
        used = sorted({s.argval for s in steps if s.opname in ("LOAD_GLOBAL", "LOAD_NAME")})
        found += [function.__globals__[name] for name in used if name in function.__globals__]
        imported = [s.argval for s in steps if s.opname == "IMPORT_NAME"]
        if not IMPORTS.isdisjoint(code.co_names):  # their argument is a word
            imported += [const for const in code.co_consts if isinstance(const, str)]
        found += [ModuleType(name) for name in imported]
    return found


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """List the code of a function, and of those inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from codes_in(const)
