"""2,000 photographs give the same on both engines, the damaged ones included."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pyarrow import parquet

from towhee import DataCollection, Failure
from towhee.engine import run

pytestmark = pytest.mark.usefixtures("sent_by_value")

COUNT = 2000
DAMAGED = {3: b"", 700: b"this is no picture", 1999: b"\xff\xd8\xff\xe0 cut off"}


@pytest.fixture(scope="module")
def photographs(
    clusters_asked_for: None, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with photographs of CIFAR-10 as files, half of them JPEG, three of them damaged."""
    folder = tmp_path_factory.mktemp("photographs")
    file = parquet.ParquetFile(shared_data / "cifar10" / "test.parquet")
    batch = next(file.iter_batches(COUNT)).to_pylist()
    for number, row in enumerate(batch):
        suffix = "jpg" if number % 2 else "png"
        content = DAMAGED[number] if number in DAMAGED else _content(row, number)
        (folder / f"{number:04}.{suffix}").write_bytes(content)
    return folder


def _content(row: dict[str, Any], number: int) -> bytes:
    content: bytes = row["image"]
    if number % 2 == 0:
        return content
    jpeg = io.BytesIO()
    PIL.Image.open(io.BytesIO(content)).save(jpeg, "JPEG", quality=95)
    return jpeg.getvalue()


def rows_of(folder: Path, engine: str) -> list[tuple[str, Any]]:
    chain = DataCollection.from_glob(folder / "*").image_decode.pil().image_embedding.embedded()
    plan = chain.config(on_error="keep").set_engine(engine)._plan
    return [
        (Path(key).name, element)
        for chunk in run(plan)
        for key, element in zip(chunk.keys, chunk.elements(), strict=True)
    ]


def test_vectors_keys_and_failures_are_equal(photographs: Path) -> None:
    here, there = rows_of(photographs, "local"), rows_of(photographs, "ray")
    assert len(here) == COUNT
    assert [key for key, _ in there] == [key for key, _ in here]
    failed = []
    for (key, mine), (_, theirs) in zip(here, there, strict=True):
        if isinstance(mine, Failure):
            failed.append(int(Path(key).stem))
            assert (mine.key, mine.operator, mine.value) == (
                theirs.key,
                theirs.operator,
                theirs.value,
            )
            assert type(mine.error) is type(theirs.error)
            assert str(mine.error) == str(theirs.error)
        else:
            np.testing.assert_array_equal(theirs, mine)
    assert failed == sorted(DAMAGED)
