"""The pipelines of sentence models: the default one, and one for each that has a short name."""

from __future__ import annotations

import functools

from towhee.models.text.known_models import DEFAULT_MODEL, KNOWN
from towhee.pipelines.catalogue import (
    SENTENCE_EMBEDDING,
    SENTENCE_PREFIX,
    PipelineSpec,
    sentence_pipeline,
)


@functools.cache
def sentence_pipelines() -> tuple[PipelineSpec, ...]:
    """The pipelines that have a name of their own."""
    named = {SENTENCE_EMBEDDING: DEFAULT_MODEL}
    named |= {SENTENCE_PREFIX + model: model for model in sorted(KNOWN)}
    return tuple(
        sentence_pipeline(name, model, KNOWN[model].dimension, KNOWN[model].license)
        for name, model in named.items()
    )


def unlisted_sentence_pipeline(model_name: str) -> PipelineSpec:
    """The pipeline of a sentence model that has no short name."""
    return sentence_pipeline(SENTENCE_PREFIX + model_name, model_name, None, None)
