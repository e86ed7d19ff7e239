"""The image pipelines: one for the model inside the package, one for each pinned timm model."""

from __future__ import annotations

import functools
from dataclasses import replace

from towhee.models.embedded_model import embedded_model
from towhee.models.pretrained_tags import PINNED
from towhee.pipelines.catalogue import EMBEDDED, PipelineSpec, timm_pipeline


@functools.cache
def image_pipelines() -> tuple[PipelineSpec, ...]:
    """The pipelines that have a name of their own."""
    pinned = (
        timm_pipeline(name, {}, dimension, license)
        for name, (_, dimension, license) in sorted(PINNED.items())
    )
    embedded = replace(EMBEDDED, dimension=embedded_model().dimension)
    return (embedded, *pinned)


def timm_spec(model_name: str) -> PipelineSpec:
    """The pipeline of a timm model that is not listed."""
    return timm_pipeline(model_name, {}, None, None)
