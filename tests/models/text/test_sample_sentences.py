"""The sample sentences are as mixed as the texts that models are given."""

from __future__ import annotations

import unicodedata

from towhee.models.text.sample_sentences import sample_sentences


def test_lengths_go_from_one_word_to_hundreds() -> None:
    words = sorted(len(text.split()) for text in sample_sentences())
    assert len(words) >= 48
    assert words[0] == 1
    assert 10 <= words[len(words) // 2] <= 20
    assert words[-1] >= 250


def test_there_are_several_scripts() -> None:
    letters = {letter for text in sample_sentences() for letter in text if letter.isalpha()}
    scripts = {unicodedata.name(letter).split()[0] for letter in letters}
    assert {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "DEVANAGARI", "CJK", "HANGUL"} <= scripts


def test_no_text_stands_there_twice() -> None:
    assert len(set(sample_sentences())) == len(sample_sentences())
