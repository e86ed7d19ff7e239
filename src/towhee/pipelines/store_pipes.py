"""Named pipes that work on a store: rows and documents into it, and what is near out of it.

``insert_milvus`` takes a row ``[key, vector, …]`` and gives its key; ``search_milvus`` takes a
vector and gives entities. ``eqa-insert`` takes a document, a path or an address, and gives the keys
of its pieces; ``eqa-search`` takes a question and gives texts, their scores and their sources, the
best first. They are called after Milvus, as in earlier versions, and work on any store.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from towhee.builder import CallablePipe, pipe
from towhee.builder.config import NodeConfig
from towhee.errors import UsageError
from towhee.functional.operator_handle import ops
from towhee.functional.origin import origin_of
from towhee.operators.base import short
from towhee.pipelines.document_rows import (
    Found,
    InsertDocument,
    SearchDocuments,
    source_of,
    with_words,
)
from towhee.pipelines.store_configs import (
    EnhancedQAInsertConfig,
    EnhancedQASearchConfig,
    InsertMilvusConfig,
    SearchMilvusConfig,
)
from towhee.search.stores import Fingerprint

_CANDIDATES = 5  # texts to rank for each that is given


def _insert_milvus(config: InsertMilvusConfig) -> CallablePipe:
    names = ("key", "vector", *config.fields)
    insert = ops.insert_store(
        config.address,
        config.collection_name,
        fields=config.fields,
        metric=config.metric,
        index=config.index,
        **config.options,
    )
    return (
        pipe.input("row")
        .map("row", names, _values_of_row(names))
        .map(names, "key", insert)
        .output("key")
    )


def _values_of_row(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    def values_of_row(row: Any) -> tuple[Any, ...]:
        if isinstance(row, Mapping):
            if set(row) != set(names):
                raise UsageError(f"a row has {', '.join(names)}, not {', '.join(map(str, row))}")
            return tuple(row[name] for name in names)
        if isinstance(row, (list, tuple)) and len(row) == len(names):
            return tuple(row)
        raise UsageError(f"a row is a list of {', '.join(names)}, or a mapping, not {short(row)}")

    return values_of_row


def _search_milvus(config: SearchMilvusConfig) -> CallablePipe:
    search = ops.milvus_search(
        config.collection_name,
        config.limit,
        uri=config.address,
        filter=config.filter,
        fields=config.output_fields,
        parameters=config.search_params,
        **config.options,
    )
    return pipe.input("vec").map("vec", "rows", search).output("rows")


def _eqa_insert(config: EnhancedQAInsertConfig) -> CallablePipe:
    split = ops.text_splitter(
        config.chunk_by, chunk_size=config.chunk_size, overlap=config.chunk_overlap
    )
    embed = _embedding(config, "document")
    insert = InsertDocument(
        config.address,
        config.collection_name,
        config.options,
        {"metric": config.metric, "index": config.index},
        _origin(embed),
    )
    return (
        pipe.input("doc")
        .map("doc", "source", source_of)
        .map("source", "text", ops.data_loader())
        .map("text", "pieces", split)
        .map(("source", "pieces"), "texts", with_words)
        .flat_map("texts", "text", list)
        .map("text", "vector", embed, config=NodeConfig(device=config.device))
        .window_all("vector", "vectors", list)
        .map(("source", "texts", "vectors"), "keys", insert)
        .output("keys")
    )


def _eqa_search(config: EnhancedQASearchConfig) -> CallablePipe:
    is_reranked = config.rerank or config.customize_rerank_op is not None
    count = config.top_k
    if is_reranked:
        count = max(count, config.candidates or _CANDIDATES * count)
    embed = _embedding(config, "query")
    search = SearchDocuments(
        config.address,
        config.collection_name,
        config.options,
        count,
        config.filter,
        _origin(embed),
        is_bounded=config.threshold is not None and not is_reranked,
    )
    columns = ("texts", "scores", "sources")
    made = (
        pipe.input("question")
        .map("question", "vector", embed, config=NodeConfig(device=config.device))
        .map("vector", columns, search)
    )
    if is_reranked:
        rerank = config.customize_rerank_op
        if rerank is None:
            rerank = ops.rerank(config.rerank_model, order="given")
        node = NodeConfig(device=config.device)
        made = made.map(("question", "texts"), ("texts", "scores"), rerank, config=node)
    best = _best_of(config.top_k, config.threshold, is_reranked=is_reranked)
    return made.map(columns, columns, best).output(*columns)


def _best_of(count: int, threshold: float | None, *, is_reranked: bool) -> Callable[..., Found]:
    def best_of(texts: list[str], scores: list[float], sources: list[str]) -> Found:
        places = list(range(len(texts)))
        if is_reranked:  # a store has put them in order already
            places.sort(key=lambda place: -scores[place])
        if threshold is not None:
            places = [place for place in places if scores[place] >= threshold]
        places = places[:count]
        return (
            [texts[place] for place in places],
            [scores[place] for place in places],
            [sources[place] for place in places],
        )

    return best_of


def _embedding(config: EnhancedQAInsertConfig | EnhancedQASearchConfig, prompt_name: str) -> Any:
    """What embeds texts; a model may tell questions from what answers them."""
    if config.customize_embedding_op is not None:
        return config.customize_embedding_op
    return ops.text_embedding.sentence_transformers(
        config.model, normalize=config.normalize_vec, prompt_name=prompt_name
    )


def _origin(embed: Any) -> Callable[[], Fingerprint | None]:
    """Tells what makes the vectors, and keeps it."""

    @functools.cache
    def origin() -> Fingerprint | None:
        return origin_of(pipe.input("text").map("text", "vector", embed).output("vector").plan)

    return origin


STORE_PIPES: dict[str, tuple[Callable[..., CallablePipe], type[BaseModel]]] = {
    "insert-milvus": (_insert_milvus, InsertMilvusConfig),
    "search-milvus": (_search_milvus, SearchMilvusConfig),
    "eqa-insert": (_eqa_insert, EnhancedQAInsertConfig),
    "eqa-search": (_eqa_search, EnhancedQASearchConfig),
}
"""By name, the function that makes the pipe and its configuration."""
