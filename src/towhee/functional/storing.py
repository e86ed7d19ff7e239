"""The rows of a plan into a store, as they are computed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from towhee.engine import Chunk, run
from towhee.engine.chunk import MISSING
from towhee.engine.unfold import columns_of
from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.functional.origin import origin_of
from towhee.operators.base import short
from towhee.plan.plan import Plan
from towhee.plan.source import Values
from towhee.plan.step import VALUE, Batch, Flatten, GroupBy, Reduce, Rolling, SkipKnown, Windows
from towhee.search.field_types import FieldType
from towhee.search.stores import VectorStore
from towhee.search.stores.writer import StoreWriter
from towhee.types import Failure

_NEW_KEYS = (Batch, Flatten, GroupBy, Reduce, Rolling, Windows)


@dataclass(frozen=True, slots=True)
class Writing:
    """How rows become those of a collection.

    Attributes:
        key: the column with the keys; the rows' own if ``None``.
        vector: the column with the vectors; the only one of arrays if ``None``.
        payload: the columns to keep besides; all others if ``None``.
        sparse: the column with sparse vectors, ``None`` for none.
        fields: the types of payload columns, where the first rows do not tell.
        skip_existing: whether rows whose keys are there already are left out, before the work
            on them.
        batch_size: rows written at once; fewer, where they take seconds to compute.
        collection: what the collection is to be: ``metric``, ``index``, ``text``, …
        told: called with the number of rows, each time when some were written.
    """

    key: str | None = None
    vector: str | None = None
    payload: Sequence[str] | None = None
    sparse: str | None = None
    fields: Mapping[str, FieldType] = field(default_factory=dict)
    skip_existing: bool = False
    batch_size: int = 1000
    collection: Mapping[str, Any] = field(default_factory=dict)
    told: Callable[[int], None] = lambda count: None


def write(plan: Plan, store: VectorStore, how: Writing, *, pipeline: str | None = None) -> int:
    """Write the rows of a plan to a collection, which is made if it is not there.

    Rows are written a thousand at a time or every few seconds, whichever comes first, so that a
    run that is cut off has lost little; another one, with ``skip_existing``, goes on from there.

    Returns:
        The number of rows written.

    Raises:
        UsageError: if no column holds vectors, or the collection is another.
        DataError: for a row without a vector or a key.
        StoreError: if the store refuses.
    """
    plan = plan if how.key is not None else _keyed_by_texts(plan)
    origin = origin_of(plan, pipeline, column=how.vector)
    chunks = run(_without_known(plan, store, how) if how.skip_existing else plan)
    with StoreWriter(
        store,
        batch_size=how.batch_size,
        fields=how.fields,
        fingerprint=origin,
        options=how.collection,
        told=how.told,
    ) as writer:
        for chunk in chunks:
            if len(chunk):
                _add(writer, chunk, how)
    return writer.written


def _add(writer: StoreWriter, chunk: Chunk, how: Writing) -> None:
    columns = _columns(chunk)
    keys = list(chunk.keys) if how.key is None else _column(columns, how.key, "key")
    name = how.vector or _vector_column(columns)
    vectors = _column(columns, name, "vector")
    sparse = None if how.sparse is None else _column(columns, how.sparse, "sparse vector")
    taken = {how.key, name, how.sparse, VALUE}
    kept = [each for each in columns if each not in taken] if how.payload is None else how.payload
    payload = {each: _without_nan(_column(columns, each, "payload")) for each in kept}
    writer.add(keys, vectors, payload, sparse)


def _without_known(plan: Plan, store: VectorStore, how: Writing) -> Plan:
    """The plan with the rows left out whose keys are there, as early as their keys are known.

    Raises:
        UsageError: if rows have no keys of their own by which they could be known again.
    """
    skip = SkipKnown(store.existing, how.key)
    if how.key is None:
        for step in plan.steps:
            if isinstance(step, _NEW_KEYS):
                raise UsageError(
                    f"skip_existing needs keys that stay: {step.label} gives rows new ones; name "
                    "the column with the keys"
                )
        return plan.with_steps((skip, *plan.steps))
    if how.key in (plan.source.columns or ()):
        return plan.with_steps((skip, *plan.steps))
    before = Plan.of(plan.source, plan.options)
    for place, step in enumerate(plan.steps):
        before = before.then(step)
        if how.key in (before.columns or ()):
            return plan.with_steps((*plan.steps[: place + 1], skip, *plan.steps[place + 1 :]))
    return plan.then(skip)


def _keyed_by_texts(plan: Plan) -> Plan:
    """The plan whose rows are keyed by the texts or paths that they start from, if they do.

    A list of them has the positions as keys; those of another list would be the same.
    """
    source = plan.source
    if not (isinstance(source, Values) and source.keys is None and len(source.names) == 1):
        return plan
    if not all(isinstance(value, (str, os.PathLike)) for value in source.values):
        return plan
    return replace(plan, source=replace(source, keys=list(map(os.fspath, source.values))))


def _columns(chunk: Chunk) -> dict[str, Any]:
    """The columns of the rows; those of mappings, where each row is one."""
    elements = chunk.columns.get(VALUE)
    if elements is not None and all(isinstance(element, Mapping) for element in elements):
        return dict(columns_of(elements))
    return dict(chunk.columns)


def _column(columns: Mapping[str, Any], name: str, what: str) -> list[Any]:
    if name not in columns:
        known = [each or "the element" for each in columns]
        raise UnknownNameError("column", name, known, f"for the {what}")
    values = [None if value is MISSING else value for value in columns[name]]
    for place, value in enumerate(values):
        if isinstance(value, Failure):
            raise DataError(f'{value!r} cannot be stored; use on_error="skip"')
        if value is None and what != "payload":
            raise DataError(f"a row has no {what} in column {name!r} (row {place} of its batch)")
    return values


def _without_nan(values: list[Any]) -> list[Any]:
    """The values with ``None`` for NaN, which is what pandas has where there is no value."""
    return [None if isinstance(value, float) and value != value else value for value in values]


def _vector_column(columns: Mapping[str, Any]) -> str:
    """The only column of arrays."""
    if VALUE in columns:
        return VALUE
    found = [name for name, values in columns.items() if isinstance(values[0], np.ndarray)]
    if len(found) == 1:
        return found[0]
    first = {name: short(values[0]) for name, values in columns.items()}
    said = "no column holds" if not found else "several columns hold"
    raise UsageError(f"{said} arrays: name the vectors' column with vector=; a row is {first}")
