"""Which inputs make a batch."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from towhee.serve.forming import BatchRules, Waiting, formed


def queue(lengths: list[int]) -> deque[Waiting]:
    return deque(Waiting(place, length) for place, length in enumerate(lengths))


@given(
    st.lists(st.integers(0, 60), max_size=60),
    st.integers(1, 8),
    st.integers(1, 200),
    st.sets(st.integers(0, 59)),
)
def test_batches_have_each_input_once_within_the_bounds_and_the_oldest_first(
    lengths: list[int], max_batch: int, max_tokens: int, gone: set[int]
) -> None:
    waiting = queue(lengths)
    for each in waiting:
        if each.value in gone:
            each.future.cancel()
    rules = BatchRules(max_batch=max_batch, max_tokens=max_tokens)
    left = [place for place in range(len(lengths)) if place not in gone]
    seen = []
    while batch := formed(waiting, rules):
        values = [each.value for each in batch]
        assert left[0] in values, "the one that waited longest is in the batch"
        assert len(batch) <= max_batch
        longest = max(each.length or 0 for each in batch)
        assert len(batch) == 1 or longest * len(batch) <= max_tokens
        left = [place for place in left if place not in values]
        seen += values
        others = [each.value for each in waiting if not each.future.cancelled()]
        assert others == left, "those that wait keep their order"
    assert not left
    assert len(seen) == len(set(seen))


def test_texts_of_like_length_share_a_batch() -> None:
    waiting = queue([5, 100, 6, 90, 4, 110])
    lengths = [each.length for each in formed(waiting, BatchRules(max_batch=3))]
    assert lengths == [4, 5, 6]
    assert [each.length for each in waiting] == [100, 90, 110]


def test_what_nobody_has_looked_at_stays_for_the_next_batch() -> None:
    waiting = queue([5, 6])
    waiting.insert(1, Waiting("unseen"))
    assert [each.length for each in formed(waiting, BatchRules())] == [5, 6]
    assert [each.value for each in waiting] == ["unseen"]
    assert formed(waiting, BatchRules()) == []
