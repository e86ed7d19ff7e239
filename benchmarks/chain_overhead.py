"""What a chain of functions costs beside the built-in ``map`` and ``filter``.

    python benchmarks/chain_overhead.py [--rows 1000000] [--runs 11]

``range`` -> map -> filter -> map -> list, by towhee and by the built-ins, run in turn in one
process. The claim: a ratio of at most 1.3.
"""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable

from harness.options import parser, write
from harness.table import table

from towhee import DataCollection


def increased(value: int) -> int:
    return value + 1


def is_odd(value: int) -> bool:
    return value % 2 == 1


def squared(value: int) -> int:
    return value * value


def by_towhee(rows: int) -> list[int]:
    """The chain under test."""
    return DataCollection.range(rows).map(increased).filter(is_odd).map(squared).to_list()


def by_builtins(rows: int) -> list[int]:
    """The same with nothing but the interpreter."""
    return list(map(squared, filter(is_odd, map(increased, range(rows)))))


def seconds(chain: Callable[[int], list[int]], rows: int) -> float:
    """The time of one run, with no garbage of the run before it."""
    gc.collect()
    started = time.perf_counter()
    made = chain(rows)
    taken = time.perf_counter() - started
    del made
    return taken


def main() -> None:
    """Run both chains in turn and print the table."""
    made = parser(__doc__)
    made.add_argument("--rows", type=int)
    made.add_argument("--runs", type=int)
    options = made.parse_args()
    options.rows = options.rows or (10_000 if options.quick else 1_000_000)
    options.runs = options.runs or (3 if options.quick else 11)
    assert by_towhee(1000) == by_builtins(1000)
    ours: list[float] = []
    builtins: list[float] = []
    for _ in range(options.runs):
        builtins.append(seconds(by_builtins, options.rows))
        ours.append(seconds(by_towhee, options.rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratios = [mine / theirs for mine, theirs in zip(ours, builtins, strict=True)]
    report = {
        "rows": options.rows,
        "runs": options.runs,
        "builtins_median_s": round(statistics.median(builtins), 4),
        "towhee_median_s": round(statistics.median(ours), 4),
        "median_ratio": round(statistics.median(ratios), 3),
        "best_ratio": round(min(ours) / min(builtins), 3),
        "peak_mib": round(peak, 1),
    }
    medians = (report["builtins_median_s"], report["towhee_median_s"], report["median_ratio"])
    bests = (round(min(builtins), 4), round(min(ours), 4), report["best_ratio"])
    rows = [("median", *medians), ("best", *bests)]
    print(table(("", "built-ins s", "towhee s", "ratio"), rows))
    print(f"peak memory: {peak:.0f} MiB")
    write("chain_overhead", report, options)


if __name__ == "__main__":
    main()
