"""Daft's native runner: files read and decoded by Daft, then a class with the model."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from job import Embed, Job, compete_by_difference

BATCH = 16


def made(job: Job) -> Embed:
    """Import Daft, which is told to send nothing to anyone; each call is a frame of its own."""
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DAFT_ANALYTICS_ENABLED"] = "0"
    os.environ["DAFT_PROGRESS_BAR"] = "0"
    import daft

    vector = daft.DataType.list(daft.DataType.float32())

    @daft.cls(max_concurrency=job.cores, use_process=False)
    class Embedding:
        """The model with one thread, since there is an object for each core."""

        def __init__(self, preprocess: dict[str, Any], onnx: str) -> None:
            from onnx_model import OnnxModel, Prepare

            self._prepare = Prepare(preprocess)
            self._model = OnnxModel(onnx, threads=1)

        @daft.method.batch(return_dtype=vector, batch_size=BATCH)
        def embed(self, images: daft.Series) -> list[np.ndarray]:
            import PIL.Image

            pictures = map(PIL.Image.fromarray, images.to_pylist())
            return list(self._model(np.stack([self._prepare(picture) for picture in pictures])))

    daft.set_runner_native()
    model = Embedding(job.preprocess, job.onnx)

    def embed(paths: list[str]) -> np.ndarray:
        frame = daft.from_pydict({"place": list(range(len(paths))), "path": paths})
        images = daft.functions.decode_image(daft.functions.download(frame["path"]))
        frame = frame.into_batches(BATCH).with_column("image", images)
        frame = frame.with_column("vector", model.embed(frame["image"])).select("place", "vector")
        columns = frame.to_pydict()
        order = np.argsort(columns["place"])
        return np.asarray(columns["vector"], np.float32)[order]

    return embed


if __name__ == "__main__":
    compete_by_difference(made, ("daft", "onnxruntime", "pillow"), "a model for each core")
