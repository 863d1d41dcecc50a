"""Stories: a newswire made from a seed, whose hidden topics are known."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.words import split_words

EVERYWHERE = "said year week monday friday officials new two percent report told month first last"
TOPICS = {
    "European community": "union ministers brussels currency single members treaty monetary "
    "convergence commission summit states criteria euro policy deficit inflation france germany",
    "interbank markets": "bank rate money overnight dealers lending interbank liquidity repo funds "
    "central rates market currency dollar deposit bid traders tender",
    "energy markets": "oil barrel crude gas refinery output prices cargo pipeline tanker demand "
    "gasoline supply traders market fuel producers opec drilling",
    "leading indicators": "growth output inflation index prices unemployment retail economists "
    "forecast survey quarter economy demand rise orders exports statistics consumer rate",
    "disasters and accidents": "killed police flood crash rescue injured storm village fire people "
    "earthquake passengers plane hospital survivors bodies damage river wind",
    "legal and judicial": "court judge trial lawyer charges police jury appeal prison ruling "
    "prosecutor evidence case guilty law sentence accused defence murder",
    "accounts and earnings": "profit company shares net sales quarter loss earnings dividend "
    "analysts revenue tax group half costs business results interim million",
    "government borrowings": "bond treasury yield debt auction issue maturity bills government "
    "deficit rate tender investors billion budget tax coupon notes redemption",
}
"""Words of each topic, the frequent ones first; some belong to several topics."""

HEADLINES = (
    "The court ruled: the bank broke the law.",
    "Oil prices rise, and the price of gas with them.",
    "Flood: police rescue passengers from the river.",
    "The central bank raised the rate; dealers sold bonds.",
    "Judge sends the police case back to the court.",
    "Oil tanker on fire near the river, two injured.",
)


@dataclass(frozen=True)
class Stories:
    """Stories whose words were drawn from hidden topics.

    Attributes
    ----------
    texts : list of str
        N stories.
    vocabulary : list of str
        The V words there are.
    names : list of str
        What the K topics are called.
    mixtures : array of shape (N, K)
        The share of each topic in each story; rows sum to 1.  A reader does not see them.
    words : array of shape (K, V)
        The probability of each word in each topic; rows sum to 1.
    """

    texts: list[str]
    vocabulary: list[str]
    names: list[str]
    mixtures: Array
    words: Array

    @property
    def topics(self) -> Array:
        """The number of the largest topic of each story, (N,)."""
        return self.mixtures.argmax(axis=1)

    @property
    def probabilities(self) -> Array:
        """The probability of each word in each story, (N, V): what its words were drawn from."""
        return self.mixtures @ self.words


def newswire(
    n: int, *, length: int = 60, concentration: float = 0.1, rng: np.random.Generator
) -> Stories:
    """Write stories: draw the topics of each, then for each word a topic, then the word.

    Parameters
    ----------
    n : int
        Number of stories.
    length : int
        Words of each story, on average.
    concentration : float
        Of the Dirichlet distribution of the topics: near 0 a story has one topic, at 1 every
        mixture is as likely as any other.
    rng : numpy.random.Generator

    Returns
    -------
    Stories

    Notes
    -----
    Nothing but bags of words: there is no grammar in them.  The topics are those that the slide
    names in its picture of 804,414 stories, which cannot be given away.  Slide rows U02, U03.
    """
    known = vocabulary([EVERYWHERE, *TOPICS.values()])
    words = np.array([word_distribution(topic, known) for topic in TOPICS.values()])
    mixtures = rng.dirichlet(np.full(len(TOPICS), concentration), n)
    texts = []
    for mixture in mixtures:
        drawn = rng.choice(len(known), max(rng.poisson(length), 1), p=mixture @ words)
        texts.append(" ".join(known[i] for i in drawn))
    return Stories(texts, known, list(TOPICS), mixtures, words)


def word_distribution(topic: str, known: list[str]) -> Array:
    """Give each known word its probability in a topic: the first is three times the last."""
    probabilities = np.zeros(len(known))
    for words, share in ((EVERYWHERE, 0.3), (topic, 0.7)):
        weights = np.linspace(3, 1, len(words.split()))
        for word, weight in zip(words.split(), weights / weights.sum(), strict=True):
            probabilities[known.index(word)] += share * weight
    return probabilities


def vocabulary(texts: Iterable[str]) -> list[str]:
    """List every word that occurs in some texts, in the order of the alphabet."""
    return sorted({word for text in texts for word in split_words(text)})
