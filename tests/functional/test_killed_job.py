"""A job that writes to a store, killed again and again, and started again each time."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from towhee import DataCollection, open_store

PHOTOGRAPHS = 2000
KILLS = 20

JOB = """
import sys
from towhee import DataCollection

folder, uri = sys.argv[1:]
photographs = DataCollection.from_glob(f"{folder}/*.jpg")
vectors = photographs.image_decode.pil().image_embedding.embedded()
vectors.to_store(
    uri, "photos", skip_existing=True, batch_size=10, on_written=lambda n: print(n, flush=True)
)
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def photographs(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two thousand photographs as files."""
    from pyarrow import parquet

    folder = tmp_path_factory.mktemp("photographs")
    table = parquet.read_table(shared_data / "cifar10" / "test.parquet", columns=["image"])
    for place, content in enumerate(table["image"].slice(0, PHOTOGRAPHS).to_pylist()):
        (folder / f"{place:04}.jpg").write_bytes(content)
    return folder


def test_a_job_killed_at_twenty_points_ends_with_each_row_once(
    photographs: Path, tmp_path: Path
) -> None:
    pytest.importorskip("lancedb", reason="needs the extra lancedb")
    uri = f"lancedb:///{tmp_path / 'store'}"
    chance = random.Random(6)
    written: list[int] = []
    for _ in range(KILLS):
        written.append(_run_and_kill(photographs, uri, chance))
    end = subprocess.run(
        [sys.executable, "-c", JOB, str(photographs), uri], capture_output=True, text=True
    )
    assert end.returncode == 0, end.stderr
    assert end.stdout.splitlines()[-1] == "done"
    rest = sum(map(int, end.stdout.splitlines()[:-1]))
    assert rest > 0, "the last kill came when there was work left"
    assert sum(written) + rest <= PHOTOGRAPHS, "what was written is not embedded again"

    with open_store(uri, "photos") as store:
        rows = list(store.rows(vectors=True))
    paths = sorted(map(str, photographs.glob("*.jpg")))
    assert sorted(row.key for row in rows) == paths, "each photograph once, and nothing else"
    undisturbed = (
        DataCollection.from_glob(f"{photographs}/*.jpg")
        .image_decode.pil()
        .image_embedding.embedded()
        .to_numpy()
    )
    stored = {row.key: row.vector for row in rows}
    np.testing.assert_allclose(
        np.stack([stored[path] for path in paths]),
        undisturbed / np.linalg.norm(undisturbed, axis=1, keepdims=True),
        atol=1e-6,
    )


def _run_and_kill(photographs: Path, uri: str, chance: random.Random) -> int:
    """Start the job, and kill it at a random moment; gives the rows that it said it had written."""
    job = subprocess.Popen(
        [sys.executable, "-c", JOB, str(photographs), uri],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert job.stdout is not None
    said: list[int] = []
    lines = chance.randint(0, 4)
    for _ in range(lines):
        line = job.stdout.readline()
        assert line.strip().isdigit(), "the job was done before it was killed"
        said.append(int(line))
    # A random moment is what is tested: in the next batch, in the middle of writing it, or while
    # the job starts and finds what is there. It is short, so that a quick machine has work left.
    time.sleep(chance.uniform(0, 0.1) if lines else chance.uniform(0.3, 1.5))
    job.send_signal(signal.SIGKILL)
    rest, _ = job.communicate()
    said += [int(line) for line in rest.split() if line != "done"]
    return sum(said)
