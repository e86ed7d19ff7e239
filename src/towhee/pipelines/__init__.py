"""Chains that have a name."""

from towhee.pipelines.pipeline import (
    Pipeline,
    find_pipeline,
    list_pipelines,
    pipeline,
    register_pipeline,
    unregister_pipeline,
)

__all__ = [
    "Pipeline",
    "find_pipeline",
    "list_pipelines",
    "pipeline",
    "register_pipeline",
    "unregister_pipeline",
]
