"""Rows into a store and searches of it, beside a loop over the store's own client.

    python benchmarks/stores.py [--rows N] [--rounds N]

``to_store`` writes rows of vectors, texts and numbers, and ``search`` finds them with their
payload; the loop does the same as the documentation of the client shows it, on the same data and
with the same index, a flat one. Each is a process of its own, in turn, and the median of the
rounds stands in the table; imports and a first small collection are in front of the clock. The
claim: at least 0.9 of the loop. A second table says what each of the five stores costs, flat: to
write, to open and search once, to search one query at a time, and on the disk.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness.options import BENCHMARKS, parser, write
from harness.processes import run_json
from harness.table import table

_SCRIPT = BENCHMARKS / "contenders/store_one.py"
_STORES = ("lancedb", "milvus")
_WAYS = ("loop", "towhee")
_COSTS = BENCHMARKS / "contenders/store_cost.py"
COST_HEADER = ("", "rows/s", "open, s", "search, ms", "MB on disk", "MiB in memory")
HEADER = ("", "rows/s", "x loop", "queries/s", "x loop", "nearest found", "MiB")


def measured(store: str, work: dict[str, int], rounds: int) -> dict[str, dict[str, float]]:
    """The medians of each way, the two in turn."""
    reports: dict[str, list[dict[str, Any]]] = {way: [] for way in _WAYS}
    for _ in range(rounds):
        for way in _WAYS:
            with tempfile.TemporaryDirectory() as folder:
                job = {"store": store, "way": way, "folder": folder, **work}
                reports[way].append(run_json([sys.executable, str(_SCRIPT), json.dumps(job)]))
    return {
        way: {name: statistics.median(each[name] for each in found) for name in found[0]}
        for way, found in reports.items()
    }


def rows_of(store: str, found: dict[str, dict[str, float]]) -> list[tuple[object, ...]]:
    """The lines of a store in the table."""
    loop = found["loop"]
    return [
        (
            f"{store}, {way}",
            f"{own['rows_per_second']:,.0f}",
            f"{own['rows_per_second'] / loop['rows_per_second']:.2f}",
            f"{own['queries_per_second']:,.0f}",
            f"{own['queries_per_second'] / loop['queries_per_second']:.2f}",
            f"{own['nearest_found']:.3f}",
            f"{own['peak_mib']:,.0f}",
        )
        for way, own in found.items()
    ]


def costs(work: dict[str, int]) -> dict[str, dict[str, float]]:
    """What each store costs."""
    found = {}
    for store in ("faiss", "lancedb", "milvus", "qdrant", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            if store == "postgresql":
                with _postgres_server()(Path(folder), fsync="on") as server:
                    found[store] = _cost(server.uri, server.folder, work)
            else:
                uri = f"{store}:///{folder}/{'rows.db' if store == 'milvus' else 'rows'}"
                found[store] = _cost(uri, Path(folder), work)
    return found


def _postgres_server() -> Any:
    """The class that the tests start PostgreSQL with."""
    file = BENCHMARKS.parent / "tests/postgres_server.py"
    spec = importlib.util.spec_from_file_location("postgres_server", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PostgresServer


def _cost(uri: str, folder: Path, work: dict[str, int]) -> dict[str, float]:
    job = {"uri": uri, "folder": str(folder), **work}
    return run_json([sys.executable, str(_COSTS), json.dumps(job)])


def cost_rows(found: dict[str, dict[str, float]]) -> list[tuple[object, ...]]:
    """The lines of the second table."""
    return [
        (
            store,
            f"{own['rows_per_second']:,.0f}",
            f"{own['open_seconds']:.2f}",
            f"{own['search_ms']:.1f}",
            f"{own['megabytes']:,.0f}",
            f"{own['peak_mib']:,.0f}",
        )
        for store, own in found.items()
    ]


def main() -> None:
    """Measure the stores and print the table."""
    made = parser(__doc__)
    made.add_argument("--rows", type=int)
    made.add_argument("--rounds", type=int)
    options = made.parse_args()
    work = {
        "rows": options.rows or (2000 if options.quick else 50_000),
        "dimension": 384,
        "queries": 100 if options.quick else 2000,
    }
    rounds = options.rounds or (1 if options.quick else 5)
    found = {store: measured(store, work, rounds) for store in _STORES}
    print(table(HEADER, [row for store in _STORES for row in rows_of(store, found[store])]))
    print(f"  {work['rows']:,} rows of {work['dimension']} numbers, top 10, {rounds} rounds")
    each = costs({**work, "queries": min(100, work["queries"])})
    print(f"\n{table(COST_HEADER, cost_rows(each))}")
    print(f"  the vectors alone: {4e-6 * work['rows'] * work['dimension']:,.0f} MB")
    write("stores", {**work, "rounds": rounds, "stores": found, "costs": each}, options)


if __name__ == "__main__":
    main()
