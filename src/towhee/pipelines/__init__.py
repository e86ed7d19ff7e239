"""Chains and graphs that have a name."""

from towhee.pipelines.pipeline import (
    Pipeline,
    find_pipeline,
    list_pipelines,
    pipeline,
)
from towhee.pipelines.registered import register_pipeline, unregister_pipeline
from towhee.pipelines.spec import PipelineSpec, Step

__all__ = [
    "Pipeline",
    "PipelineSpec",
    "Step",
    "find_pipeline",
    "list_pipelines",
    "pipeline",
    "register_pipeline",
    "unregister_pipeline",
]
