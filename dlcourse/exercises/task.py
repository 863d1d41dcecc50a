"""Tasks: what a learner is asked to write, and the wrong answers that others gave."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]

CODE = "\n```\n"
"""In a question: what follows is code, and is shown as it stands."""

KINDS = {
    "by hand": "Write it in NumPy",
    "torch": "Write it in PyTorch",
    "fade": "Fill the gaps",
    "parsons": "Put the lines in order",
    "bug": "Find the mistake and mend it",
    "number": "Compute it before you run it",
    "counter-example": "Find a case",
    "experiment": "Design it, and read its result",
    "quiz": "Choose",
}
"""Kinds of task, and what the learner does in each."""


LIBRARIES = {
    "torch": "PyTorch",
    "scipy": "SciPy",
    "sklearn": "scikit-learn",
    "autograd": "autograd",
    "cupy": "CuPy",
    "cv2": "OpenCV",
    "dezero": "DeZero",
    "flax": "Flax",
    "functorch": "PyTorch",
    "jax": "JAX",
    "jaxlib": "JAX",
    "keras": "Keras",
    "skimage": "scikit-image",
    "statsmodels": "statsmodels",
    "tensorflow": "TensorFlow",
    "torchgen": "PyTorch",
    "torchvision": "PyTorch",
}
"""Packages that solve tasks by themselves, and what people call them."""


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that learners give, and what to tell them.

    Attributes
    ----------
    name : str
        The mistake in a few words.
    answer : callable
        Takes what the reference takes, and makes the mistake.
    hint : str
        Names the mistake and what is true, without the code of the solution.
    """

    name: str
    answer: Callable[..., Any]
    hint: str


def nothing(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw the one case of an answer that takes no arguments."""
    return [()]


@cache
def parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Name the parameters of a function."""
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to do, and how to tell whether it is done.

    Every answer is a function, named as the task with underscores.  Without `draw` it takes no
    arguments and gives a number, a letter, a list: whatever the question asks for.

    Attributes
    ----------
    id : str
        Such as "conv2d-backward".
    title : str
    kind : str
        One of `KINDS`.
    section : str
        The heading of the lecture that it belongs to.
    rows : str
        The rows of the slides, separated by spaces.
    goal : int
        Which of the aims at the top of the lecture it tests, from 1.
    points, minutes, difficulty : int
        Difficulty is 1, 2 or 3.
    reference : callable
        Computes the right answer, by the package or by another formula than the solution; it
        takes what the answer takes and, after that, the `numbers` of the question by name.
    draw : callable
        Maps a generator to cases, tuples of arguments, from the smallest to the hardest.
    wrong : tuple of Wrong
        What learners get wrong.
    accept : callable, optional
        Instead of the reference, where many answers are right: maps the answer and `numbers` to
        what is wrong with it, in a sentence, or to nothing.
    numbers : callable, optional
        Maps a generator to the numbers in the question, so that each learner can have their own.
    question : str
        What `ask` shows, with the numbers in braces and code behind the mark `CODE`; most tasks
        say it in the notebook.
    tolerance : float
        Relative and absolute, for float64.
    """

    id: str
    title: str
    kind: str
    section: str
    rows: str
    goal: int
    points: int
    minutes: int
    difficulty: int
    reference: Callable[..., Any]
    draw: Callable[[np.random.Generator], Sequence[Arguments]] = nothing
    wrong: tuple[Wrong, ...] = ()
    accept: Callable[..., str] | None = None
    numbers: Callable[[np.random.Generator], Mapping[str, Any]] | None = None
    question: str = ""
    tolerance: float = 1e-8

    @property
    def function(self) -> str:
        """Name the function that the learner writes."""
        return self.id.replace("-", "_")

    @property
    def by_hand(self) -> bool:
        """Tell whether the answer is to be written with NumPy alone.

        It is where a computation is asked for, unless in PyTorch.  A number, a choice or a
        counter-example may be found by whatever means.
        """
        return self.draw is not nothing and self.kind != "torch"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Name the arguments of the answer."""
        return parameters_of(self.reference)

    def numbers_for(self, seed: int) -> dict[str, Any]:
        """Draw the numbers in the question for a seed; 0 is the seed of the committed notebook."""
        return dict(self.numbers(np.random.default_rng(seed))) if self.numbers else {}

    def text_for(self, seed: int) -> str:
        """Write the question with its numbers."""
        return self.question.format(**self.numbers_for(seed))

    def heading(self, lecture: str, number: int) -> str:
        """Write the lines above the task in its notebook."""
        anchor = self.section.replace(" ", "-")
        rows = self.rows.split()
        row = f"slide row {rows[0]}" if len(rows) == 1 else f"slide rows {', '.join(rows)}"
        minutes = "1 minute" if self.minutes == 1 else f"{self.minutes} minutes"
        points = "1 point" if self.points == 1 else f"{self.points} points"
        return (
            f"## {number} · {self.title}\n\n"
            f"{KINDS[self.kind]}. {points}, {minutes}, difficulty {self.difficulty} "
            f"of 3. Lecture: [{self.section}](../lectures/{lecture}.ipynb#{anchor}); "
            f"{row}."
        )
