"""A process that is killed while it writes loses nothing that it was told is written."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from store_gallery import NewStore
from towhee.search.stores import open_store

ROWS, BATCH = 300, 50

_WRITES = """
import sys
import numpy as np
from towhee.search.stores import open_store

rows, batch = int(sys.argv[3]), int(sys.argv[4])
with open_store(sys.argv[1], collection=sys.argv[2]) as store:
    for version in range(1, 10_000):
        for start in range(0, rows, batch):
            places = range(start, start + batch)
            vectors = np.full((batch, 8), version, np.float32)
            vectors[:, 0] = places
            store.upsert([f"row {n}" for n in places], vectors, {"version": [version] * batch})
            print(version, start, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 9, 14])
def test_a_writer_that_is_killed_loses_nothing_and_doubles_nothing(
    store_uri: str, new_store: NewStore, acknowledged: int
) -> None:
    store = new_store(8, metric="L2", fields={"version": "integer"})
    store.close()
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITES, store_uri, store.collection, str(ROWS), str(BATCH)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    with writer.stdout, writer.stderr:
        said = [writer.stdout.readline() for _ in range(acknowledged)]
        writer.kill()  # in the midst of the next batch
        said += writer.stdout.readlines()
        writer.wait()
        assert all(said), writer.stderr.read()
    written = {
        f"row {place}": int(version)
        for version, start in map(str.split, filter(lambda line: line.endswith("\n"), said))
        for place in range(int(start), int(start) + BATCH)
    }

    with open_store(store_uri, collection=store.collection) as again:
        rows = list(again.rows(vectors=True))
        assert max(Counter(row["key"] for row in rows).values()) == 1
        assert again.count() == len(rows)
        assert set(written) <= {row["key"] for row in rows}
        for row in rows:
            old = written.get(row["key"], 0)
            assert row["version"] in (old, old + 1), row["key"]
            place = int(row["key"].split()[1])
            expected = np.full(8, row["version"], np.float32)
            expected[0] = place
            np.testing.assert_array_equal(row["vector"], expected)
        found = again.search([row["vector"] for row in rows[::40]], topk=1)
        assert [each.keys[0] for each in found] == [row["key"] for row in rows[::40]]
        again.upsert(["row 0", "after"], np.zeros((2, 8)), {"version": [0, 0]})
        assert again.count() == len(rows) + 1
