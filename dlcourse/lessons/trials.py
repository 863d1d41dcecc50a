"""Experiments with several seeds, and the progress of those that take a while."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from scipy import stats

from dlcourse.by_hand.box import Array

T = TypeVar("T")


@dataclass(frozen=True)
class Trials:
    """Results of one experiment with several seeds.

    Attributes
    ----------
    values : array of shape (n_seeds,)
    """

    values: Array

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.values.mean())

    @property
    def margin(self) -> float:
        """Half the width of the 95 % confidence interval of the mean, by Student's t."""
        n = len(self.values)
        if n < 2:
            return float("inf")
        return float(stats.t.ppf(0.975, n - 1) * stats.sem(self.values))

    def __repr__(self) -> str:
        digits = 0  # as many decimals as the margin has a meaning for
        if 0 < self.margin < 1:
            digits = int(np.ceil(-np.log10(self.margin)))
        mean, margin = (f"{value:.{digits}f}" for value in (self.mean, self.margin))
        return f"{mean} ± {margin} (95 % interval, {len(self.values)} seeds)"

    def __sub__(self, other: "Trials") -> "Trials":
        """Subtract the results of another experiment, seed by seed."""
        return Trials(self.values - other.values)


def repeat(experiment: Callable[[int], float], seeds: Iterable[int] = range(5)) -> Trials:
    """Run an experiment once for each seed.

    Parameters
    ----------
    experiment : callable
        Maps a seed to one number.
    seeds : iterable of int

    Returns
    -------
    Trials
    """
    return Trials(np.array([experiment(seed) for seed in progress(seeds, "seeds")], float))


def progress(steps: Iterable[T], what: str = "steps") -> Iterator[T]:
    """Go through the steps of a long loop, with a bar in the notebook that vanishes in the end.

    Parameters
    ----------
    steps : iterable
    what : str
        What is counted, such as "seeds" or "epochs".

    Yields
    ------
    object
        The steps, one by one.

    Notes
    -----
    The bar appears after a second, and only in a notebook.  It is sent as a widget alone, which
    nbval does not compare and `dlcourse notebooks run` does not keep.
    """
    if not in_notebook():
        yield from steps
        return
    from IPython.display import display
    from tqdm.notebook import tqdm_notebook

    total = len(steps) if isinstance(steps, Sized) else None
    with tqdm_notebook(total=total, desc=what, leave=False, display=False) as bar:
        shown = False
        for step in steps:
            yield step
            bar.update()
            if not shown and bar.format_dict["elapsed"] > 1:
                display(widget_alone(bar.container), raw=True)  # type: ignore[no-untyped-call]
                shown = True


def in_notebook() -> bool:
    """Tell whether a Jupyter kernel runs this."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def widget_alone(widget: Any) -> dict[str, Any]:
    """Describe a widget to the front end, without the text that a file would keep."""
    reference = {"model_id": widget.model_id, "version_major": 2, "version_minor": 0}
    return {"application/vnd.jupyter.widget-view+json": reference}
