"""What searches cost beside the engines that they stand on.

    python benchmarks/search.py [--rows 1000000] [--rounds 11] [--only exact hnsw]

The first table: exact search beside ``faiss.IndexFlat``, over batches of 1, 100 and 1000 queries
and vectors of 128 and 512 numbers, in one process and in turn. Building is compared in processes
of their own, whose peak memory the operating system tells. The claim: at most 1.05 of the time.

The second: ``ApproximateSearch`` with a graph beside the ``faiss.IndexHNSWFlat`` within it, called
directly: the same graph, so that chance in its making plays no part. The vectors are generated,
in clusters of different size and width. The claims, at a million vectors of 128 numbers: recall@10
of at least 0.95, at 0.9 of the queries per second.

Neighbours that both give are compared with those of exact search.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from harness.options import parser, write
from harness.processes import run_json
from harness.table import table

from towhee.search import ApproximateSearch, ExactSearch
from towhee.types import SearchResult

Vectors = npt.NDArray[np.float32]

TOPK = 10
BATCHES = (1, 100, 1000)
M, EF_CONSTRUCTION, EF_SEARCH = 32, 128, 160
_QUERIES = 10_000
_CENTRES = 2000


def clustered(rows: int, dimension: int) -> tuple[Vectors, Vectors]:
    """So many vectors about centres, and queries about the same; the same in every run.

    Clusters have sizes and widths that differ tenfold.
    """
    random = np.random.default_rng(0)
    centres = random.normal(size=(_CENTRES, dimension)).astype(np.float32)
    widths = random.uniform(0.1, 1.0, _CENTRES).astype(np.float32)
    weights = random.uniform(0.1, 1.0, _CENTRES)
    labels = random.choice(_CENTRES, rows + _QUERIES, p=weights / weights.sum())
    made = random.standard_normal((rows + _QUERIES, dimension), np.float32)
    made *= widths[labels, None]
    made += centres[labels]
    return made[:rows], made[rows:]


def in_turn(
    ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int
) -> tuple[float, float, float]:
    """The median seconds of both, and the median ratio of the rounds."""
    mine: list[float] = []
    raw: list[float] = []
    for number in range(rounds + 1):
        for run, seconds in ((theirs, raw), (ours, mine))[:: 1 if number % 2 else -1]:
            started = time.perf_counter()
            run()
            if number:  # the first round warms up
                seconds.append(time.perf_counter() - started)
    ratio = statistics.median(a / b for a, b in zip(mine, raw, strict=True))
    return statistics.median(mine), statistics.median(raw), ratio


def recall(places: Any, truth: list[SearchResult]) -> float:
    """The share of the true neighbours that were found."""
    hits = [len(set(a) & set(b.ids)) / len(b) for a, b in zip(places, truth, strict=True)]
    return float(np.mean(hits))


# -- exact ---------------------------------------------------------------------------------


def exact_rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Searches with each metric, dimension and batch."""
    found = []
    for rows, dimension in options.exact_sizes:
        data, queries = clustered(rows, dimension)
        for metric in ("L2", "cosine"):
            index = ExactSearch(data, metric)
            flat = (faiss.IndexFlatL2 if metric == "L2" else faiss.IndexFlatIP)(dimension)
            flat.add(_unit(data) if metric == "cosine" else data)
            for batch in BATCHES:
                some = queries[:batch]
                asked = _unit(some) if metric == "cosine" else some
                mine, raw, ratio = in_turn(
                    lambda index=index, some=some: index.search(some, TOPK),
                    lambda flat=flat, asked=asked: flat.search(asked, TOPK),
                    options.rounds,
                )
                found.append(
                    {
                        "metric": metric,
                        "rows": rows,
                        "dimension": dimension,
                        "queries": batch,
                        "faiss_s": round(raw, 5),
                        "towhee_s": round(mine, 5),
                        "ratio": round(ratio, 3),
                    }
                )
                print(found[-1], file=sys.stderr)
    return found


def exact_table(found: list[dict[str, Any]]) -> str:
    """The table of exact searches."""
    rows = [
        (
            f"{each['metric']} {each['rows']:,} x {each['dimension']}",
            each["queries"],
            f"{1000 * each['faiss_s']:.1f}",
            f"{1000 * each['towhee_s']:.1f}",
            f"{each['ratio']:.3f}",
        )
        for each in found
    ]
    return table(("exact", "queries", "faiss ms", "towhee ms", "ratio"), rows)


def build(name: str, metric: str, rows: int, dimension: int) -> None:
    """Build one index in this process, and print its seconds and what it added to the peak."""
    random = np.random.default_rng(0)
    data = random.standard_normal((rows, dimension), np.float32)
    before = _peak_mib()
    started = time.perf_counter()
    if name == "towhee":
        kept: Any = ExactSearch(data, "L2" if metric == "L2" else "cosine")
    else:
        kept = (faiss.IndexFlatL2 if metric == "L2" else faiss.IndexFlatIP)(dimension)
        kept.add(_unit(data) if metric == "cosine" else data)
    seconds = time.perf_counter() - started
    added = _peak_mib() - before
    del kept
    print(json.dumps({"seconds": seconds, "added_mib": added}))


