"""Towhee 1.1.3: a ``pipe`` of two functions, decoding and the model."""

from __future__ import annotations

import numpy as np
from job import Embed, Job, compete
from onnx_model import OnnxModel, Prepare

BATCH = 32


def made(job: Job) -> Embed:
    """Build the pipe; each call gives it the files in batches."""
    from towhee import pipe

    prepare, model = Prepare(job.preprocess), OnnxModel(job.onnx)
    embedding = (
        pipe.input("path")
        .map("path", "pixels", prepare.file)
        .map("pixels", "vector", lambda pixels: model(pixels[None])[0])
        .output("vector")
    )

    def embed(paths: list[str]) -> np.ndarray:
        vectors = []
        for start in range(0, len(paths), BATCH):
            vectors += [queue.get()[0] for queue in embedding.batch(paths[start : start + BATCH])]
        return np.stack(vectors)

    return embed


if __name__ == "__main__":
    compete(made, ("towhee", "onnxruntime", "pillow"), "a pipe of two functions")
