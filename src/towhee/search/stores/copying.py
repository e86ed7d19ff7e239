"""Move a collection from one store to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from towhee.errors import UsageError
from towhee.search.stores import creating, reading, writing
from towhee.search.stores import rows as checked
from towhee.search.stores.driver import RowBatch
from towhee.search.stores.schema import CollectionSchema, IndexSpec
from towhee.search.stores.store import VectorStore


def copy_collection(
    source: VectorStore,
    target: VectorStore,
    *,
    index: str | IndexSpec | None = None,
    batch_size: int = 1000,
    told: Callable[[int], object] = lambda count: None,
) -> int:
    """Copy all rows, with what is known of the collection; vectors are not computed again.

    What is there already is left out, so a copy that was cut off goes on from there; rows that
    changed since in the source are not looked for.

    Args:
        source: what to copy.
        target: where to; the collection is made if it is not there.
        index: of the target; the source's if the target has it, else ``"flat"``.
        batch_size: rows moved at once.
        told: called with the number of rows passed, those that were there included.

    Returns:
        The number of rows written.

    Raises:
        UsageError: if the target holds another kind of vectors or columns, or is the source.
    """
    if (source.uri, source.collection) == (target.uri, target.collection):
        raise UsageError(f"{source.uri} would be copied onto itself")
    schema = _target_schema(source.schema, target, index)
    written = 0
    fields = list(schema.stored_fields)
    for batch in reading.scanned(source.connection, None, True, fields, batch_size):
        new = _without(batch, _known(target, schema, batch))
        if len(new):
            writing.write(target.connection, schema, new)
        written += len(new)
        told(len(batch))
    target.flush()
    return written


def _target_schema(
    schema: CollectionSchema, target: VectorStore, index: str | IndexSpec | None
) -> CollectionSchema:
    """What the target holds: the same, whatever the index."""
    if not target.exists:
        has_it = schema.index.kind in target.driver.abilities.indexes
        chosen = creating.index_of(index) if index else schema.index if has_it else IndexSpec()
        made = replace(schema, name=target.collection, index=chosen)
        return creating.create(target.connection, made)
    there = target.schema
    wanted = replace(schema, name=there.name, index=there.index, fingerprint=there.fingerprint)
    creating.require_fingerprint(there, schema.fingerprint, target.uri)
    if there != wanted:
        raise UsageError(
            f"{there.name!r} in {target.uri} has other vectors or columns than {schema.name!r}: "
            f"{_told(there)}, not {_told(schema)}; choose another collection"
        )
    return there


def _told(schema: CollectionSchema) -> str:
    columns = ", ".join(f"{name} ({kind})" for name, kind in schema.fields.items()) or "no columns"
    return f"{schema.dimension} numbers, {schema.metric}, {schema.key_type} keys, {columns}"


def _known(target: VectorStore, schema: CollectionSchema, batch: RowBatch) -> set[str]:
    """Those of the rows that are there."""
    driver = target.driver
    return set(
        target.connection.call(
            lambda: driver.fetch(schema, batch.keys, vectors=False, fields=[]).keys
        )
    )


def _without(batch: RowBatch, keys: set[str]) -> RowBatch:
    places: Sequence[int] = [p for p, key in enumerate(batch.keys) if key not in keys]
    return batch if len(places) == len(batch) else checked.taken(batch, places)
