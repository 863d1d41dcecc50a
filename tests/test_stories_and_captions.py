"""What is made from a seed for lecture 14: stories with hidden topics, pictures with sentences."""

import numpy as np
import pytest

from dlcourse import by_hand, captions, data, lessons, plots, stories


def test_a_newswire_comes_from_its_seed_and_from_its_topics():
    wire, again = (stories.newswire(40, rng=np.random.default_rng(3)) for _ in range(2))
    assert wire.texts == again.texts
    assert len(wire.names) == 8 == wire.mixtures.shape[1]
    np.testing.assert_allclose(wire.mixtures.sum(axis=1), 1)
    np.testing.assert_allclose(wire.words.sum(axis=1), 1)
    np.testing.assert_allclose(wire.probabilities.sum(axis=1), 1)
    assert set(stories.vocabulary(wire.texts)) <= set(wire.vocabulary)
    assert wire.topics.tolist() == wire.mixtures.argmax(axis=1).tolist()


def test_words_occur_as_often_as_their_topics_say():
    wire = stories.newswire(300, length=200, rng=np.random.default_rng(0))
    counts = by_hand.word_counts(wire.texts, wire.vocabulary)
    assert counts.sum() == sum(len(text.split()) for text in wire.texts)
    assert counts.sum(axis=1).mean() == pytest.approx(200, abs=5)
    expected = counts.sum(axis=1, keepdims=True) * wire.probabilities
    away = (counts.sum(axis=0) - expected.sum(axis=0)) / np.sqrt(expected.sum(axis=0))
    assert np.abs(away).max() < 5  # standard deviations
    assert counts[expected == 0].sum() == 0


def test_a_small_concentration_makes_stories_of_one_topic():
    shares = [
        stories.newswire(200, concentration=c, rng=np.random.default_rng(0)).mixtures.max(axis=1)
        for c in (0.01, 0.1, 1.0)
    ]
    low, middle, high = (share.mean() for share in shares)
    assert low > 0.9 > middle > 0.6 > high


def test_words_of_every_topic_stand_in_its_list_once_and_topics_share_some():
    words = [topic.split() for topic in stories.TOPICS.values()]
    for topic in words:
        assert len(set(topic)) == len(topic) == 19
        assert not set(topic) & set(stories.EVERYWHERE.split())
    together = [word for topic in words for word in topic]
    assert len(set(together)) < len(together)
    known = stories.vocabulary([*stories.TOPICS.values()])
    assert sum(text != "" for text in stories.HEADLINES) == 6
    assert by_hand.word_counts(stories.HEADLINES, known).sum(axis=1).min() >= 2


def test_captions_name_what_is_drawn():
    made = captions.captioned_pictures(200, rng=np.random.default_rng(0))
    again = captions.captioned_pictures(200, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(made.pictures, again.pictures)
    assert made.pictures.shape == (200, 12, 12)
    assert made.x.shape == (200, 144)
    assert len(set(made.sentences)) == 32
    assert made.sentences == again.sentences


@pytest.mark.parametrize("shape", captions.SHAPES)
def test_a_sentence_says_where_and_how_large(shape):
    plain = captions.captioned_pictures(400, light=0, noise=0, rng=np.random.default_rng(1))
    ink = plain.pictures - 0.3
    rows, columns = np.mgrid[:12, :12] - 5.5
    for picture, sentence in zip(ink, plain.sentences, strict=True):
        down, across = ((picture * axis).sum() / picture.sum() for axis in (rows, columns))
        side = {
            "left": -across,
            "right": across,
            "top": -down,
            "bottom": down,
        }[sentence.rsplit(" ", 1)[-1]]
        assert side > 1
    areas = {
        size: np.mean(
            [(p > 0.1).sum() for p, s in zip(ink, plain.sentences, strict=True)
             if f"{size} {shape}" in s]
        )
        for size in ("small", "large")
    }  # fmt: skip
    assert areas["large"] > 1.5 * areas["small"]


def test_light_rises_by_at_most_what_was_asked_for():
    rng = np.random.default_rng(0)
    lit = captions.captioned_pictures(100, light=2.0, noise=0, rng=rng)
    corners = lit.pictures[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert 0.5 < np.abs(corners - 0.3).max() <= 1.0


def test_points_are_signs_of_their_classes_with_a_legend_for_names():
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((30, 2)), np.arange(30) % 10
    ax = plots.points(x, labels, title="codes")
    assert len(ax.collections) == 10
    assert ax.get_legend() is None
    plots.show(ax, "Thirty points of 10 classes, drawn as the digits from 0 to 9.")
    names = ["court", "oil"]
    ax = plots.points(x, labels % 2, names=names)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    plots.show(ax, "Thirty points of 2 classes, drawn as letters with a legend.")


def test_both_sides_train_an_autoencoder_to_the_same_place():
    x = captions.captioned_pictures(20, rng=np.random.default_rng(0)).x
    note = lessons.coincide(
        lambda lib: lessons.train_net(
            lambda lib, rng: lib.Sequential(
                lib.Dropout(0.3), lib.Autoencoder([144, 8, 3], tied=True, rng=rng)
            ),
            data.Split(x, x),
            seed=0,
            loss="MSELoss",
            lib=lib,
            epochs=2,
        )
    )
    assert "all 1,339 numbers equal to 1e-08" in repr(note)
