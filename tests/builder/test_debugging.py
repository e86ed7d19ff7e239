"""``debug`` shows what nodes were given and gave, and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from towhee import Pipe, pipe
from towhee.errors import OperatorError, UnknownNameError, UsageError


def halves(n: int) -> Iterator[float]:
    for number in range(n):
        yield number / 2


def start() -> Pipe:
    return pipe.input("n").flat_map("n", "half", halves).filter("half", "big", "half", bool)


def test_each_call_of_a_node_is_noted() -> None:
    run = start().window("big", "sum", 2, 2, sum).output("sum").debug(4, tracer=True)
    assert run.result.to_list() == [[1.5], [1.5]]
    assert [node.name for node in run.nodes] == ["flat_map(halves)", "filter(bool)", "window(sum)"]
    assert run["flat_map(halves)"].inputs == {"n": [4]}
    assert run["flat_map(halves)"].outputs == [[0.0, 0.5, 1.0, 1.5]]
    assert run["filter(bool)"].inputs == {"half": [0.0, 0.5, 1.0, 1.5]}
    assert run["filter(bool)"].outputs == [False, True, True, True]
    assert run["window(sum)"].inputs == {"big": [[0.5, 1.0], [1.5]]}
    assert run["window(sum)"].outputs == [1.5, 1.5]


def test_the_iterators_of_a_reduction_are_shown_as_lists() -> None:
    run = start().reduce("big", "sum", sum).output("sum").debug(4, tracer=True)
    assert run["reduce(sum)"].inputs == {"big": [[0.5, 1.0, 1.5]]}
    assert run.result.to_list() == [[3.0]]


def test_a_failing_call_is_shown_with_what_it_was_given() -> None:
    run = start().map("half", "inverse", lambda half: 1 / half).output("inverse")
    seen = run.debug(2, tracer=True)
    assert seen.result is None
    assert isinstance(seen.error, OperatorError)
    (raised, *_) = seen["map(<lambda>)"].outputs
    assert isinstance(raised, ZeroDivisionError)
    assert seen["map(<lambda>)"].inputs["half"][0] == 0.0
    assert "half=0.0 -> ZeroDivisionError" in str(seen)
    assert "it failed: row" in str(seen)


def test_nodes_are_chosen_by_patterns() -> None:
    made = start().map("half", "a", str).map("big", "b", str).output("a", "b")
    named = [node.name for node in made.debug(1, tracer=True, include="map").nodes]
    assert named == ["flat_map(halves)", "map(str)", "map(str)-2"]
    named = [node.name for node in made.debug(1, tracer=True, exclude=["^flat", "filter"]).nodes]
    assert named == ["map(str)", "map(str)-2"]
    with pytest.raises(UnknownNameError, match="no node is called 'map'"):
        made.debug(1, tracer=True, exclude="map")["map"]


def test_the_profile_tells_of_stages() -> None:
    run = start().output("big").debug([3, 4], batch=True, profiler=True)
    assert [result.size for result in run.result] == [2, 3]
    assert "ran in" in run.profile
    assert "flatten" in run.profile
    assert run.nodes == []


def test_the_timeline_has_a_bar_for_each_piece_of_work(tmp_path: Path) -> None:
    run = start().output("big").debug(3, profiler=True)
    file = tmp_path / "trace.json"
    told = run.timeline(file)
    assert json.loads(file.read_text()) == told
    bars = [event for event in told["traceEvents"] if event["ph"] == "X"]
    assert {"map(halves)"} <= {bar["name"].partition(" | ")[0] for bar in bars}
    assert min(bar["ts"] for bar in bars) == 0
    assert all(bar["dur"] >= 0 and bar["args"]["rows"] >= 1 for bar in bars)
    threads = {event["tid"] for event in told["traceEvents"] if event["ph"] == "M"}
    assert threads == {bar["tid"] for bar in bars}


def test_what_was_not_asked_for() -> None:
    made = start().output("big")
    with pytest.raises(UsageError, match="profiler=True, tracer=True, or both"):
        made.debug(1)
    with pytest.raises(UsageError, match="pass profiler=True"):
        made.debug(1, tracer=True).timeline()
    with pytest.raises(UsageError, match="takes 1 inputs"):
        made.debug(1, 2, tracer=True)
