"""fastembed: a custom model, given the ONNX file and the tokenizer of the others."""

from __future__ import annotations

import os

import numpy as np
from text_job import EmbedTexts, TextJob, compete

_NAME = "benchmark/the-same-model"


def made(job: TextJob) -> EmbedTexts:
    """Load the model; each call is one ``embed``."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    TextEmbedding.add_custom_model(
        model=_NAME,
        pooling=PoolingType.DISABLED,  # it is within the file
        normalization=False,
        sources=ModelSource(url="none"),
        dim=384,
        model_file="model.onnx",
    )
    model = TextEmbedding(_NAME, specific_model_path=job.onnx)

    def embed(texts: list[str]) -> np.ndarray:
        return np.stack(list(model.embed(texts)))

    return embed


if __name__ == "__main__":
    compete(made, ("fastembed", "onnxruntime"), "as it is called without further arguments")
