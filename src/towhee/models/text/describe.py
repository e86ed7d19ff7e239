"""What is known of a sentence model without loading it, and how to have its files here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from towhee.models.hub_weights import cached_file, stated_sha256
from towhee.models.text.layout import TOKENIZER_FILE, sentence_layout
from towhee.models.text.spec import SentenceSpec, sentence_spec

SENTENCE_SOURCE = "sentence-transformers"


def describe_sentence_model(model_name: str) -> dict[str, Any]:
    """A sentence model of the Hub as plain values: licence, dimension, where its weights are.

    Nothing is downloaded and no weights are loaded.

    Args:
        model_name: ``"all-MiniLM-L6-v2"`` or ``"owner/name"``.

    Raises:
        UsageError: if it is no name of a model.
        MissingExtraError: if the Hub's client is not installed.
    """
    spec = sentence_spec(model_name)
    cached = cached_weights(spec)
    return {
        "model": spec.name,
        "source": SENTENCE_SOURCE,
        "weights": spec.name,
        "weights_here": cached is not None,
        "path": str(cached) if cached else None,
        "revision": spec.revision or (cached.parent.name if cached else None),
        "sha256": stated_sha256(cached) if cached else None,
        "license": spec.license,
        "card": f"https://huggingface.co/{spec.name}",
        "dimension": spec.dimension,
    }


def cached_weights(spec: SentenceSpec) -> Path | None:
    """The weights in the Hub's cache, ``None`` if they are not there; nothing is downloaded."""
    return cached_file(spec.name, WEIGHTS_FILE, revision=spec.revision)


def pulled_weights(spec: SentenceSpec) -> Path:
    """The weights, with all other files of the model in the cache too; downloaded if need be.

    Raises:
        WeightsError: if a file cannot be had, or the model is not one that towhee runs.
    """
    layout = sentence_layout(spec.files)
    for name in (TOKENIZER_FILE, CONFIG_FILE):
        spec.files.needed(layout.transformer + name)
    return spec.files.weights(layout.transformer)
