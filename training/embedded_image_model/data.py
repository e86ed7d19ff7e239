"""The two data sets, and which part of each is never trained on.

The folder is given by the environment variable `TOWHEE_SHARED`. The splits are drawn with a fixed
seed over sorted names and row numbers, so that every script agrees on them.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as parquet
from PIL import Image

Labels = npt.NDArray[np.int64]

HELD_OUT_PHOTOGRAPHS = 106
GALLERY_ROWS = 10_000
QUERY_ROWS = 2_000
_SEED = 2026


def shared_folder() -> Path:
    """Return the folder that holds `data/` and `models/`."""
    return Path(os.environ.get("TOWHEE_SHARED", "../shared"))


def photograph_paths() -> tuple[list[Path], list[Path]]:
    """Return the photographs to train on and the ones held out, each sorted by name.

    Raises:
        FileNotFoundError: the folder holds no photographs.
    """
    folder = shared_folder() / "data" / "imagenet-sample"
    paths = sorted(folder.glob("*.JPEG"))
    if not paths:
        raise FileNotFoundError(f"no *.JPEG under {folder}: set TOWHEE_SHARED to the data's folder")
    order = np.random.default_rng(_SEED).permutation(len(paths))
    held_out = set(order[:HELD_OUT_PHOTOGRAPHS].tolist())
    training = [path for row, path in enumerate(paths) if row not in held_out]
    return training, [path for row, path in enumerate(paths) if row in held_out]


def read_photograph(path: Path) -> Image.Image:
    """Return one photograph as an RGB image."""
    return Image.open(path).convert("RGB")


def cifar_training() -> tuple[list[Image.Image], Labels]:
    """Return the 40,000 CIFAR-10 images to train on and their labels, `(n,) int64`."""
    return _read_cifar("train", _shuffled_rows("train")[GALLERY_ROWS:])


def cifar_gallery() -> tuple[list[Image.Image], Labels]:
    """Return the 10,000 images of the training file that are never trained on."""
    return _read_cifar("train", _shuffled_rows("train")[:GALLERY_ROWS])


def cifar_queries() -> tuple[list[Image.Image], Labels]:
    """Return 2,000 images of the test file, and their labels."""
    return _read_cifar("test", _shuffled_rows("test")[:QUERY_ROWS])


def _cifar_path(part: str) -> Path:
    return shared_folder() / "data" / "cifar10" / f"{part}.parquet"


def _shuffled_rows(part: str) -> npt.NDArray[np.int64]:
    count = parquet.ParquetFile(_cifar_path(part)).metadata.num_rows
    return np.random.default_rng(_SEED).permutation(count)


def _read_cifar(part: str, rows: npt.NDArray[np.int64]) -> tuple[list[Image.Image], Labels]:
    table = parquet.read_table(_cifar_path(part), columns=["image", "label"]).take(rows)
    images = [Image.open(io.BytesIO(value)).convert("RGB") for value in table["image"].to_pylist()]
    return images, table["label"].to_numpy().astype(np.int64)
