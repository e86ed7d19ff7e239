"""Sorted rows are cut into the batches that cost least."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as some

from towhee.engine.local.cutting import cut

SIZES = {1, 2, 3, 4, 6, 8, 12, 16, 24}
LENGTHS = some.lists(some.integers(0, 40), max_size=9).map(lambda them: sorted(them, reverse=True))


def cost(lengths: list[int], cuts: list[tuple[int, int]], call: int) -> int:
    return sum(max(lengths[start], 1) * (stop - start) + call for start, stop in cuts)


def cheapest(lengths: list[int], most: int, call: int) -> int:
    """Of all ways to cut into batches of those sizes."""
    found = []
    for count in range(len(lengths)):
        for places in itertools.combinations(range(1, len(lengths)), count):
            cuts = [*itertools.pairwise([0, *places, len(lengths)])]
            if not {b - a for a, b in cuts} <= SIZES:
                continue
            if all(b - a == 1 or max(lengths[a], 1) * (b - a) <= most for a, b in cuts):
                found.append(cost(lengths, cuts, call))
    return min(found, default=0)


@given(LENGTHS, some.integers(1, 200), some.integers(0, 50))
def test_every_row_is_in_one_batch_of_few_sizes_that_is_not_too_large(
    lengths: list[int], most: int, call: int
) -> None:
    cuts = [*cut(lengths, most, call)]
    assert [place for start, stop in cuts for place in range(start, stop)] == [*range(len(lengths))]
    for start, stop in cuts:
        assert stop - start in SIZES
        assert stop - start == 1 or max(lengths[start], 1) * (stop - start) <= most


@given(LENGTHS, some.integers(1, 200), some.integers(0, 50))
def test_no_way_to_cut_costs_less(lengths: list[int], most: int, call: int) -> None:
    assert cost(lengths, [*cut(lengths, most, call)], call) == cheapest(lengths, most, call)


def test_a_call_is_saved_where_it_costs_more_than_padding() -> None:
    lengths = [20] * 4 + [18] * 4 + [3] * 8
    assert [*cut(lengths, 1000, 5)] == [(0, 4), (4, 8), (8, 16)]
    assert [*cut(lengths, 1000, 10)] == [(0, 8), (8, 16)]
    assert [*cut(lengths, 1000, 1000)] == [(0, 16)]
