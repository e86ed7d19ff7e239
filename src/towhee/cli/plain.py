"""Results of pipelines as JSON holds them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np


# Any: a result is whatever an operator gives.
def plain(value: Any) -> Any:
    """The value as numbers, texts, lists and dicts; what is none of them, as text.

    A number that JSON has no name for (not a number, infinite) is ``None``.

    Example:
        >>> plain({"vector": np.array([0.5, np.nan], np.float32), "found": [(1, True)]})
        {'vector': [0.5, None], 'found': [[1, True]]}
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, PurePath) else repr(value)
