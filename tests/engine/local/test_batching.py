"""The batch size is found by measuring, within a memory budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import BatchSize, batches
from towhee.engine.local.workers import Lookahead
from towhee.plan.step import VALUE


def measure(size: BatchSize, seconds_per_row: float, bytes_per_row: int = 1) -> None:
    """Two batches of the present size: the first of a size is for warming up."""
    rows = size.rows
    for _ in range(2):
        size.note(rows, seconds_per_row * rows, bytes_per_row * rows)


def test_it_doubles_as_long_as_a_row_gets_cheaper() -> None:
    size = BatchSize(None, 2**30)
    for cost in (1.0, 0.6, 0.4):
        measure(size, cost)
    assert size.rows == 8


def test_it_goes_back_and_stays_where_doubling_brought_nothing() -> None:
    size = BatchSize(None, 2**30)
    for cost in (1.0, 0.6, 0.59, 0.1):
        measure(size, cost)
    assert size.rows == 2


def test_it_does_not_grow_beyond_the_memory_budget() -> None:
    size = BatchSize(None, byte_limit=1000)
    for cost in (1.0, 0.5, 0.25, 0.12, 0.06):
        measure(size, cost, bytes_per_row=240)
    assert size.rows == 4


def test_it_does_not_grow_for_ever() -> None:
    size = BatchSize(None, 2**40)
    for power in range(20):
        measure(size, 0.5**power)
    assert size.rows == 16


def test_a_size_that_was_asked_for_is_not_measured() -> None:
    size = BatchSize(16, 2**30)
    measure(size, 1.0)
    assert size.rows == 16


def test_memory_that_runs_out_halves_the_batches_that_follow() -> None:
    size = BatchSize(None, 2**30, known=16)

    def forward(rows: Sequence[int]) -> Sequence[int]:
        if len(rows) > 5:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return rows

    watched = size.watched(forward)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            watched(range(size.rows))
    assert size.rows == 4
    assert list(watched(range(size.rows))) == [0, 1, 2, 3]


def test_another_error_changes_no_batch() -> None:
    size = BatchSize(16, 2**30)

    def forward(rows: Sequence[int]) -> Sequence[int]:
        raise ValueError("row 3 is no picture")

    with pytest.raises(ValueError, match="row 3"):
        size.watched(forward)(range(16))
    assert size.rows == 16


def test_few_rows_are_shared_out_among_the_workers() -> None:
    assert BatchSize(None, 2**30, known=8, most_rows=2).rows == 2


def chunks_of_three() -> Iterator[Chunk]:
    return iter([Chunk({VALUE: list(range(n, n + 3))}, range(n, n + 3)) for n in (0, 3, 6)])


def busy(workers: int) -> Lookahead:
    """Workers that have something to do."""
    model = Lookahead(workers, 8, 2**30)
    model.note_begun()
    return model


def values(chunks: Iterator[Chunk]) -> list[list[int]]:
    return [list(chunk.columns[VALUE]) for chunk in chunks]


def test_batches_have_the_size_and_the_last_is_shorter() -> None:
    made = values(batches(chunks_of_three(), BatchSize(4, 2**30), busy(workers=3)))
    assert made == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]


def test_the_last_rows_are_shared_out_among_the_workers() -> None:
    made = values(batches(chunks_of_three(), BatchSize(None, 2**30, known=6), busy(workers=3)))
    assert made == [[0, 1, 2, 3, 4, 5], [6], [7], [8]]


def test_a_model_with_nothing_to_do_is_given_what_there_is() -> None:
    idle = Lookahead(1, 8, 2**30)
    assert values(batches(chunks_of_three(), BatchSize(None, 2**30, known=8), idle)) == [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
    ]


def test_rows_before_an_error_are_given_before_it() -> None:
    def failing() -> Iterator[Chunk]:
        yield Chunk({VALUE: [1, 2]}, range(2))
        raise OSError("gone")

    made: list[list[int]] = []
    with pytest.raises(OSError, match="gone"):
        made.extend(
            list(c.columns[VALUE]) for c in batches(failing(), BatchSize(4, 2**30), busy(1))
        )
    assert made == [[1, 2]]
