"""``Failure``: what a row carries instead of a value when an operator failed on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that failed, as ``on_error="keep"`` leaves it in the stream.

    Attributes:
        key: the row's key: its path, its id, or its position in the source.
        operator: the operator's name as the chain shows it.
        value: what the operator was given.
        error: the exception, whose message says what happened and what to do.
    """

    key: Any
    operator: str
    value: Any
    error: BaseException

    def __repr__(self) -> str:
        return f"Failure(row {self.key!r}, {self.operator}: {self.error})"
