"""Files that were written for one row a call take any number of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tiny_faces import recogniser
from towhee.models.backends.onnx import OnnxBackend


def test_a_file_for_one_row_gets_rows_one_by_one(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(4, 3, 112, 112)).astype(np.float32)
    of_any, of_one = (
        OnnxBackend(recogniser(tmp_path / f"{count}.onnx", rows=count), name="the model")
        for count in ("n", 1)
    )
    assert np.abs(of_one(rows) - of_any(rows)).max() < 1e-5
    assert np.abs(of_one(rows[:1]) - of_any(rows[:1])).max() < 1e-5
