"""From what a user asks for to a service with its models loaded."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.pipelines import Pipeline, pipeline
from towhee.serve.searching import Collection, InStore, Searchable
from towhee.serve.served import Served, served
from towhee.serve.service import Service
from towhee.serve.settings import ServeSettings

ReadFile = Callable[[str], tuple[Searchable, str | None]]

_DECODING = "image_decode"


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Which pipelines are served and how; it can be pickled.

    Attributes:
        names: of the pipelines, or their files.
        arguments: of the last operator of each.
        settings: the limits.
        max_pixels: of an image.
        store: the URI of a store to search, or a Parquet file of vectors; ``None`` for none.
        collections: of the store, the first that clients get where they name none; the only one
            if empty.
        read_file: gives the vectors of such a file, and the name of the pipeline that made them.
    """

    names: tuple[str, ...]
    arguments: Mapping[str, Any]
    settings: ServeSettings
    max_pixels: int
    store: str | None = None
    collections: tuple[str, ...] = ()
    read_file: ReadFile | None = None

    def check(self) -> None:
        """Say what is wrong with the names before a process starts, without loading weights."""
        for name in self.names:
            self._made(name)

    def service(self) -> Service:
        """The service, with all models loaded and the collection opened.

        Raises:
            UnknownNameError: for a pipeline that there is not.
            UsageError: if the pipelines served are not those that filled the collection.
        """
        service = Service(self.settings)
        with contextlib.ExitStack() as undone:
            undone.callback(service.close)
            for name in self.names:
                model = self._made(name)
                service.models.add(model.name, partial(self._made, name))
            if self.store is not None:
                for found in self._collections(service):
                    service.collections[found.name] = found
            undone.pop_all()
        return service

    def _made(self, name: str) -> Served:
        arguments = dict(self.arguments)
        made = pipeline(name, **arguments)
        if not isinstance(made, Pipeline):
            return served(made, Path(name).stem)
        if _decodes_images(made):
            limits = {**arguments.get(_DECODING, {}), "max_pixels": self.max_pixels}
            made = pipeline(name, **{**arguments, _DECODING: limits})
        return served(made)

    def _collections(self, service: Service) -> Iterator[Collection]:
        assert self.store is not None
        loaded = {name: service.models.loaded(name)[0] for name in service.models.by_name}
        if "://" not in self.store and self.read_file is not None:
            if self.collections:
                raise UsageError(f"{self.store!r} is a file, which has no collections")
            vectors, maker = self.read_file(self.store)
            yield Collection(Path(self.store).stem, vectors, _maker(maker, loaded))
            return
        from towhee.search.stores import DEFAULT_COLLECTION, list_collections, open_store

        names = self.collections
        if not names:
            there = list_collections(self.store)
            names = (there[0] if len(there) == 1 else DEFAULT_COLLECTION,)
        for name in names:
            store = open_store(self.store, name, must_exist=True)
            chosen = _maker(store.schema.fingerprint.pipeline, loaded)
            model = None if chosen is None else loaded[chosen]
            yield Collection(name, InStore.of(store, model), chosen)


def _maker(pipeline_name: str | None, loaded: Mapping[str, Served]) -> str | None:
    """Which of the served pipelines made the vectors; the only one where that is not known.

    Raises:
        UsageError: if it is not served.
    """
    if pipeline_name is None:
        return next(iter(loaded)) if len(loaded) == 1 else None
    if pipeline_name not in loaded:
        raise UsageError(
            f"the vectors were made by {pipeline_name!r}: serve it too, to search with inputs"
        )
    return pipeline_name


def _decodes_images(made: Pipeline) -> bool:
    *others, _ = made.spec.operators
    return any(operator.partition(".")[0] == _DECODING for operator in others)
