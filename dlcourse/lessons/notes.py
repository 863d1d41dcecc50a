"""What a lecture says beside its text: predictions, and claims that are checked as it runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from dlcourse import slides
from dlcourse.note import Note


@dataclass(frozen=True)
class Prediction:
    """A question to answer before the picture, and the learner's answer if there is one.

    Attributes
    ----------
    question : str
    choices : mapping of str to str
        What may happen, by letter.
    answer : str or None
        The letter that the learner chose.
    """

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


def claim(row: str, sentence: str, holds: bool) -> Note:
    """State what was just measured, and insist that it holds.

    Parameters
    ----------
    row : str
        The row of the slides that the sentence is about.
    sentence : str
        What was found, as an order or a range that every machine confirms; it stands word for
        word in the ledger, `dlcourse/slides/rows`.
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
        When there is no such row, or the ledger of the slides does not have this sentence.
    """
    slides.check_claim(row, sentence)
    if not holds:
        raise AssertionError(f"{row}: this run does not confirm that {sentence}")
    return Note(f"Measured ({row})", (sentence,))