def _peak_mib() -> float:
    """The most memory that this program held; ``ru_maxrss`` would count its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def built_rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Building, each in a process of its own; the median of the rounds."""
    found = []
    rows, dimension = options.exact_sizes[-1]
    for metric in ("L2", "cosine"):
        seen: dict[str, list[dict[str, Any]]] = {"faiss": [], "towhee": []}
        for _ in range(max(1, options.rounds // 3)):
            for name, reports in seen.items():
                task = json.dumps([name, metric, rows, dimension])
                reports.append(run_json([sys.executable, __file__, "--build", task]))
        row: dict[str, Any] = {"metric": metric, "rows": rows, "dimension": dimension}
        for name, reports in seen.items():
            for field in ("seconds", "added_mib"):
                row[f"{name}_{field}"] = round(statistics.median(r[field] for r in reports), 3)
        found.append(row)
    return found


def built_table(found: list[dict[str, Any]]) -> str:
    """The table of building; vectors take the MiB of the third column, and no less can be held."""
    rows = [
        (
            f"{each['metric']} {each['rows']:,} x {each['dimension']}",
            f"{each['rows'] * each['dimension'] * 4 / 2**20:.0f}",
            *(f"{each[f'{name}_seconds']:.2f}" for name in ("faiss", "towhee")),
            *(f"{each[f'{name}_added_mib']:.0f}" for name in ("faiss", "towhee")),
        )
        for each in found
    ]
    header = ("build", "vectors MiB", "faiss s", "towhee s", "faiss adds MiB", "towhee adds MiB")
    return table(header, rows)


# -- approximate ---------------------------------------------------------------------------


def hnsw_rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    """A graph, searched through towhee and through FAISS."""
    data, queries = clustered(options.rows, 128)
    truth = ExactSearch(data, "L2").search(queries, TOPK)
    started = time.perf_counter()
    index = ApproximateSearch(
        data, "L2", kind="hnsw", m=M, ef_construction=EF_CONSTRUCTION, ef_search=EF_SEARCH
    )
    built = time.perf_counter() - started
    print(f"built in {built:.0f} s", file=sys.stderr)
    raw: Any = index.faiss
    mine, theirs, ratio = in_turn(
        lambda: index.search(queries, TOPK), lambda: raw.search(queries, TOPK), options.rounds
    )
    ours = recall([result.ids for result in index.search(queries, TOPK)], truth)
    shared = {"rows": options.rows, "dimension": 128, "m": M, "ef_search": EF_SEARCH}
    shared |= {"ef_construction": EF_CONSTRUCTION, "queries": len(queries)}
    shared["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    found = recall(raw.search(queries, TOPK)[1].tolist(), truth)
    return [
        {
            "name": name,
            **shared,
            "build_s": round(built, 1),
            "recall_at_10": round(share, 4),
            "queries_per_second": round(len(queries) / seconds),
            "of_faiss": round(of_faiss, 3),
        }
        for name, share, seconds, of_faiss in (
            ("faiss.IndexHNSWFlat", found, theirs, 1.0),
            ("ApproximateSearch", ours, mine, 1 / ratio),
        )
    ]


def hnsw_table(found: list[dict[str, Any]]) -> str:
    """The table of graphs."""
    rows = [
        (
            each["name"],
            f"{each['rows']:,}",
            f"{each['build_s']:.0f}",
            f"{each['recall_at_10']:.4f}",
            f"{each['queries_per_second']:,}",
            f"{each['of_faiss']:.3f}",
            each["peak_mib"],
        )
        for each in found
    ]
    header = ("HNSW", "rows", "build s", "recall@10", "queries/s", "of faiss", "peak MiB")
    return table(header, rows)


def _unit(vectors: Vectors) -> Vectors:
    made = vectors.copy()
    faiss.normalize_L2(made)
    return made


Measured = Callable[[argparse.Namespace], list[dict[str, Any]]]
TABLES: dict[str, tuple[Measured, Callable[[list[dict[str, Any]]], str]]] = {
    "exact": (exact_rows, exact_table),
    "build": (built_rows, built_table),
    "hnsw": (hnsw_rows, hnsw_table),
}
"""What is measured, and how it is shown."""


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--rows", type=int, help="vectors behind a graph")
    made.add_argument("--rounds", type=int, help="of each; medians are shown")
    made.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES))
    made.add_argument("--build", type=json.loads, help=argparse.SUPPRESS)
    options = made.parse_args()
    options.rows = options.rows or (5000 if options.quick else 1_000_000)
    options.rounds = options.rounds or (2 if options.quick else 11)
    options.exact_sizes = (
        [(2000, 32)] if options.quick else [(100_000, 128), (1_000_000, 128), (200_000, 512)]
    )
    return options


def main() -> None:
    """Measure what was asked for and print the tables."""
    options = asked()
    if options.build:
        build(*options.build)
        return
    report = {}
    for name in options.only:
        measured, shown = TABLES[name]
        report[name] = measured(options)
        print(shown(report[name]), end="\n\n")
    write("search", report, options)


if __name__ == "__main__":
    main()
