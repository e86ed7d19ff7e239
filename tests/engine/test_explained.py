"""``explain`` tells how models run, and ``explain(analyze=True)`` what the last run did."""

from __future__ import annotations

import gc
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, pipeline, register
from towhee.engine import history, report, run
from towhee.errors import OperatorError, UsageError
from towhee.operators.base import ModelOperator
from towhee.plan.plan import Plan
from towhee.plan.source import Values


class Doubling(ModelOperator[int, int]):
    __name__ = "doubling"

    def prepare(self, value: int) -> Any:
        return np.full(2**17, value, np.int64)  # a mebibyte

    def forward(self, prepared: Sequence[Any]) -> Sequence[int]:
        return [2 * int(array[0]) for array in prepared]


@register("test.told")
class Told(ModelOperator[int, int]):
    def prepare(self, value: int) -> int:
        return value

    def forward(self, prepared: Sequence[int]) -> Sequence[int]:
        return prepared

    def how_it_runs(self) -> list[str]:
        return ["runs by heart", "  1 row/s"]


def table(text: str) -> dict[str, list[str]]:
    """The cells of each stage, by its name."""
    lines = text[text.index("ran in") :].splitlines()[2:-1]
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines]
    return {row[-1]: row[:-1] for row in cells}


def test_the_rows_of_each_stage_are_told() -> None:
    chain = DataCollection.range(100).filter(lambda x: x % 2 == 0).map(Doubling()).batch(7)
    assert len(chain.to_list()) == 8
    told = table(chain.explain(analyze=True))
    assert [row[:2] for row in told.values()] == [
        ["0", "100"],
        ["100", "50"],
        ["50", "50"],
        ["50", "50"],
        ["50", "8"],
    ]


def test_what_prepared_rows_hold_and_how_they_are_batched_is_told() -> None:
    chain = DataCollection.range(40).map(Doubling()).config(batch_size=8)
    told = table(chain.explain(analyze=True))
    assert told["in threads: map(doubling).prepare"][-1] == "40.0"
    assert told["in batches: map(doubling).forward"][4] == "40.0"
    assert told["in batches: map(doubling).forward"][-1] == "5 x 8"


class Clock:
    """Stands still until it is set forward."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


def test_opening_a_model_is_told_apart_from_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(report, "time", clock)

    class Heavy(Doubling):
        def setup(self) -> None:
            clock.now += 3

        def prepare(self, value: int) -> Any:
            clock.now += 1
            return super().prepare(value)

    chain = DataCollection.range(2).map(Heavy())
    assert "ran in 2.00 s on" in chain.explain(analyze=True)
    assert ", after 3.0 s of opening models" in chain.explain(analyze=True)
    chain.to_list()
    assert "opening" not in chain.explain(analyze=True)


def test_the_way_that_is_chosen_in_the_run_is_told_with_it() -> None:
    class Choosing(Doubling):
        way = ""

        def setup(self) -> None:
            self.way = "runs by heart"

        def how_it_runs(self) -> list[str]:
            return [self.way] if self.way else []

    register("test.choosing")(Choosing)
    chain = DataCollection.range(3).test.choosing()
    assert "test.choosing runs by heart" in chain.explain(analyze=True)


def test_the_stage_that_does_most_of_the_work_is_the_bottleneck() -> None:
    chain = DataCollection.range(20).map(lambda x: sum(range(100_000 + x))).map(Doubling())
    assert "bottleneck: where the rows are read: map(<lambda>)" in chain.explain(analyze=True)


def test_the_work_of_an_iterator_is_the_source_s() -> None:
    rows = (sum(range(100_000 + x)) for x in range(20))
    chain = DataCollection(rows).map(str)
    chain.to_list()
    assert "bottleneck: read: " in chain.explain(analyze=True)


def test_a_chain_that_was_run_is_not_run_again() -> None:
    seen: list[int] = []
    chain = DataCollection.range(3).map(seen.append)
    chain.run()
    chain.explain(analyze=True)
    assert seen == [0, 1, 2]


def test_a_stream_that_was_not_run_is_not_used_up() -> None:
    stream = DataCollection(iter([1, 2]))
    with pytest.raises(UsageError, match="run it first"):
        stream.explain(analyze=True)
    assert stream.to_list() == [1, 2]


def test_a_run_that_fails_is_told_as_far_as_it_went() -> None:
    chain = DataCollection([2, 1, 0]).map(lambda x: 1 / x)
    with pytest.raises(OperatorError):
        chain.to_list()
    assert table(chain.explain(analyze=True))["where the rows are read: map(<lambda>)"][:2] == [
        "3",
        "2",
    ]


def test_a_pipeline_tells_of_its_last_list() -> None:
    embed = pipeline("image-embedding")
    with pytest.raises(UsageError, match="call it with a list"):
        embed.explain(analyze=True)
    embed([np.zeros((64, 64, 3), np.uint8)] * 3)
    told = table(embed.explain(analyze=True))
    assert [row[1] for row in told.values()] == ["3"] * 3


def test_how_a_model_runs_is_told() -> None:
    text = DataCollection([1]).test.told().explain()
    assert text.endswith("test.told runs by heart\n  1 row/s")


def test_a_report_goes_with_its_plan() -> None:
    plan = Plan.of(Values([1, 2]))
    list(run(plan))
    report = history.last_run(plan)
    assert report is not None
    assert report.stages[0].rows_out == 2
    known = len(history._reports)
    del plan
    gc.collect()
    assert len(history._reports) < known
