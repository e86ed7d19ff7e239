"""A pipe of three functions, called again and again: by whichever towhee this interpreter has.

python contenders/pipe_calls_one.py '{"calls": 100000, "runs": 5, "pipes": 1000, "rows": 1000000}'
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import psutil

_WARM_UP = 200


def increased(value: int) -> int:
    return value + 1


def doubled(value: int) -> int:
    return value * 2


def as_text(value: int) -> str:
    return str(value)


def three_functions() -> Any:
    """The pipe that is called."""
    from towhee import pipe

    return (
        pipe.input("a")
        .map("a", "b", increased)
        .map("b", "c", doubled)
        .map("c", "d", as_text)
        .output("d")
    )


def by_hand(value: int) -> str:
    """The same without a pipe."""
    return as_text(doubled(increased(value)))


def calls_a_second(function: Callable[[int], Any], calls: int) -> float:
    started = time.perf_counter()
    for value in range(calls):
        function(value)
    return calls / (time.perf_counter() - started)


def memory_mib() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss / 2**20)


def wide(rows: int) -> float:
    """Rows a second of one call: a ``flat_map`` and ten maps behind it."""
    from towhee import pipe

    made = pipe.input("n").flat_map("n", "c0", range)
    for number in range(10):
        made = made.map(f"c{number}", f"c{number + 1}", increased)
    function = made.output("c10")
    started = time.perf_counter()
    result = function(rows)
    last, taken = None, 0
    while (row := result.get()) is not None:
        last, taken = row, taken + 1
    assert (taken, last) == (rows, [rows + 9])
    return rows / (time.perf_counter() - started)


def main() -> None:
    """Do what the command line says, and print what was seen."""
    asked = json.loads(sys.argv[1])
    function = three_functions()
    assert function(1).get() == ["4"] == [by_hand(1)]
    calls_a_second(function, _WARM_UP)
    piped, plain = [], []
    before = memory_mib()
    for _ in range(asked["runs"]):
        plain.append(calls_a_second(by_hand, asked["calls"]))
        piped.append(calls_a_second(function, asked["calls"]))
    after_calls = memory_mib()
    for _ in range(asked["pipes"]):
        assert three_functions()(1).get() == ["4"]
    after_pipes = memory_mib()
    threads = threading.active_count() - 1
    report = {
        "calls_per_second": statistics.median(piped),
        "function_calls_per_second": statistics.median(plain),
        "mib_more_by_calls": round(after_calls - before, 2),
        "mib_more_by_pipes": round(after_pipes - after_calls, 2),
        "threads_left": threads,
        "rows_per_second": wide(asked["rows"]),
        "peak_mib": round(psutil.Process().memory_info().rss / 2**20, 1),
        "versions": {"towhee": version("towhee")},
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
