"""Answers by letters that say what is wrong with a choice: one for each thing, or all that hold."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def one_for_each(right: str, signs: Mapping[str, str]) -> Callable[..., str]:
    """Make the judge of an answer that gives each of several things a letter, in their order.

    Parameters
    ----------
    right : str
        The right letters, such as "badc".
    signs : mapping of str to str
        For each letter that may be given, how it would show, in a clause such as "a dead unit
        has the same value in every row".

    Returns
    -------
    callable
        Maps a word of letters, or a list or tuple of them, to what is wrong, or nothing.
    """

    def accept(*answer: Any, **_numbers: Any) -> str:
        letters = letters_in(answer)
        if problem := unknown(letters, signs):
            return problem
        if len(letters) != len(right):
            return f"Asked for are {len(right)} letters, and these are {len(letters)}"
        wrong = [k for k, letter in enumerate(letters) if letter != right[k]]
        if len(wrong) > 1:
            return f"{len(wrong)} of {len(right)} letters are not right"
        return "".join(f"Number {k + 1} is not {letters[k]}: {signs[letters[k]]}" for k in wrong)

    return accept


def all_that_hold(right: str, reasons: Mapping[str, str]) -> Callable[..., str]:
    """Make the judge of an answer that names all statements that hold, in any order.

    Parameters
    ----------
    right : str
        The letters of those that hold.
    reasons : mapping of str to str
        For each letter that may be given, what speaks against it, in a clause; where it holds,
        nothing.

    Returns
    -------
    callable
        Maps a word of letters, or a list or tuple of them, to what is wrong, or nothing.
    """

    def accept(*answer: Any, **_numbers: Any) -> str:
        letters = letters_in(answer)
        if problem := unknown(letters, reasons):
            return problem
        if wrong := [letter for letter in letters if letter not in right]:
            return f"{wrong[0]} does not belong there: {reasons[wrong[0]]}"
        if set(letters) == set(right):
            return ""
        return "All that you name belong there, and there are more" if letters else "It is empty"

    return accept


def letters_in(answer: tuple[Any, ...]) -> str:
    """Read letters from a word, a list, or several results, in small letters."""
    words = "".join(str(part) for result in answer for part in np.ravel(result))
    return "".join(c for c in words.lower() if c.isalnum())


def unknown(letters: str, known: Mapping[str, str]) -> str:
    """Say which letter is none of the known ones."""
    strange = [letter for letter in letters if letter not in known]
    return f"There is no {strange[0]!r}; the letters are {', '.join(known)}" if strange else ""
