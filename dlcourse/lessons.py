"""What lectures are made of besides pictures: predictions, trials with seeds, and claims."""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from dlcourse import by_hand, slides
from dlcourse.by_hand.box import Array
from dlcourse.data import Split


@dataclass(frozen=True)
class Note:
    """A short message: a framed box in a notebook, plain lines elsewhere."""

    title: str
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([self.title, *self.lines])

    def _repr_html_(self) -> str:
        body = "".join(f"<div>{html.escape(line)}</div>" for line in self.lines)
        return (
            '<div style="border-left: 4px solid #0072B2; padding: 2px 12px">'
            f"<b>{html.escape(self.title)}</b>{body}</div>"
        )


@dataclass(frozen=True)
class Prediction:
    """A question to answer before the picture, and the learner's answer if there is one."""

    question: str
    choices: Mapping[str, str]
    answer: str | None

    @property
    def note(self) -> Note:
        """The question as it is shown."""
        chosen = 'Write your choice into the cell above, as in answer="a", and run it again.'
        if self.answer is not None:
            chosen = f"Your prediction: {self.answer}."
        choices = (f"{letter}) {choice}" for letter, choice in self.choices.items())
        return Note(self.question, (*choices, chosen))

    def __repr__(self) -> str:
        return repr(self.note)

    def _repr_html_(self) -> str:
        return self.note._repr_html_()

    def reveal(self, right: str, because: str) -> Note:
        """Compare the prediction with what happened.

        Parameters
        ----------
        right : str
            The letter of what happened.
        because : str
            Why.
        """
        if self.answer is None:
            title = "You made no prediction. Guessing first makes the answer stick."
        elif self.answer == right:
            title = f"You predicted {self.answer}: right."
        else:
            title = f"You predicted {self.answer}. It came out otherwise:"
        return Note(title, (f"What happened: {right}) {self.choices[right]}", because))


def predict(question: str, *, answer: str | None = None, **choices: str) -> Prediction:
    """Ask for a prediction before the answer is computed; it never stops the notebook.

    Parameters
    ----------
    question : str
    answer : str, optional
        The learner's choice: a letter.  None until they choose.
    **choices : str
        What may happen, by letter.

    Returns
    -------
    Prediction
        Shown as the question with its choices; `Prediction.reveal` compares.

    Raises
    ------
    ValueError
        When the answer is none of the letters.

    Examples
    --------
    >>> guess = predict("What does the bias do?", a="turns the ridge", b="moves it", answer="b")
    >>> guess.reveal("b", "The ridge is where w x + b = 0.")
    You predicted b: right.
    What happened: b) moves it
    The ridge is where w x + b = 0.
    """
    if answer is not None and answer not in choices:
        raise ValueError(f"answer {answer!r} is none of {', '.join(choices)}")
    return Prediction(question, choices, answer)


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
    return Trials(np.array([experiment(seed) for seed in seeds], float))


def train_classifier(
    examples: Split,
    sizes: Sequence[int],
    *,
    seed: int,
    activation: str = "ReLU",
    lr: float = 0.1,
    epochs: int = 30,
    batch_size: int | None = 32,
) -> by_hand.MLP:
    """Train a fresh net by hand on labelled examples, with cross-entropy and plain SGD.

    Parameters
    ----------
    examples : Split
        x (T, D) and labels y (T,).
    sizes : sequence of int
        Units of each layer, as for `MLP`.
    seed : int
        Source of the initial weights and of the order of the examples.
    activation : str
        Class name of the hidden activation.
    lr : float
        Learning rate.
    epochs : int
    batch_size : int, optional
        None for all examples at once.

    Returns
    -------
    MLP
        Maps x to scores.
    """
    rng = np.random.default_rng(seed)
    net = by_hand.MLP(sizes, activation=activation, rng=rng)
    by_hand.fit(
        by_hand.EmpiricalRisk(net, by_hand.CrossEntropyLoss()),
        *examples,
        optimizer=by_hand.SGD(net, lr=lr),
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
    )
    return net


def error_percent(net: by_hand.Box, examples: Split) -> float:
    """Count the wrong answers of a net, in percent of the examples."""
    x, y = examples
    return 100 * by_hand.zero_one_error(net(x), y)


def claim(row: str, sentence: str, holds: bool) -> Note:
    """State what was just measured, and insist that it holds.

    Parameters
    ----------
    row : str
        The row of the slides that the sentence is about.
    sentence : str
        What was found, as an order or a range that every machine confirms.
    holds : bool
        Whether this run confirms it.

    Returns
    -------
    Note
        Shown in the lecture.

    Raises
    ------
    AssertionError
        When this run does not confirm it.
    ValueError
        When there is no such row.
    """
    if row not in slides.ROWS:
        raise ValueError(f"the slides have no row {row!r}")
    if not holds:
        raise AssertionError(f"{row}: this run does not confirm that {sentence}")
    return Note(f"Measured ({row})", (sentence,))
