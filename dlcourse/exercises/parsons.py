"""Parsons problems: lines of code that are all there, in the wrong order."""

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.exercises.judge import agree
from dlcourse.exercises.letters import letters_in
from dlcourse.exercises.probe import as_array
from dlcourse.exercises.task import CODE, Arguments


def in_order(
    header: str,
    lines: Mapping[str, str],
    *,
    reference: Callable[..., Any],
    draw: Callable[[np.random.Generator], Sequence[Arguments]],
    spare: str = "",
) -> Callable[..., str]:
    """Make the judge of an order of lines: it runs them, so that every order that works is right.

    Parameters
    ----------
    header : str
        The first line of the function, such as "def backward(x, w, da):".
    lines : mapping of str to str
        A line of code for each letter.
    reference : callable
        What the function should compute.
    draw : callable
        Maps a generator to cases, as for `Task`.
    spare : str
        Letters of lines that belong nowhere.

    Returns
    -------
    callable
        Maps a word of letters, or a list or tuple of them, to what is wrong with it, or nothing.
    """
    needed = [letter for letter in lines if letter not in spare]

    def accept(*order: Any) -> str:
        letters = list(letters_in(order).upper())
        if problem := miscounted(letters, needed, lines, spare):
            return problem
        source = "\n".join([header, *(textwrap.indent(lines[k], "    ") for k in letters)])
        namespace: dict[str, Any] = {"np": np}
        exec(source, namespace)  # our own lines, in the learner's order
        function = namespace[re.match(r"def (\w+)", header)[1]]  # type: ignore[index]
        for arguments in draw(np.random.default_rng(0)):
            try:
                given = function(*(np.copy(a) for a in arguments))
            except (NameError, UnboundLocalError) as error:
                return too_early(error, letters, lines)
            except (TypeError, ValueError) as error:
                return f"In this order the lines stop: {error}"
            expected = reference(*arguments)
            ours, theirs = (v if isinstance(v, tuple) else (v,) for v in (given, expected))
            for k, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                if not agree(as_array(one), as_array(other), 1e-8):
                    which = f"result {k + 1} of {len(theirs)}" if len(theirs) > 1 else "the result"
                    return f"The lines run in this order, but {which} is not right"
        return ""

    return accept


def miscounted(
    letters: Sequence[str], needed: Sequence[str], lines: Mapping[str, str], spare: str
) -> str:
    """Say which letters are unknown, doubled, missing or spare."""
    if unknown := [letter for letter in letters if letter not in lines]:
        return f"There is no line {unknown[0]!r}; the lines are {', '.join(lines)}"
    if doubled := [letter for letter in letters if letters.count(letter) > 1]:
        return f"Line {doubled[0]} stands there twice"
    if missing := [letter for letter in needed if letter not in letters]:
        return f"Line {missing[0]} is missing"
    if superfluous := [letter for letter in letters if letter in spare]:
        return f"Line {superfluous[0]} does not belong there"
    return ""


def too_early(error: NameError, letters: Sequence[str], lines: Mapping[str, str]) -> str:
    """Name the line that reads something which is not there yet."""
    name = re.search(r"'(\w+)'", str(error))[1]  # type: ignore[index]
    number = error.__traceback__.tb_next.tb_lineno  # type: ignore[union-attr] # in the function
    owners = [letter for letter in letters for _ in lines[letter].splitlines()]
    return f"Line {owners[number - 2]} reads {name}, which no line before it has computed"


def listing(header: str, lines: Mapping[str, str]) -> str:
    """Write the lines as the code of a question, in the order of their letters."""
    shown = [header, *(f"{letter}   {line}" for letter, line in lines.items())]
    return CODE + "\n".join(shown).replace("{", "{{").replace("}", "}}")
