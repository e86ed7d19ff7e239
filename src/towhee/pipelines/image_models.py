"""The image pipelines: one for the model inside the package, one for each pinned timm model."""

from __future__ import annotations

import functools

from towhee.pipelines.catalogue import EMBEDDED, PipelineSpec, timm_pipeline


@functools.cache
def image_pipelines() -> tuple[PipelineSpec, ...]:
    """The pipelines that have a name of their own."""
    return (EMBEDDED,)


def timm_spec(model_name: str) -> PipelineSpec:
    """The pipeline of a timm model that is not listed."""
    return timm_pipeline(model_name, {}, None, None)
