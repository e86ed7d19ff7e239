"""What a store costs through towhee: time to write, to open and to search, and bytes on the disk.

python contenders/store_cost.py '{"uri": "lancedb:////tmp/x", "folder": "/tmp/x", …}'
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from pathlib import Path

from store_one import BATCH, TOPK, data

from towhee import open_store


def megabytes(folder: Path) -> float:
    """What the files of a folder take."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    """Write, open anew, search one query at a time, and print what it took."""
    job = json.loads(sys.argv[1])
    vectors, queries, payload = data(job["rows"], job["dimension"], job["queries"])
    keys = [f"photos/{place:07}.jpg" for place in range(len(vectors))]
    with open_store(job["uri"], "warm") as store:  # imports the client
        store.upsert(keys[:10], vectors[:10])
    empty = megabytes(Path(job["folder"]))
    with open_store(job["uri"], "rows") as store:
        started = time.perf_counter()
        for start in range(0, len(keys), BATCH):
            part = slice(start, start + BATCH)
            columns = {name: values[part] for name, values in payload.items()}
            store.upsert(keys[part], vectors[part], columns)
        store.flush()
        writing = time.perf_counter() - started
    started = time.perf_counter()
    with open_store(job["uri"], "rows") as store:
        store.search(queries[0], TOPK)
        opening = time.perf_counter() - started
        seconds = []
        for query in queries:
            started = time.perf_counter()
            store.search(query, TOPK)
            seconds.append(time.perf_counter() - started)
    print(
        json.dumps(
            {
                "rows_per_second": len(keys) / writing,
                "open_seconds": opening,
                "search_ms": 1000 * statistics.median(seconds),
                "megabytes": megabytes(Path(job["folder"])) - empty,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
