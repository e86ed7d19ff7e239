"""Queries of the command line, and what a store has for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from towhee.errors import DataError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.cli.pages import Found
    from towhee.pipelines import Pipeline
    from towhee.search.stores import VectorStore


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search gave.

    Attributes:
        found: each query and its neighbours.
        metric: by which they were ranked.
        pipeline: that embedded the queries.
        shown: where was searched, as messages show it.
        title: the same in short.
    """

    found: list[Found]
    metric: str
    pipeline: str
    shown: str
    title: str


def search_in_store(
    uri: str,
    collection: str | None,
    queries: list[str],
    left_out: LeftOut,
    *,
    pipeline: str | None,
    cal: str | None,
    topk: int,
    where: str | None,
    are_texts: bool,
) -> Searched:
    """The neighbours in a store of each query that can be embedded.

    Args:
        uri: of the store.
        collection: its name, ``None`` for the only one.
        queries: images, or texts.
        left_out: is told the queries that cannot be embedded.
        pipeline: its name; the one that filled the collection if ``None``.
        cal: the measure that is asked for, which has to be the collection's.
        topk: neighbours of each query.
        where: a filter.
        are_texts: whether the queries are texts.

    Raises:
        UsageError: if the queries would be embedded in another way than the collection was.
    """
    from towhee.cli.pages import Found
    from towhee.cli.store_options import opened

    with opened(uri, collection) as store:
        schema = store.schema
        if cal not in (None, schema.metric):
            raise UsageError(
                f"the collection {store.collection!r} is searched by {schema.metric}, not {cal}; "
                "leave --cal out"
            )
        chosen = _pipeline(pipeline, store, are_texts=are_texts)
        if are_texts:
            names, vectors = queries, list(chosen.batch(queries))
        else:
            names, vectors = embedded_queries(queries, chosen, left_out)
        results = store.search(vectors, topk, filter=where) if names else []
        found = [
            Found(name, list(zip(result.keys, result.scores, strict=True)))
            for name, result in zip(names, results, strict=True)
        ]
        title = f"{store.collection} ({store.uri})"
        return Searched(found, schema.metric, chosen.spec.name, store.uri, title)


def _pipeline(name: str | None, store: VectorStore, *, are_texts: bool) -> Pipeline:
    """The pipeline that filled the collection, for images or for texts."""
    from towhee.cli.embedding import image_pipeline
    from towhee.functional.origin import origin_of

    made_by = store.schema.fingerprint
    chosen = name or made_by.pipeline
    if chosen is None:
        said = f"were made by {made_by.operators}" if made_by.operators else "are of unknown origin"
        raise UsageError(
            f"the vectors of {store.collection!r} {said}, and not by a pipeline: name the one that "
            "does the same with --pipeline, such as --pipeline image-embedding"
        )
    made = _reading(chosen) if are_texts else image_pipeline(chosen)
    origin = origin_of(made.plan, made.spec.name)
    if origin is not None:
        store.require_fingerprint(origin)
    return made


def _reading(name: str) -> Pipeline:
    """The pipeline of a name, for texts."""
    from towhee.pipelines import pipeline

    try:
        return pipeline(name, modality="text")
    except UnknownNameError as error:
        raise UsageError(
            f"{name!r} embeds no texts: fill the store with a pipeline that puts texts and images "
            "into one space, such as text-image-embedding-clip"
        ) from error


def embedded_queries(
    queries: list[str], chosen: Pipeline, left_out: LeftOut
) -> tuple[list[str], list[Any]]:
    """The images among the queries that can be embedded, and their vectors.

    Raises:
        DataError: if there is none at all.
    """
    from towhee.cli.embedding import embedded
    from towhee.cli.image_inputs import ImageInputs

    inputs = ImageInputs(
        queries,
        on_unreadable=lambda folder, error: left_out.add(folder, str(error)),
    )
    paths: list[str] = []
    vectors: list[Any] = []
    for part in embedded(chosen, inputs, left_out):
        paths += part.paths
        vectors += part.vectors
    if not paths and not left_out.count:
        raise DataError(f"there is no image in {', '.join(queries)}")
    return paths, vectors
