"""Turn images and other data into vectors, search them, and deploy the result.

Names are imported from their modules when they are first used: ``import towhee`` itself
imports nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from towhee.builder.callable_pipe import CallablePipe
    from towhee.builder.pipe import Pipe, pipe
    from towhee.functional import DataCollection, DataFrame, Entity, State, ops
    from towhee.functional.data_loader import DataLoader
    from towhee.functional.front import (
        api,
        dc,
        glob,
        param_scope,
        range,
        read_csv,
        read_json,
        read_parquet,
        read_zip,
    )
    from towhee.hub.registry import register
    from towhee.pipelines.auto import AutoConfig, AutoPipes
    from towhee.pipelines.pipeline import Pipeline, pipeline
    from towhee.search import tune_index
    from towhee.search.stores import VectorStore, list_collections, open_store
    from towhee.trainer import dataset
    from towhee.types import (
        AudioFrame,
        Empty,
        Failure,
        Image,
        Option,
        SearchResult,
        Some,
        VideoFrame,
    )

__version__ = "2.0.0a1"

_HOMES = {
    "AutoConfig": "pipelines.auto",
    "AutoPipes": "pipelines.auto",
    "CallablePipe": "builder",
    "Pipe": "builder",
    "AudioFrame": "types",
    "DataCollection": "functional",
    "DataFrame": "functional",
    "DataLoader": "functional.data_loader",
    "Empty": "types",
    "Entity": "types",
    "Failure": "types",
    "Image": "types",
    "Option": "types",
    "Pipeline": "pipelines",
    "SearchResult": "types",
    "Some": "types",
    "State": "functional",
    "VectorStore": "search.stores",
    "VideoFrame": "types",
    "api": "functional.front",
    "dataset": "trainer",
    "dc": "functional.front",
    "glob": "functional.front",
    "list_collections": "search.stores",
    "open_store": "search.stores",
    "ops": "functional",
    "param_scope": "functional.front",
    "pipe": "builder",
    "pipeline": "pipelines",
    "range": "functional.front",
    "read_csv": "functional.front",
    "read_json": "functional.front",
    "read_parquet": "functional.front",
    "read_zip": "functional.front",
    "register": "hub.registry",
    "tune_index": "search",
}

__all__ = [
    "AudioFrame",
    "AutoConfig",
    "AutoPipes",
    "CallablePipe",
    "DataCollection",
    "DataFrame",
    "DataLoader",
    "Empty",
    "Entity",
    "Failure",
    "Image",
    "Option",
    "Pipe",
    "Pipeline",
    "SearchResult",
    "Some",
    "State",
    "VectorStore",
    "VideoFrame",
    "api",
    "dataset",
    "dc",
    "glob",
    "list_collections",
    "open_store",
    "ops",
    "param_scope",
    "pipe",
    "pipeline",
    "range",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_zip",
    "register",
    "tune_index",
]


def __getattr__(name: str) -> Any:
    if name in ("hub", "serve", "viz"):  # modules, which are there when they are first named
        return importlib.import_module(f"towhee.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'towhee' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"towhee.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
