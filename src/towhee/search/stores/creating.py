"""Make a collection, or see that the one that is there is the one that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from towhee.errors import UnknownNameError, UsageError
from towhee.search.metric import metric_named
from towhee.search.stores import rows as checked
from towhee.search.stores.connection import Connection
from towhee.search.stores.driver import Driver
from towhee.search.stores.fingerprint import Fingerprint
from towhee.search.stores.schema import CollectionSchema, IndexSpec

_OPTIONS = ("metric", "key_type", "index", "text", "sparse", "multi")


def create(connection: Connection, schema: CollectionSchema) -> CollectionSchema:
    """Make the collection.

    Raises:
        UsageError: if it is there already, or the store cannot do what is asked.
    """
    if connection.known() is not None:
        raise UsageError(
            f"{connection.uri} has a collection {schema.name!r} already; drop() removes it"
        )
    return _made(connection, schema)


def _made(connection: Connection, schema: CollectionSchema) -> CollectionSchema:
    """The collection, which others may be making just so at the same time."""
    if schema.key_type not in ("string", "integer"):
        raise UsageError(f"key_type is 'string' or 'integer', not {schema.key_type!r}")
    require_abilities(connection.driver, schema)
    connection.call(lambda: connection.driver.create(schema))
    connection.remember(schema)
    return schema


def require_abilities(driver: Driver, schema: CollectionSchema) -> None:
    """Refuse what the store cannot do.

    Raises:
        UsageError: which says what.
    """
    able = driver.abilities
    require_index(driver, schema.index)
    if schema.text is not None and not able.text:
        raise UsageError(
            f"{driver.name} does not search text; leave text= out, or use another store"
        )
    if schema.sparse and not able.sparse:
        raise UsageError(f"{driver.name} keeps no sparse vectors; leave sparse= out")
    if schema.sparse and schema.multi:
        raise UsageError("a row has a sparse vector or several vectors, not both")


def require_index(driver: Driver, index: IndexSpec) -> None:
    """Refuse an index that the store does not have.

    Raises:
        UsageError: which names those that it has.
    """
    kinds = driver.abilities.indexes
    if index.kind not in kinds:
        raise UsageError(
            f"{driver.name} has no index {index.kind!r} here; it has {', '.join(kinds)}"
        )


def ensure(
    connection: Connection,
    keys: Sequence[Any],
    vectors: Sequence[Any],
    columns: checked.Columns,
    *,
    sparse: bool,
    fields: Mapping[str, Any],
    fingerprint: Fingerprint | None,
    options: Mapping[str, Any],
) -> CollectionSchema:
    """The collection for rows like these, which is made if it is not there.

    Args:
        connection: to the collection.
        keys: of the first rows.
        vectors: of the first rows.
        columns: the payload of the first rows.
        sparse: whether they have sparse vectors.
        fields: the types of columns where the rows do not tell.
        fingerprint: what makes the vectors.
        options: ``metric``, ``index``, ``text``, …, as far as they are wanted.

    Raises:
        UsageError: if the one that is there is another.
    """
    known = connection.known()
    if known is not None:
        require_options(known, options, str(connection.uri))
        if fingerprint is not None:
            require_fingerprint(known, fingerprint, str(connection.uri))
        return known
    require_known(options)
    first = np.asarray(vectors[0])
    return _made(
        connection,
        CollectionSchema(
            connection.collection,
            int(first.shape[-1]) if first.ndim else 0,
            metric_named(options.get("metric", "cosine")),
            options.get("key_type", checked.key_type_of(keys)),
            checked.field_types(columns, fields),
            index_of(options.get("index", "flat")),
            options.get("text"),
            options.get("sparse", sparse),
            options.get("multi", first.ndim == 2),
            fingerprint or Fingerprint(),
        ),
    )


def index_of(index: str | IndexSpec) -> IndexSpec:
    """An index by its kind, or as it is."""
    return index if isinstance(index, IndexSpec) else IndexSpec.of(index)


def require_known(options: Mapping[str, Any]) -> None:
    """Refuse options that a collection does not have."""
    for name in options:
        if name not in _OPTIONS:
            raise UnknownNameError("option of a collection", name, _OPTIONS)


def require_possible(driver: Driver, options: Mapping[str, Any]) -> None:
    """Refuse options that no collection of the store can have, before anything is computed.

    Raises:
        UsageError: for a metric or an index that there is not.
    """
    require_known(options)
    metric_named(options.get("metric", "cosine"))
    require_index(driver, index_of(options.get("index", "flat")))


def require_options(schema: CollectionSchema, options: Mapping[str, Any], where: str) -> None:
    """Refuse a collection that is another than the one that is wanted.

    Raises:
        UsageError: which says what differs.
    """
    require_known(options)
    for name, wanted in options.items():
        there: Any = getattr(schema, name)
        if name == "index":
            there, wanted = there.kind, index_of(wanted).kind
        if name == "metric":
            wanted = metric_named(wanted)
        if there != wanted:
            raise UsageError(
                f"the collection {schema.name!r} of {where} has {name}={there!r}, not {wanted!r}; "
                "leave it out, or choose another collection"
            )


def require_fingerprint(schema: CollectionSchema, fingerprint: Fingerprint, where: str) -> None:
    """Refuse vectors that cannot be compared with those of a collection.

    Raises:
        UsageError: which says what differs.
    """
    for what, here, there in schema.fingerprint.differences(fingerprint):
        raise UsageError(
            f"the vectors of {schema.name!r} in {where} come from {what} {here}, and these from "
            f"{what} {there}: they cannot be compared. Use what made them, another collection, or "
            "move this one over with `towhee reindex`"
        )
