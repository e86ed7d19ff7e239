"""What calling a pipeline costs beside calling the function that it wraps.

    python benchmarks/pipeline_latency.py [--calls 20000] [--runs 11]

A pipeline of one trivial operator, and that operator called directly, in turn in one process.
The claim: less than 50 microseconds a call.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from towhee import pipeline, register
from towhee.pipelines import register_pipeline

RESULTS = Path(__file__).parent / "results"


@register("benchmark.increase")
def increase(value: int) -> int:
    return value + 1


def microseconds(function: Callable[[int], int], calls: int) -> float:
    """The time of one call, from many."""
    started = time.perf_counter()
    for value in range(calls):
        function(value)
    return 1e6 * (time.perf_counter() - started) / calls


def main() -> None:
    """Time both in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    register_pipeline("increasing", ["benchmark.increase"])
    increasing = pipeline("increasing").preload()
    assert increasing(1) == 2
    direct: list[float] = []
    wrapped: list[float] = []
    for _ in range(options.runs):
        direct.append(microseconds(increase, options.calls))
        wrapped.append(microseconds(increasing, options.calls))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    overhead = statistics.median(wrapped) - statistics.median(direct)
    report = {
        "calls": options.calls,
        "runs": options.runs,
        "function_us": round(statistics.median(direct), 3),
        "pipeline_us": round(statistics.median(wrapped), 3),
        "overhead_us": round(overhead, 3),
        "ratio": round(statistics.median(wrapped) / statistics.median(direct), 1),
        "peak_mib": round(peak, 1),
    }
    print(f"{'call':<10}  {'median':>10}  {'best':>10}")
    print(f"{'function':<10}  {statistics.median(direct):>7.3f} us  {min(direct):>7.3f} us")
    print(f"{'pipeline':<10}  {statistics.median(wrapped):>7.3f} us  {min(wrapped):>7.3f} us")
    print(f"{'overhead':<10}  {overhead:>7.3f} us  (ratio {report['ratio']})")
    print(f"peak memory: {peak:.0f} MiB")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "pipeline_latency.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
