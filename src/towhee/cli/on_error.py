"""The option that says what a failing input does to the others."""

from __future__ import annotations

from enum import Enum


class OnError(str, Enum):
    """What an input that fails does to the others."""

    SKIP = "skip"
    RAISE = "raise"
    KEEP = "keep"
