"""fastembed: its ResNet-50 path, given the ONNX file and the conditions of the others."""

from __future__ import annotations

import os

import numpy as np
from job import Embed, Job, bound_job, compete, compete_by_difference


def made(job: Job) -> Embed:
    """Load the model; each call is one ``embed``, in worker processes if the job says so."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from fastembed import ImageEmbedding

    model = ImageEmbedding("Qdrant/resnet50-onnx", specific_model_path=job.onnx)
    parallel = job.cores if job.options.get("parallel") else None

    def embed(paths: list[str]) -> np.ndarray:
        return np.stack(list(model.embed(paths, parallel=parallel)))

    return embed


if __name__ == "__main__":
    packages = ("fastembed", "onnxruntime", "pillow")
    if bound_job().options.get("parallel"):
        compete_by_difference(made, packages, "a process for each core")
    else:
        compete(made, packages, "as it is called without further arguments")
