"""Pipelines behind HTTP: batches, limits, measures, and the routes that clients know."""

from towhee.serve.front import serve
from towhee.serve.settings import ServeSettings

__all__ = ["ServeSettings", "serve"]
