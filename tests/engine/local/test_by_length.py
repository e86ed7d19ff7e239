"""Rows of like length share a batch of the model, and come back in their own order."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from towhee import DataCollection, Entity
from towhee.errors import OperatorError
from towhee.operators.base import ModelOperator, Streams
from towhee.types import Failure


class Padding(ModelOperator[str, int]):
    """Counts letters, as wide as the longest text of a batch; knows what it was given."""

    def __init__(self, batch_size: int = 4, usual_length: int = 10, parallel: int = 2) -> None:
        self._how = (batch_size, usual_length, parallel)
        self._lock = threading.Lock()
        self.batches: list[list[int]] = []

    def prepare(self, value: str) -> str:
        if value == "unreadable":
            raise ValueError("cannot be read")
        return value

    def forward(self, prepared: Sequence[str]) -> list[int]:
        with self._lock:
            self.batches.append([len(text) for text in prepared])
        if any("bad" in text for text in prepared):
            raise ValueError("a bad text")
        return [len(text) for text in prepared]

    def streams(self) -> Streams:
        batch_size, usual_length, parallel = self._how
        return Streams(
            self.forward,
            parallel=parallel,
            batch_size=batch_size,
            length=len,
            usual_length=usual_length,
        )

    @property
    def share_of_padding(self) -> float:
        """How much of what the batches cost is padding."""
        padded = sum(len(batch) * max(batch) for batch in self.batches)
        return 1 - sum(map(sum, self.batches)) / padded


def texts(count: int, longest: int = 60) -> list[str]:
    chance = random.Random(0)
    return ["x" * chance.randint(1, longest) for _ in range(count)]


def embedded(model: Padding, values: Any, **options: Any) -> list[Any]:
    return DataCollection(values).config(**options).map(model).to_list()


def test_rows_come_back_in_their_own_order() -> None:
    values = texts(5000)
    assert embedded(Padding(), values) == [len(value) for value in values]


def test_rows_of_like_length_share_a_batch() -> None:
    model = Padding()
    embedded(model, texts(5000))
    assert model.share_of_padding < 0.03


def test_a_batch_of_long_texts_has_fewer_rows() -> None:
    model = Padding(batch_size=4, usual_length=10)
    embedded(model, texts(3000))
    assert all(len(batch) * max(batch) <= 40 for batch in model.batches if len(batch) > 1)
    assert max(map(len, model.batches)) > 10  # of one or two letters each


def test_a_batch_size_that_was_asked_for_counts_rows() -> None:
    model = Padding(batch_size=4)
    embedded(model, texts(3000), batch_size=7)
    assert max(map(len, model.batches)) == 7


def test_the_first_bad_row_ends_the_run_behind_the_rows_before_it() -> None:
    values = texts(300)
    values[120], values[200] = "a bad text that is longer than all others, by far and wide", "bad"
    given = iter(DataCollection(values).map(Padding()))
    assert [next(given) for _ in range(120)] == [len(value) for value in values[:120]]
    with pytest.raises(OperatorError, match=r"row 120: .*a bad text"):
        next(given)


@pytest.mark.parametrize("spoilt", ["bad", "unreadable"])
def test_a_row_that_fails_is_kept_or_skipped_in_its_place(spoilt: str) -> None:
    values = texts(300)
    values[120] = spoilt
    kept = embedded(Padding(), values, on_error="keep")
    assert isinstance(kept[120], Failure)
    assert kept[120].key == 120
    sound = [len(value) for value in values if value != spoilt]
    assert kept[:120] + kept[121:] == sound
    assert embedded(Padding(), values, on_error="skip") == sound


def test_rows_in_front_of_an_error_of_the_source_are_given() -> None:
    def source() -> Iterator[str]:
        yield from texts(100)
        raise OSError("the disk is gone")

    stream = iter(DataCollection(source()).map(Padding()))
    assert [next(stream) for _ in range(100)] == [len(value) for value in texts(100)]
    with pytest.raises(OSError, match="the disk is gone"):
        next(stream)


def test_columns_beside_the_text_stay_with_it() -> None:
    rows = [Entity(text=text, number=number) for number, text in enumerate(texts(500))]
    chain = DataCollection(rows).runas_op["text", "length"](Padding())
    for number, row in enumerate(chain):
        assert row.number == number
        assert row.length == len(row.text)


def test_memory_that_runs_out_makes_the_batches_smaller() -> None:
    class Small(Padding):
        def forward(self, prepared: Sequence[str]) -> list[int]:
            found = super().forward(prepared)
            if len(prepared) > 2:
                raise MemoryError
            return found

    model = Small(batch_size=8, usual_length=60)
    values = texts(200)
    assert embedded(model, values) == [len(value) for value in values]
    assert all(len(batch) * max(batch) <= 2 * 60 for batch in model.batches[-5:])
