"""The result of a check, as a learner reads it: in a notebook, and as plain text."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.exercises.task import Task

MARKS = {"right": "✓", "wrong": "✗", "not attempted": "○"}
COLOURS = {"right": "#009E73", "wrong": "#D55E00", "not attempted": "#8C8C8C"}


@dataclass(frozen=True)
class Failure:
    """The smallest case that fails.

    Attributes
    ----------
    problem : str
        What is wrong, in a sentence without its full stop.
    what : str
        What is special about the case.
    inputs : dict of str to object
        The arguments by name.
    given, expected : tuple of arrays
        What came out, and what should have; nothing where that would be the solution.
    """

    problem: str
    what: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[Array, ...] = ()
    expected: tuple[Array, ...] = ()

    @property
    def sentence(self) -> str:
        """Say what is wrong, with a full stop."""
        return self.problem if self.problem.endswith(("?", ".")) else f"{self.problem}."

    @property
    def heading(self) -> str:
        """Say what is shown."""
        special = f" ({self.what})" if self.what else ""
        return f"The smallest case that fails{special}:" if self.inputs else "What you gave:"

    def lines(self) -> list[tuple[str, str]]:
        """Write the case as names and values."""
        found = [(name, as_text(value)) for name, value in self.inputs.items()]
        return found + numbered("your answer", self.given) + numbered("it should be", self.expected)


@dataclass(frozen=True)
class Result:
    """What a check found.

    Attributes
    ----------
    task : Task
    state : str
        "right", "wrong" or "not attempted".
    tried, right : int
        Cases that were tried, and those that were right.
    failure : Failure, optional
        The smallest case that fails.
    hint : str
        What is said about a mistake that is known.
    notes : tuple of str
        What else there is to say, such as that the progress cannot be kept.
    """

    task: Task
    state: str
    tried: int = 0
    right: int = 0
    failure: Failure | None = None
    hint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """All points of the task, or none."""
        return self.task.points if self.state == "right" else 0

    @property
    def title(self) -> str:
        """Say in one line what came out."""
        points = f"{self.points} of {self.task.points} points"
        return f"{MARKS[self.state]} {self.task.id}: {self.state}, {points}"

    def sentences(self) -> list[str]:
        """Say in a few sentences what was tried and what is wrong."""
        if self.state == "not attempted":
            return [f"Write {self.task.function} in the cell above, run it, and check again."]
        if self.tried == 1:
            said = [] if self.failure is None else [self.failure.sentence]
            return said + ([f"Hint: {self.hint}"] if self.hint else []) + list(self.notes)
        said = [f"Tried on {self.tried} cases: {self.right} right."]
        if self.failure is not None:
            said.append(self.failure.sentence)
        if self.hint:
            said.append(f"Hint: {self.hint}")
        return said + list(self.notes)

    def __repr__(self) -> str:
        lines = [self.title, *self.sentences()]
        if self.failure is not None and self.failure.lines():
            lines.append(self.failure.heading)
            for name, value in self.failure.lines():
                lines.append(f"  {name}: {value}".replace("\n", "\n      "))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        said = "".join(f"<div>{html.escape(line)}</div>" for line in self.sentences())
        return (
            f'<div role="group" aria-label="{html.escape(self.title)}" '
            f'style="border-left: 4px solid {COLOURS[self.state]}; padding: 2px 12px">'
            f"<b>{html.escape(self.title)}</b>{said}{self.case_html()}</div>"
        )

    def case_html(self) -> str:
        """Write the smallest failing case as a table."""
        if self.failure is None or not self.failure.lines():
            return ""
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left; vertical-align: top">'
            f"{html.escape(name)}</th>"
            f'<td style="text-align: left"><pre style="margin: 0">{html.escape(value)}</pre></td>'
            "</tr>"
            for name, value in self.failure.lines()
        )
        heading = html.escape(self.failure.heading)
        caption = f'<caption style="text-align: left; padding: 4px 0">{heading}</caption>'
        return f"<table>{caption}{rows}</table>"


def numbered(what: str, values: tuple[Array, ...]) -> list[tuple[str, str]]:
    """Write values, with numbers where there are several."""
    numbers = [f" {k + 1}" if len(values) > 1 else "" for k in range(len(values))]
    return [(what + number, as_text(v)) for number, v in zip(numbers, values, strict=True)]


def as_text(value: Any) -> str:
    """Write an array with its shape, and anything else as Python does."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.ndim == 0:
        return f"{value.item():.6g}" if value.dtype.kind == "f" else repr(value.item())
    numbers = np.array2string(value, precision=4, suppress_small=True, threshold=40, edgeitems=2)
    return f"shape {value.shape}\n{numbers}"
