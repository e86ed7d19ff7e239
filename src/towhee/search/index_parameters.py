"""The parameters of approximate indexes: defaults by size, and what is out of range."""

from __future__ import annotations

import math
from collections.abc import Mapping

from towhee.errors import UsageError

HNSW_DEFAULTS = {"m": 32, "ef_construction": 128, "ef_search": 160}
_LISTS_PER_ROOT = 4
_ROWS_PER_LIST = 39  # FAISS' own least for learning a centre
_LEAST_PROBED, _PROBED = 16, 1 / 16
_NUMBERS_PER_PART = (4, 3, 2, 5, 6, 7, 8)  # the first that divides the dimension
_NBITS = range(4, 13)


def filled_in(given: Mapping[str, int | None], defaults: Mapping[str, int]) -> dict[str, int]:
    """The parameters, with defaults for those that are ``None``.

    Raises:
        UsageError: for what is no whole number of at least 1 (0 for ``refine``; 2 for ``m``).
    """
    least = {"refine": 0, "m": 2}
    chosen = {}
    for name, default in defaults.items():
        value = given.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int) or value < least.get(name, 1)
        ):
            raise UsageError(
                f"{name} is a whole number of at least {least.get(name, 1)}, not {value!r}"
            )
        chosen[name] = default if value is None else value
    return chosen


def ivf_pq_parameters(given: Mapping[str, int | None], rows: int, dimension: int) -> dict[str, int]:
    """Those of IVF-PQ for so many rows of a dimension.

    Raises:
        UsageError: for one out of range, or too few rows to learn from.
    """
    suited = max(1, min(int(_LISTS_PER_ROOT * math.sqrt(rows)), rows // _ROWS_PER_LIST))
    numbers = next((n for n in _NUMBERS_PER_PART if dimension % n == 0), 1)
    defaults = {"nlist": suited, "pq_m": max(1, dimension // numbers), "nbits": 8, "refine": 10}
    chosen = filled_in(given, defaults)
    probed = max(_LEAST_PROBED, round(chosen["nlist"] * _PROBED))
    chosen |= filled_in(given, {"nprobe": min(chosen["nlist"], probed)})
    if chosen["nbits"] not in _NBITS:
        raise UsageError(f"nbits is from 4 to 12, not {chosen['nbits']}")
    if dimension % chosen["pq_m"]:
        parts = [str(n) for n in range(1, dimension + 1) if dimension % n == 0]
        raise UsageError(
            f"vectors of {dimension} numbers cannot be cut in {chosen['pq_m']} equal parts; "
            f"pq_m may be {', '.join(parts)}"
        )
    least = max(2 ** chosen["nbits"], chosen["nlist"])
    if rows < least:
        raise UsageError(
            f"ivf_pq learns {2 ** chosen['nbits']} codes and {chosen['nlist']} lists from the "
            f"vectors and needs at least {least}, not {rows}; use ExactSearch, kind='hnsw', or "
            "a smaller nbits or nlist"
        )
    return chosen
