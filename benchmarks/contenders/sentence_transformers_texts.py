"""sentence-transformers as its documentation shows it, in the back end that the job names."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import numpy as np
from text_job import EmbedTexts, TextJob, compete

_SOURCE = Path(__file__).parents[2] / "src"


def made(job: TextJob) -> EmbedTexts:
    """Load the model; each call is one ``encode`` without further arguments."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    _cure_torchvision()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(job.model, device="cpu", **job.options)

    def embed(texts: list[str]) -> np.ndarray:
        return model.encode(texts, show_progress_bar=False)

    return embed


def _cure_torchvision() -> None:
    """Some builds of torch and torchvision do not import otherwise."""
    if importlib.util.find_spec("torchvision") is not None:
        sys.path.append(str(_SOURCE))
        from towhee.models.torchvision_cure import import_torchvision

        import_torchvision()


if __name__ == "__main__":
    compete(made, ("sentence-transformers", "transformers", "torch"))
