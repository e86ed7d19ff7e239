"""Ray Data: decoding and model in one actor for each core, as Ray fuses them.

Ray stays on this machine's loopback address, in a folder of its own, without a dashboard.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from job import Embed, Job, compete_by_difference

BATCH = 16


class Embedding:
    """What each actor holds: the model with one thread, since there is an actor for each core."""

    def __init__(self, preprocess: dict[str, Any], onnx: str) -> None:
        from onnx_model import OnnxModel, Prepare

        self._prepare = Prepare(preprocess)
        self._model = OnnxModel(onnx, threads=1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        pixels = np.stack([self._prepare.file(path) for path in batch["path"]])
        return {"place": batch["place"], "vector": self._model(pixels)}


def made(job: Job) -> Embed:
    """Start Ray; each call is a dataset of its own."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Else Ray takes 127.0.0.1 for the machine's address in its network.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_DATA_DISABLE_PROGRESS_BARS"] = "1"
    # The actors import this folder's modules.
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    import ray

    folder = tempfile.TemporaryDirectory(prefix="ray")
    ray.init(
        address="local",
        num_cpus=job.cores,
        include_dashboard=False,
        configure_logging=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder.name,
    )
    ray.data.DataContext.get_current().enable_progress_bars = False

    def embed(paths: list[str], kept: object = folder) -> np.ndarray:
        rows = [{"place": place, "path": path} for place, path in enumerate(paths)]
        embedded = ray.data.from_items(rows).map_batches(
            Embedding,
            fn_constructor_args=(job.preprocess, job.onnx),
            compute=ray.data.ActorPoolStrategy(size=job.cores),
            num_cpus=1,
            batch_size=BATCH,
        )
        vectors: dict[int, np.ndarray] = {}
        for batch in embedded.iter_batches(batch_format="numpy", batch_size=None):
            vectors.update(zip(batch["place"].tolist(), batch["vector"], strict=True))
        return np.stack([vectors[place] for place in range(len(paths))])

    return embed


if __name__ == "__main__":
    compete_by_difference(made, ("ray", "onnxruntime", "pillow"), "an actor for each core")
