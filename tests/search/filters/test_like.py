"""Patterns fit as SQL's do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towhee.errors import UsageError
from towhee.search.filters import Wildcard, is_like, pattern_parts

pieces = st.sampled_from(("%", "_", r"\%", r"\_", r"\\", "a", "b", ".", "*"))


@settings(max_examples=500, deadline=None)
@given(
    text=st.text(st.sampled_from("ab%_\\.*\n"), max_size=12),
    pattern=st.lists(pieces, max_size=8).map("".join),
)
def test_patterns_fit_what_the_regular_expression_of_the_same_meaning_fits(
    text: str, pattern: str
) -> None:
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    expression = "".join({"%": ".*", "_": "."}.get(t) or re.escape(t[-1]) for t in tokens)
    assert is_like(text, pattern) is bool(re.fullmatch(expression, text, re.DOTALL))


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("a%", ["a", "ab", "a\nb"], ["ba", "A", ""]),
        ("%a", ["a", "ba"], ["ab"]),
        ("a%a", ["aa", "aba"], ["a"]),
        ("%", ["", "anything"], []),
        ("", [""], ["a"]),
        ("_", ["a", "\n", "\U0001f408"], ["", "ab"]),
        (r"100\%", ["100%"], ["100", "1000"]),
        (r"a\\%", ["a\\", "a\\b"], ["a", "a%"]),
        (r"\a", ["a"], [r"\a"]),
    ],
)
def test_wildcards_stand_for_characters(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    assert [text for text in (*fits, *fits_not) if is_like(text, pattern)] == fits


def test_many_wildcards_do_not_make_it_slow() -> None:
    """A regular expression with so many repetitions would not end."""
    assert not is_like("a" * 2000, "%a" * 200 + "%b")
    assert is_like("a" * 2000 + "b", "%a" * 200 + "%b")


def test_parts_are_texts_and_wildcards() -> None:
    expected = ("a%", Wildcard.ONE, "b", Wildcard.ANY, Wildcard.ONE)
    assert pattern_parts(r"a\%_b%%_") == expected


def test_a_backslash_that_escapes_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="backslash at the end of the pattern"):
        pattern_parts("a\\")
