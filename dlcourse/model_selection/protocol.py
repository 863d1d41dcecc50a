"""The protocol of the slides: train, select, report, and look at the test set once."""

from typing import Any, Self

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.data import Split, stratified_split
from dlcourse.model_selection.models import Model


class Protocol:
    """Hand out training and validation data, and give the test score once.

    Parameters
    ----------
    train, valid, test : Split
        Disjoint parts of the data.

    Attributes
    ----------
    train, valid : Split
        To train on, and to select by.
    looked : bool
        Whether the test score has been given.

    Notes
    -----
    A copy, such as a process is sent, has no test set: the one look is the original's.
    Slide row R09.
    """

    def __init__(self, train: Split, valid: Split, test: Split) -> None:
        self.train, self.valid = train, valid
        self.looked = False
        self._test: Split | None = test
        self._sizes = tuple(len(part.y) for part in (train, valid, test))

    @classmethod
    def deal(
        cls,
        x: Array,
        y: Array,
        *,
        valid: float = 0.15,
        test: float = 0.25,
        stratified: bool = True,
        rng: np.random.Generator,
    ) -> Self:
        """Deal examples out to the three parts.

        Parameters
        ----------
        x : array of shape (T, ...)
        y : array of shape (T,) or (T, M)
            Labels or targets.
        valid, test : float
            Fractions for selecting and for reporting.
        stratified : bool
            Whether each part has its share of every class; False for targets.
        rng : numpy.random.Generator
            Source of the order.

        Raises
        ------
        ValueError
            When the fractions leave nothing for training, or x and y differ in length.
        """
        if len(x) != len(y):
            raise ValueError(f"{len(x)} examples have {len(y)} labels")
        classes = y if stratified else np.zeros(len(y))
        rows_valid, rows_test, rows_train = stratified_split(classes, (valid, test), rng=rng)
        return cls(*(Split(x[rows], y[rows]) for rows in (rows_train, rows_valid, rows_test)))

    def test_score(self, model: Model) -> float:
        """Score the model you have chosen on the test set: once.

        Raises
        ------
        RuntimeError
            When it has been done before, or this is a copy.
        """
        if self._test is None:
            raise RuntimeError(
                "the test set stays with the original protocol: select by the validation score, "
                "and ask the original once, in the end"
            )
        if self.looked:
            raise RuntimeError(
                "the test set has been looked at. Whoever looks twice can choose the better of "
                "two, and the best of several scores is too good to be true: a new choice needs "
                "new examples"
            )
        score = model.score(*self._test)
        self.looked = True
        return score

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_test": None}

    def __repr__(self) -> str:
        train, valid, test = self._sizes
        state = "looked at" if self.looked else "not looked at yet"
        return (
            f"{train} examples for training, {valid} for validation, {test} for testing ({state})"
        )
