"""Ray Data as one writes it by hand, with towhee's own decoder and model in each actor.

What differs from ``towhee_ray.py`` is the engine alone.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

import numpy as np
from job import Embed, Job, compete_by_difference

BATCH = 16


class Embedding:
    """What each actor holds: the operators, with one core, since there is an actor for each."""

    def __init__(self, checkpoint: str, options: dict[str, Any]) -> None:
        from towhee.models.machine import use_cores
        from towhee.operators.image_decode.pil import PilImageDecode
        from towhee.operators.image_embedding.timm import TimmImageEmbedding

        use_cores(1)
        self._decode = PilImageDecode()
        self._embed = TimmImageEmbedding(checkpoint=checkpoint, **options)
        self._forward = self._embed.streams().forward

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        prepared = [self._embed.prepare(self._decode(path)) for path in batch["path"]]
        return {"place": batch["place"], "vector": np.asarray(self._forward(prepared))}


def made(job: Job) -> Embed:
    """Start Ray; each call is a dataset of its own."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Else Ray takes 127.0.0.1 for the machine's address in its network.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
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
            fn_constructor_args=(job.checkpoint, job.options),
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
    compete_by_difference(made, ("towhee", "ray"), "an actor for each core")
