"""Which parameters of an index are tried."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from towhee.errors import UsageError
from towhee.search.stores.driver import Abilities
from towhee.search.stores.schema import IndexKind, IndexSpec

Parameters = dict[str, int]

_EFS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1000)
"""About a factor of the square root of two apart; pgvector takes none above 1000."""

_REFINES = (1, 2, 4, 8, 16, 32)
_ROWS_IN_LIST: dict[IndexKind, int] = {"ivf_flat": 39, "ivf_pq": 256}
"""At least: FAISS warns of lists trained on fewer than 39, and LanceDB quantises 256 or more."""

_NUMBERS_IN_PART = 8
_MOST_M, _MOST_EFFORT = 96, 1000


def kind_to_tune(asked: str | None, present: IndexSpec, able: Abilities, name: str) -> IndexKind:
    """The kind of index that is tuned.

    Args:
        asked: by the user.
        present: the index of the collection.
        able: what the store can do.
        name: of the store, as messages call it.

    Raises:
        UnknownNameError: for a kind that there is not.
        UsageError: for one that the store does not have, or that has no parameters.
    """
    kind = None if asked is None else IndexSpec.of(asked).kind
    if kind is None and present.kind != "flat":
        kind = present.kind
    if kind is None:
        approximate: tuple[IndexKind, ...] = ("hnsw", "ivf_flat")
        kind = next((each for each in approximate if each in able.indexes), "flat")
    if kind == "flat":
        raise UsageError(
            "the index 'flat' compares with every vector: it is exact and there is nothing to "
            f"tune; {name} has {', '.join(able.indexes)}"
        )
    if kind not in able.indexes:
        raise UsageError(f"{name} has no index {kind!r}; it has {', '.join(able.indexes)}")
    return kind


def first_build(kind: IndexKind, present: IndexSpec, rows: int, dimension: int) -> Parameters:
    """How the index is made first: as the one that is there, the rest by the number of rows."""
    known = dict(present.build) if present.kind == kind else {}
    if kind == "hnsw":
        return {"m": 16, "ef_construction": 200, **known}
    lists = {"nlist": max(1, min(isqrt(rows), rows // _ROWS_IN_LIST[kind]))}
    if kind == "ivf_flat":
        return {**lists, **known}
    return {**lists, "pq_m": _divisor(dimension, -(-dimension // _NUMBERS_IN_PART)), **known}


def larger_build(kind: IndexKind, build: Parameters, rows: int, dimension: int) -> Parameters:
    """How it is made if all searches of it miss too much; the same if nothing more can be done."""
    if kind == "hnsw":
        return {
            "m": max(build["m"], min(2 * build["m"], _MOST_M)),
            "ef_construction": max(
                build["ef_construction"], min(2 * build["ef_construction"], _MOST_EFFORT)
            ),
        }
    if kind == "ivf_flat":  # searched in all its lists it is exact
        return build
    lists = max(build["nlist"], min(2 * build["nlist"], rows // _ROWS_IN_LIST[kind]))
    return {"nlist": lists, "pq_m": _divisor(dimension, min(2 * build["pq_m"], dimension))}


def searches(kind: IndexKind, build: Parameters, to_find: int) -> list[list[Parameters]]:
    """Parameters of searches in series, each of which goes from quick to thorough.

    Args:
        kind: of the index.
        build: how it is made.
        to_find: rows that are asked for.
    """
    if kind == "hnsw":
        efs: Sequence[int] = [ef for ef in _EFS if ef >= to_find] or [to_find, 2 * to_find]
        return [[{"ef": ef} for ef in efs]]
    probes = [2**power for power in range(build["nlist"].bit_length()) if 2**power < build["nlist"]]
    probes.append(build["nlist"])
    if kind == "ivf_flat":
        return [[{"nprobe": nprobe} for nprobe in probes]]
    return [[{"nprobe": nprobe, "refine": refine} for nprobe in probes] for refine in _REFINES]


def _divisor(dimension: int, least: int) -> int:
    """The smallest divisor that is at least so large."""
    return next(each for each in range(max(1, least), dimension + 1) if dimension % each == 0)
