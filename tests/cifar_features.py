"""Vectors of CIFAR-10 images by the model of the package, made once a process."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import numpy as np
import PIL.Image
import pyarrow.parquet as parquet


def cifar_images(data: Path, rows: int) -> tuple[list[PIL.Image.Image], np.ndarray]:
    """The first test images, and their classes ``(rows,) int64``."""
    table = next(parquet.ParquetFile(data / "cifar10" / "test.parquet").iter_batches(rows))
    images = [PIL.Image.open(io.BytesIO(each)) for each in table.column("image").to_pylist()]
    return images, np.array(table.column("label").to_pylist(), np.int64)


@functools.cache
def cifar_features(data: Path, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors ``(rows, d) float32`` and classes ``(rows,) int64`` of the first test images."""
    from towhee import pipeline

    images, labels = cifar_images(data, rows)
    embed = pipeline("image-embedding")
    return np.stack([embed(np.asarray(image.convert("RGB"))) for image in images]), labels
