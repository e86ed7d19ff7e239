"""Texts that share words are near each other, with no model."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee import DataCollection
from towhee.errors import DataError, UsageError
from towhee.operators.text_embedding.hashing import HashingTextEmbedding

TOPICS = [
    [
        "The Eastern Towhee scratches among fallen leaves for insects and seeds.",
        "Towhees scratch leaf litter to find seeds and an insect or two.",
        "An eastern towhee's song is heard above the leaves.",
    ],
    [
        "The central bank raised interest rates to slow inflation.",
        "Inflation slowed after the bank had raised its interest rate.",
        "Banks expect rates and inflation to fall.",
    ],
    [
        "Preheat the oven and bake the bread until its crust is golden.",
        "Bread with a golden crust is baked in a hot oven.",
        "Bake loaves in a preheated oven.",
    ],
]


def test_every_text_is_nearest_to_one_of_its_own_topic() -> None:
    texts = [text for topic in TOPICS for text in topic]
    vectors = HashingTextEmbedding().batch(texts)
    cosines = vectors @ vectors.T - 2 * np.eye(len(texts))
    assert (cosines.argmax(axis=1) // 3 == np.arange(len(texts)) // 3).all()


def test_inflected_and_misspelt_words_stay_nearer_than_other_words() -> None:
    embed = HashingTextEmbedding()
    word, plural, misspelt, other = embed.batch(["towhee", "towhees", "tohwee", "kestrel"])
    assert word @ plural > 0.6
    assert word @ misspelt > 0.1 > abs(word @ other)


def test_the_order_of_words_counts_through_pairs_alone() -> None:
    one, other = "dog bites man", "man bites dog"
    paired, single = HashingTextEmbedding(), HashingTextEmbedding(words=(1, 1))
    assert paired(one) @ paired(other) < 0.99
    assert np.abs(single(one) - single(other)).max() < 1e-6


def test_values_are_the_same_for_ever() -> None:
    counted = HashingTextEmbedding(
        8, words=(1, 1), characters=(0, 0), weighting="count", normalize=False
    )
    assert counted("a b b c").tolist() == [0, 0, 0, 0, 2, -2, 0, 0]
    found = HashingTextEmbedding(8)("towhee bird")
    expected = [0.41702881, -0.20851441, 0, -0.62554324, 0.20851441, 0.41702881, -0.41702881, 0]
    assert np.abs(found - expected).max() < 1e-7


def test_values_are_the_same_in_every_process() -> None:
    code = (
        "from towhee.operators.text_embedding.hashing import HashingTextEmbedding\n"
        "print(HashingTextEmbedding(64)('a towhee, ever the same').tobytes().hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    ours = HashingTextEmbedding(64)("a towhee, ever the same")
    assert done.stdout.strip() == ours.tobytes().hex()


@pytest.mark.parametrize(
    ("weighting", "value"), [("log", 1 + np.log(3)), ("count", 3), ("binary", 1)]
)
def test_what_occurs_often_is_weighted(weighting: str, value: float) -> None:
    embed = HashingTextEmbedding(
        words=(1, 1), characters=(0, 0), weighting=weighting, normalize=False
    )
    assert np.abs(embed("so so so")).sum() == pytest.approx(value)


def test_ignored_words_do_not_count() -> None:
    embed = HashingTextEmbedding(ignore=["The", "of"])
    assert (embed("the song OF the towhee") == embed("song towhee")).all()


def test_letters_are_the_same_however_they_are_written() -> None:
    embed = HashingTextEmbedding()
    assert (embed("CAFÉ") == embed("cafe\u0301")).all()


@pytest.mark.parametrize("text", ["", " \n", "…!?", "\udce9"])
def test_a_text_without_a_word_is_near_nothing(text: str) -> None:
    assert not HashingTextEmbedding()(text).any()


@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_text_has_a_vector_that_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    embed = HashingTextEmbedding(64)
    vectors = embed.batch(texts)
    assert vectors.dtype == np.float32
    for vector, text in zip(vectors, texts, strict=True):
        assert (vector == embed(text)).all()
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5) or not vector.any()


def test_a_chain_gives_vectors_to_search_in() -> None:
    texts = [text for topic in TOPICS for text in topic]
    data = DataCollection(texts).text_embedding.hashing()
    query = DataCollection(["golden bread from the oven"]).text_embedding.hashing()
    found = query.towhee.search_vectors(data=data, cal="IP", topk=3).to_list()[0]
    assert {*found.ids} == {6, 7, 8}


@pytest.mark.parametrize("value", [None, b"text", 3], ids=str)
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match="a text is a str"):
        HashingTextEmbedding()(value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dimension": 0}, "dimension is a number from 1"),
        ({"words": (2, 1)}, r"words is the fewest and the most of them, \(1, 2\)"),
        ({"characters": 3}, "characters is the fewest and the most"),
        ({"words": (0, 0), "characters": (0, 0)}, "leave nothing to be counted"),
        ({"weighting": "tfidf"}, "weighting is one of log, count, binary"),
    ],
    ids=str,
)
def test_arguments_are_checked(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        HashingTextEmbedding(**wrong)
