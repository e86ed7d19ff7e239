"""Batches have few lengths where a backend keeps something for each shape."""

from __future__ import annotations

import pytest

from towhee.models.text.few_lengths import few_lengths


def test_there_are_few_and_little_is_padding() -> None:
    lengths = range(1, 513)
    found = [few_lengths(length, 512) for length in lengths]
    assert len({*found}) == 16 + 8 + 24
    assert all(
        0 <= long - length <= max(3, length / 8)
        for length, long in zip(lengths, found, strict=True)
    )


@pytest.mark.parametrize("limit", [1, 77, 510, 514])
def test_no_row_is_longer_than_the_model_reads(limit: int) -> None:
    assert max(few_lengths(length, limit) for length in range(1, limit + 1)) == limit


def test_a_length_is_kept_where_no_limit_is_known() -> None:
    assert [few_lengths(length, None) for length in (1, 5, 333)] == [1, 5, 333]
