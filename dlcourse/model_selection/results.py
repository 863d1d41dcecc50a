"""Results of a search: every trial with its configuration, and its score or its error."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.model_selection.space import Configuration

SHOWN, SHOWN_FAILED = 10, 3  # trials in a table


@dataclass(frozen=True)
class Trial:
    """One configuration that was tried.

    Attributes
    ----------
    number : int
        From 0, in the order in which the search proposed them.
    configuration : dict
        A value for each hyper-parameter.
    seed : int
        What the objective was called with beside it: with both the trial can be repeated.
    score : float or None
        The larger the better; None when the trial failed.
    error : str or None
        Why it failed.
    seconds : float
        How long it took; two trials that differ only in this are equal.
    """

    number: int
    configuration: Configuration
    seed: int
    score: float | None
    error: str | None = None
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Results:
    """The trials of a search, shown as a table with the best on top.

    Attributes
    ----------
    trials : tuple of Trial
        In the order of their numbers.
    planned : int
        How many trials there would have been without an interruption.
    """

    trials: tuple[Trial, ...]
    planned: int

    def __len__(self) -> int:
        return len(self.trials)

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials)

    @property
    def best(self) -> Trial:
        """The trial with the highest score; of equal ones the first.

        Raises
        ------
        ValueError
            When no trial has a score.
        """
        if not self.ranked:
            reason = f"; the first said: {self.failed[0].error}" if self.failed else ""
            raise ValueError(f"none of {len(self)} trials has a score{reason}")
        return self.ranked[0]

    @property
    def ranked(self) -> list[Trial]:
        """The trials with a score, the best first."""
        scored = [(trial.score, trial) for trial in self.trials if trial.score is not None]
        return [trial for _, trial in sorted(scored, key=lambda pair: (-pair[0], pair[1].number))]

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The trials without a score."""
        return tuple(trial for trial in self.trials if trial.score is None)

    @property
    def scores(self) -> Array:
        """The score of each trial, NaN where it failed: an array of shape (n_trials,)."""
        return np.array([np.nan if t.score is None else t.score for t in self.trials])

    @property
    def best_so_far(self) -> Array:
        """The highest score up to each trial: an array of shape (n_trials,)."""
        return np.fmax.accumulate(self.scores)

    def values(self, name: str) -> list[Any]:
        """List what the hyper-parameter of a name was in each trial."""
        return [trial.configuration[name] for trial in self.trials]

    @property
    def heading(self) -> str:
        """How many trials there are, and what became of them."""
        text = f"{len(self)} trials"
        if len(self) < self.planned:
            text = f"stopped after {len(self)} of {self.planned} trials"
        return text + f", {len(self.failed)} failed" * bool(self.failed)

    def table(self) -> list[list[str]]:
        """List the best trials and some that failed, as rows of text below their heads."""
        rows = [*self.ranked[:SHOWN], *self.failed[:SHOWN_FAILED]]
        names = list(self.trials[0].configuration) if self.trials else []
        cells = [
            [str(t.number), *(shown(t.configuration[name]) for name in names), outcome(t)]
            for t in rows
        ]
        return [["trial", *names, "score"], *cells]

    def __repr__(self) -> str:
        table = self.table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)
        return "\n".join([self.heading, *lines])

    def _repr_html_(self) -> str:
        head, *rows = ([html.escape(cell) for cell in row] for row in self.table())
        body = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows)
        return (
            f"<table><caption>{self.heading}</caption>"
            f"<thead><tr><th>{'</th><th>'.join(head)}</th></tr></thead><tbody>{body}</tbody></table>"
        )


def shown(value: Any) -> str:
    """Write a value for a table."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def outcome(trial: Trial) -> str:
    """Write the score of a trial, or its error."""
    return f"{trial.score:.4f}" if trial.score is not None else f"failed: {trial.error}"
