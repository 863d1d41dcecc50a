"""Cases of word counts and their loss."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin

WORDS = ("bank", "court", "flood", "oil", "rate", "tax", "the", "Übung", "isn")


def some_texts(rng: np.random.Generator, *, n: int, v: int, length: int) -> Case:
    """Texts in mixed case with commas and digits, unknown words among them, or without words."""
    texts = []
    for _ in range(n):
        words = [WORDS[i] for i in rng.integers(len(WORDS), size=rng.integers(length + 1))]
        cased = [word.title() if rng.random() < 0.3 else word for word in words]
        texts.append(", ".join(cased) + f" tax{n}.")
    vocabulary = [word.lower() for word in rng.permutation(WORDS)[:v].tolist()]
    return Case({"texts": texts, "vocabulary": vocabulary})


def play_word_counts(side: Any, case: Case) -> dict[str, Any]:
    """The counts of the words, as integers."""
    return {"counts": side.lib.word_counts(**case.arguments)}


def a_word_twice(rng: np.random.Generator) -> Case:
    """A vocabulary in which a word stands twice."""
    return Case({"texts": ["oil"], "vocabulary": ["oil", "tax", "oil"]})


def counted_texts(rng: np.random.Generator, *, n: int, v: int) -> Case:
    """Scores, and counts of at least one word for each text."""
    counts = rng.integers(4, size=(n, v)).astype(float)
    counts[:, rng.integers(v)] += 1
    return Case(inputs=(rng.standard_normal((n, v)), counts), fixed=frozenset({1}))


def counts_too_wide(rng: np.random.Generator) -> Case:
    """Counts of more words than there are scores."""
    return Case(inputs=(rng.standard_normal((2, 3)), np.ones((2, 4))))


def negative_count(rng: np.random.Generator) -> Case:
    """A word that occurs less than never."""
    return Case(inputs=(rng.standard_normal((1, 2)), np.array([[-1.0, 2.0]])))


def empty_text(rng: np.random.Generator) -> Case:
    """A text without a word, which cannot be divided by its length."""
    return Case(inputs=(rng.standard_normal((2, 2)), np.array([[1.0, 2.0], [0.0, 0.0]])))


TWINS = (
    Twin(
        "word_counts",
        some_texts,
        {"n": (1, 4), "v": (1, 9), "length": (0, 12)},
        "U02",
        play=play_word_counts,
        rejects=(a_word_twice,),
    ),
    Twin(
        "WordLoss",
        counted_texts,
        {"n": (1, 4), "v": (1, 6)},
        "U02 U03",
        rejects=(counts_too_wide, negative_count, empty_text),
    ),
)
