"""Words: a text as a vector of word counts, and the loss for such vectors."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.words import check_counts, number_words, split_words
from dlcourse.in_torch.losses import check_shapes

__all__ = ["WordLoss", "word_counts"]


def word_counts(texts: Sequence[str], vocabulary: Sequence[str]) -> Tensor:
    """Count how often each word of a vocabulary occurs in each text: a bag of words.

    Arguments, shapes and errors: `dlcourse.by_hand.word_counts`.
    """
    columns = number_words(vocabulary)
    rows = [
        torch.bincount(
            torch.tensor([columns[w] for w in split_words(text) if w in columns], dtype=torch.long),
            minlength=len(vocabulary),
        )
        for text in texts
    ]
    return torch.stack(rows)


class WordLoss(nn.Module):
    """Average -log p(word) over all words of a text, and over the texts.

    Arguments, shapes and errors: `dlcourse.by_hand.WordLoss`.
    """

    def forward(self, a: Tensor, counts: Tensor) -> Tensor:
        """Map scores a (N, V) and word counts (N, V) to one number, in nats per word."""
        check_shapes(a, counts)
        lengths = counts.sum(dim=1, keepdim=True)
        check_counts(float(counts.min()), float(lengths.min()))
        return F.cross_entropy(a, (counts / lengths).to(a.dtype))
