"""Words: a text as a vector of word counts, and the loss for such vectors."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from dlcourse.by_hand.activations import LogSoftmax
from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.losses import check_shapes


def word_counts(texts: Sequence[str], vocabulary: Sequence[str]) -> Array:
    """Count how often each word of a vocabulary occurs in each text: a bag of words.

    Parameters
    ----------
    texts : sequence of str
        N texts.  Upper and lower case count alike; words of no vocabulary are left out.
    vocabulary : sequence of str
        V words, all different, in lower case.

    Returns
    -------
    array of int of shape (N, V)
        A row sums to the number of known words of the text.  Their order is lost.

    Raises
    ------
    ValueError
        When a word stands twice in the vocabulary.

    Notes
    -----
    Slide row U02.
    """
    columns = number_words(vocabulary)
    counts = np.zeros((len(texts), len(vocabulary)), int)
    for row, text in enumerate(texts):
        for word in split_words(text):
            if word in columns:
                counts[row, columns[word]] += 1
    return counts


class WordLoss(Box):
    """Average -log p(word) over all words of a text, and over the texts.

    The words are drawn one by one from softmax(a): the scores a of a text stand for its topics.

    Raises
    ------
    ValueError
        From `fprop`, when the shapes differ, a count is negative, or a text has no word.

    Notes
    -----
    With n the counts of a text and f = softmax(a), its part is - sum of n_v / sum(n) log f_v.
    Never below the entropy of n / sum(n), and log V for equal scores.  Slide rows U02, U03.
    """

    labels = (1,)

    def fprop(self, a: Array, counts: Array) -> Array:
        """Map scores a (N, V) and word counts (N, V) to one number, in nats per word."""
        check_shapes(a, counts)
        lengths = counts.sum(axis=1, keepdims=True)
        check_counts(float(counts.min()), float(lengths.min()))
        shares = (counts / lengths).astype(a.dtype)
        log_f = LogSoftmax()(a)
        self.saved = log_f, shares
        return np.asarray(-(shares * log_f).sum(axis=1).mean())

    def bprop(self, dl: Array) -> tuple[Array, None]:
        """Map the gradient at the loss to the gradient at a: f - n / sum(n), over N."""
        log_f, shares = self.saved
        return dl * (np.exp(log_f) - shares) / len(shares), None


def split_words(text: str) -> list[str]:
    """Cut a text into its words, in lower case, without punctuation and numbers."""
    return re.findall(r"[^\W\d_]+", text.lower())


def number_words(vocabulary: Iterable[str]) -> dict[str, int]:
    """Give each word its column, and refuse a word that stands there twice."""
    columns: dict[str, int] = {}
    for word in vocabulary:
        if word in columns:
            raise ValueError(f"the word {word!r} stands twice in the vocabulary")
        columns[word] = len(columns)
    return columns


def check_counts(lowest: float, shortest: float) -> None:
    """Refuse what cannot be the word counts of texts."""
    if lowest < 0:
        raise ValueError(f"a count of {lowest:g} is below 0: words are counted from 0 up")
    if shortest == 0:
        raise ValueError("a text without a known word has nothing to learn from")
