"""The pieces of documents as rows of a store, and as what a search has found."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from towhee.errors import DataError, UsageError
from towhee.fetch import is_url
from towhee.operators.vector_store.connected import StoreOperator
from towhee.search.field_types import FieldType
from towhee.search.filters import And, Comparison, Field, as_text
from towhee.search.stores import Fingerprint

_FIELDS: dict[str, FieldType] = {"text": "string", "source": "string", "chunk": "integer"}

Found = tuple[list[str], list[float], list[str]]
"""Texts, their scores and their sources."""

Origin = Callable[[], Fingerprint | None]
"""What makes the vectors; found out with the first ones, as that loads the model."""


def source_of(document: Any) -> str:
    """What a document is called in the store: an address as it is, a file by its absolute path.

    Raises:
        DataError: if it is neither a path nor an address.
    """
    if not isinstance(document, (str, os.PathLike)):
        raise DataError(
            f"a document is a path or an address, by which it is known again, not a "
            f"{type(document).__name__}"
        )
    text = os.fspath(document)
    if not isinstance(text, str):
        raise DataError(f"a document is a path or an address as text, not {text!r:.80}")
    return text if is_url(text) else os.path.abspath(text)


def with_words(source: str, pieces: Sequence[str]) -> list[str]:
    """The pieces of a document that are not blank, without the space around them.

    Raises:
        DataError: if there is none.
    """
    found = [piece.strip() for piece in pieces if piece.strip()]
    if not found:
        raise DataError(f"{source} holds no text; leave it out, or delete its rows from the store")
    return found


class InsertDocument(StoreOperator[Any, Any]):
    """Write the pieces of a document, in place of all that were there of it; gives their keys.

    New pieces are written first and those that are too many are removed behind them, so that doing
    it again after it was cut off gives the same as if it had not been.

    Args:
        uri: as ``open_store`` takes it.
        collection: its name.
        options: of the store.
        described: ``metric`` and ``index`` of a collection that is not there yet.
        origin: what makes the vectors.
    """

    def __init__(
        self,
        uri: str,
        collection: str,
        options: dict[str, Any],
        described: dict[str, str],
        origin: Origin,
    ) -> None:
        super().__init__(uri, collection, options)
        self._described, self._origin = described, origin

    def __call__(self, *values: Any) -> list[str]:
        return self._written(*values)

    def batch(self, *columns: Sequence[Any]) -> list[list[str]]:
        """The keys of the pieces of each source, of which its texts and their vectors are given."""
        return [self._written(*values) for values in zip(*columns, strict=True)]

    def _written(self, source: str, texts: Sequence[str], vectors: Sequence[Any]) -> list[str]:
        store = self.store
        numbers = list(range(len(texts)))
        keys = [f"{source}#{number}" for number in numbers]
        payload: dict[str, list[Any]] = {
            "text": list(texts),
            "source": [source] * len(texts),
            "chunk": numbers,
        }
        # One that is there may have been given another index since.
        described: dict[str, Any] = {} if store.exists else dict(self._described)
        store.ensure(
            keys, vectors, payload, fields=_FIELDS, fingerprint=self._origin(), **described
        )
        store.upsert(keys, vectors, payload)
        of_it = Comparison(Field("source"), "==", source)
        too_many = Comparison(Field("chunk"), ">=", len(texts))
        store.delete(filter=as_text(And((of_it, too_many))))
        return keys


class SearchDocuments(StoreOperator[Any, Found]):
    """The pieces of documents that are the nearest to a question's vector.

    Args:
        uri: as ``open_store`` takes it.
        collection: its name.
        options: of the store.
        topk: how many to give.
        filter: only those for which it holds.
        origin: what makes the vectors.
        is_bounded: whether texts of low scores are left out of what it gives.
    """

    def __init__(
        self,
        uri: str,
        collection: str,
        options: dict[str, Any],
        topk: int,
        filter: str | None,
        origin: Origin,
        *,
        is_bounded: bool = False,
    ) -> None:
        super().__init__(uri, collection, options)
        self._topk, self._filter, self._origin = topk, filter, origin
        self._is_bounded = is_bounded

    def batch(self, values: Sequence[Any]) -> list[Found]:
        """For each vector the texts, their scores and their sources, the nearest first.

        Raises:
            UnknownNameError: if the collection is not there.
            UsageError: if it holds vectors of another model, or is no place for a threshold.
        """
        if not len(values):
            return []
        self._check()
        vectors = [np.asarray(value) for value in values]
        results = self.store.search(
            vectors, self._topk, filter=self._filter, fields=["text", "source"]
        )
        return [
            (
                [row["text"] for row in found.payload],
                found.scores,
                [row["source"] for row in found.payload],
            )
            for found in results
        ]

    def _check(self) -> None:
        schema, fingerprint = self.store.schema, self._origin()
        if fingerprint is not None:
            self.store.require_fingerprint(fingerprint)
        if self._is_bounded and schema.metric == "L2":
            raise UsageError(
                f"the scores of {self._collection!r} are distances, smaller for what is nearer: "
                "leave threshold out, or rerank"
            )
