"""The option that says where a pipeline runs."""

from __future__ import annotations

from enum import Enum


class Engine(str, Enum):
    """Where a pipeline runs."""

    LOCAL = "local"
    RAY = "ray"
