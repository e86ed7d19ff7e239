"""How a plan runs."""

from __future__ import annotations

from collections.abc import Generator

from towhee.engine.chunk import Chunk
from towhee.engine.local.engine import run as run_locally
from towhee.plan.plan import Plan

__all__ = ["Chunk", "run"]


def run(plan: Plan) -> Generator[Chunk, None, None]:
    """The chunks of rows that the plan gives, on the engine that its options name."""
    return run_locally(plan)
