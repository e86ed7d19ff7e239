"""``search_store``: the nearest rows of a store for each vector."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.topk import check_topk
from towhee.operators.vector_store.connected import StoreOperator
from towhee.search.stores import Fingerprint, VectorStore
from towhee.search.stores.opening import is_there, require_store
from towhee.search.stores.uri import uri_of_folder
from towhee.types import SearchResult


class SearchStore(StoreOperator[Any, SearchResult], ModelOperator[Any, SearchResult]):
    """For each vector, the nearest rows of a collection in a store.

    Args:
        uri: ``"milvus:///photos.db"``, … as ``open_store`` takes it.
        collection: its name.
        topk: how many rows to give.
        filter: only rows for which it holds: ``'year > 2000 and kind == "cat"'``.
        fields: the payload columns to give; all if not given.
        parameters: of the search in the index: ``{"ef": 100}``.
        options: of the store, such as ``token=``.

    Raises:
        UsageError: for an address or an argument that cannot be, or vectors of another length.
        UnknownNameError: if there is no such collection or column.
        StoreUnavailableError: if the store does not answer.

    Example:
        >>> import tempfile
        >>> from towhee import dc
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     uri = f"faiss:///{folder}"
        ...     rows = dc["id", "vec"]([["a", [0.0, 1.0]], ["b", [1.0, 0.0]]])
        ...     _ = rows.to_store["id", "vec"](uri)
        ...     dc([[0.1, 0.9]]).search_store(uri, topk=1)[0].keys
        ['a']
    """

    wants_origin_of = 0
    is_shared = False

    def __init__(
        self,
        uri: str,
        collection: str = "vectors",
        topk: int = 5,
        *,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        parameters: Mapping[str, int] | None = None,
        _made_by: Fingerprint | None = None,
        **options: Any,
    ) -> None:
        super().__init__(uri, collection, options)
        self._made_by = _made_by
        self._topk = check_topk(topk)
        self._filter, self._fields = filter, fields
        self._parameters = dict(parameters or {})

    def setup(self) -> None:
        """Connect to the store; to an embedded one that is not there only when it is needed."""
        if is_there(self._uri):
            super().setup()

    @property
    def store(self) -> VectorStore:
        """The collection."""
        if self._store is None:
            super().setup()
        return super().store

    def streams(self) -> Streams:
        """How to search for many rows, once it is seen that they can be searched for.

        Raises:
            MissingFileError: for an embedded store that is not there.
            UnknownNameError: for a collection, a column or a parameter that is not there.
            UsageError: if the queries come from another model than the collection's vectors.
        """
        require_store(self._uri)
        self.store.require_searchable(self._filter, self._fields, self._parameters)
        if self._made_by is not None:
            self.store.require_fingerprint(self._made_by)
        return super().streams()

    def prepare(self, value: Any) -> npt.NDArray[Any]:
        """The vector as an array."""
        return np.asarray(value)

    def forward(self, prepared: Sequence[Any]) -> Sequence[SearchResult]:
        """What is nearest to each vector."""
        if not len(prepared):
            return []
        if self._made_by is not None:
            self.store.require_fingerprint(self._made_by)
        return self.store.search(
            list(prepared),
            self._topk,
            filter=self._filter,
            fields=self._fields,
            **self._parameters,
        )


class MilvusSearch(SearchStore):
    """For each vector, the nearest rows of a collection of Milvus, as entities.

    Args:
        collection: its name.
        limit: how many rows to give.
        uri: of the server, or of the file of Milvus Lite, in the working folder if not given.
        filter, fields, parameters, options: as ``search_store`` takes them.

    Gives a list of entities with ``id``, ``score`` and the payload, nearest first.
    """

    extra = "milvus"

    def __init__(
        self,
        collection: str = "vectors",
        limit: int = 10,
        *,
        uri: str = "milvus:///milvus.db",
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        parameters: Mapping[str, int] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            uri, collection, limit, filter=filter, fields=fields, parameters=parameters, **options
        )

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        """The entities nearest to each vector."""
        return [result.entities("id") for result in super().forward(prepared)]


class FaissSearch(SearchStore):
    """For each vector, the nearest rows of an index of FAISS on the disk, as entities.

    Args:
        findex: the folder of the index, as ``to_faiss`` wrote it.
        k: how many rows to give.
        collection, filter, fields, parameters: as ``search_store`` takes them.

    Gives a list of entities with ``key``, ``score`` and the payload, nearest first.
    """

    def __init__(
        self,
        findex: str | os.PathLike[str] = "./index.bin",
        k: int = 10,
        *,
        collection: str = "vectors",
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        parameters: Mapping[str, int] | None = None,
        _made_by: Fingerprint | None = None,
    ) -> None:
        if not isinstance(findex, (str, os.PathLike)):
            raise UsageError(f"findex is the folder of an index, not {findex!r}")
        uri = uri_of_folder("faiss", findex)
        super().__init__(
            uri,
            collection,
            k,
            filter=filter,
            fields=fields,
            parameters=parameters,
            _made_by=_made_by,
        )

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        """The entities nearest to each vector."""
        return [result.entities("key") for result in super().forward(prepared)]
