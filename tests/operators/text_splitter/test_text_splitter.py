"""Pieces of a text lose nothing, are as long as asked for, and overlap as asked for."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentence_models import MINILM, TEXTS
from towhee import DataCollection, ops, pipe
from towhee.errors import DataError, UsageError, WeightsError
from towhee.operators.text_splitter.packing import packed
from towhee.operators.text_splitter.text_splitter import TextSplitter
from towhee.operators.text_splitter.units import token_starts

ARTICLE = """The Eastern Towhee is a bird. Dr. J. Sparrow saw one, i.e. a male. "Drink your tea!" \
it sang.

It scratches among leaves... and finds seeds? Yes. Both sexes do so.
それは鳥です。木の下にいます。
"""

MARKDOWN = """Before.

# Birds
They fly.

```python
# no heading
```

## Towhees
They scratch. #not-a-heading

###### Deep
"""

texts = st.text(alphabet=st.sampled_from("ab. \n。!Aé👩‍#"), max_size=80) | st.text(max_size=60)
sizes = st.integers(1, 12).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


@given(texts, sizes)
@settings(max_examples=200)
def test_characters_are_cut_exactly(text: str, size: tuple[int, int]) -> None:
    chunk_size, overlap = size
    pieces = TextSplitter("characters", chunk_size=chunk_size, overlap=overlap)(text)
    assert text == "".join(p[overlap if place else 0 :] for place, p in enumerate(pieces))
    assert all(len(piece) == chunk_size for piece in pieces[:-1])
    assert all(overlap < len(piece) <= chunk_size for piece in pieces[1:])
    for before, after in itertools.pairwise(pieces):
        assert before[len(before) - overlap :] == after[:overlap]


@given(texts, sizes)
@settings(max_examples=200)
def test_passages_lose_nothing_and_keep_within_their_size(text: str, size: tuple[int, int]) -> None:
    chunk_size, overlap = size
    pieces = TextSplitter("passages", chunk_size=chunk_size, overlap=overlap)(text)
    assert text == "".join(p[overlap if place else 0 :] for place, p in enumerate(pieces))
    assert all(0 < len(piece) <= chunk_size for piece in pieces)
    for before, after in itertools.pairwise(pieces):
        assert before[len(before) - overlap :] == after[:overlap]


@given(texts, st.sampled_from(["sentences", "markdown"]), st.integers(1, 3))
@settings(max_examples=200)
def test_sentences_and_sections_lose_nothing(text: str, by: str, size: int) -> None:
    pieces = TextSplitter(by, chunk_size=size)(text)
    assert "".join(pieces) == text
    assert all(pieces)


@given(texts)
@settings(max_examples=100, deadline=None)
def test_tokens_lose_nothing(text: str) -> None:
    pieces = TextSplitter("tokens", chunk_size=3, checkpoint=MINILM)(text)
    assert "".join(pieces) == text


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), sizes)
def test_packing_holds_every_unit_in_order_and_keeps_the_bounds(
    units: list[int], size: tuple[int, int]
) -> None:
    chunk_size, overlap = size
    runs = packed(units, chunk_size, overlap)
    assert runs[0][0] == 0
    assert runs[-1][1] == len(units)
    for start, end in runs:
        assert sum(units[start:end]) <= chunk_size or end == start + 1
    for (_, before), (start, end) in itertools.pairwise(runs):
        assert start <= before < end
        assert sum(units[start:before]) <= overlap


def test_tokens_are_counted_exactly_as_the_model_does() -> None:
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(MINILM / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    text = "Unbelievable towhees scratch, and scratch, among the leaves of rhododendrons. " * 4
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    pieces = TextSplitter("tokens", chunk_size=10, overlap=3, checkpoint=MINILM)(text)
    starts = [0, *(offsets[place][0] for place in range(7, len(offsets) - 3, 7))]
    expected = [
        text[start : offsets[7 * place + 10][0] if 7 * place + 10 < len(offsets) else None]
        for place, start in enumerate(starts)
    ]
    assert pieces == expected


def test_bytes_of_one_character_stay_together() -> None:
    text = "a🙂b"
    assert token_starts([(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)], text) == ([0, 1, 2], [1, 3, 1])


def test_sentences_end_at_stops_and_blank_lines_and_not_at_abbreviations() -> None:
    assert TextSplitter("sentences", chunk_size=1)(ARTICLE) == [
        "The Eastern Towhee is a bird. ",
        "Dr. J. Sparrow saw one, i.e. a male. ",
        '"Drink your tea!" ',
        "it sang.\n\n",
        "It scratches among leaves... and finds seeds? ",
        "Yes. ",
        "Both sexes do so.\n",
        "それは鳥です。",
        "木の下にいます。\n",
    ]


def test_sentences_overlap_by_whole_sentences() -> None:
    split = TextSplitter("sentences", chunk_size=2, overlap=1)
    assert split("One. Two. Three.") == ["One. Two. ", "Two. Three."]


def test_markdown_is_cut_at_its_headings_but_not_in_code() -> None:
    assert TextSplitter("markdown")(MARKDOWN) == [
        "Before.\n\n",
        "# Birds\nThey fly.\n\n```python\n# no heading\n```\n\n",
        "## Towhees\nThey scratch. #not-a-heading\n\n",
        "###### Deep\n",
    ]


def test_passages_prefer_paragraphs_to_lines_to_sentences_to_words() -> None:
    text = "One two.\n\nThree four. Five\nsix seven eight"
    assert TextSplitter(chunk_size=20)(text) == [
        "One two.\n\n",
        "Three four. Five\n",
        "six seven eight",
    ]
    assert TextSplitter(chunk_size=13)(text) == [
        "One two.\n\n",
        "Three four. ",
        "Five\n",
        "six seven ",
        "eight",
    ]
    assert TextSplitter(chunk_size=4)("abcdefghij") == ["abcd", "efgh", "ij"]


def test_an_empty_text_has_no_piece() -> None:
    assert [TextSplitter(by)("") for by in ("passages", "characters", "sentences", "markdown")] == [
        [],
        [],
        [],
        [],
    ]


def test_a_pipe_makes_a_row_of_each_piece() -> None:
    rows = (
        pipe.input("text")
        .flat_map("text", "piece", ops.text_splitter(by="sentences", chunk_size=1))
        .map("piece", "vector", ops.text_embedding.hashing())
        .output("piece", "vector")
    )
    found = rows("One bird. Two trees.").to_list()
    assert [piece for piece, _ in found] == ["One bird. ", "Two trees."]
    assert (found[0][1] != found[1][1]).any()


def test_a_chain_splits_every_text() -> None:
    pieces = DataCollection(TEXTS).text_splitter(chunk_size=40, overlap=8).to_list()
    assert pieces == [TextSplitter(chunk_size=40, overlap=8)(text) for text in TEXTS]


@pytest.mark.parametrize("value", [None, b"text", 3], ids=str)
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match="a text is a str"):
        TextSplitter()(value)


def test_half_a_surrogate_pair_has_no_tokens() -> None:
    with pytest.raises(DataError, match="half of a surrogate pair"):
        TextSplitter("tokens", checkpoint=MINILM)("caf\udce9")


def test_a_folder_without_a_tokenizer_is_named(tmp_path: Any) -> None:
    with pytest.raises(WeightsError, match=r"has no tokenizer\.json"):
        TextSplitter("tokens", checkpoint=tmp_path)("a")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"by": "words"}, "a text is split by passages, characters, tokens, sentences, markdown"),
        ({"chunk_size": 0}, "chunk_size is a whole number of at least 1"),
        ({"chunk_size": 5, "overlap": 5}, r"below chunk_size \(5\), not 5"),
        ({"overlap": -1}, "overlap is a whole number from 0"),
    ],
    ids=str,
)
def test_arguments_are_checked(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        TextSplitter(**wrong)
