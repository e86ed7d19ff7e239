"""One trial of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried, and what came of it.

    Attributes:
        number: from 0; the first is what a training does by itself.
        state: ``"complete"``; ``"pruned"``, ended early as it promised nothing; ``"failed"``.
        settings: that were tried.
        value: of the measure that decides: of the model as it is served, or, of a pruned trial,
            the best that it had reached; ``None`` for a failed one.
        metrics: all measures of a complete one.
        seconds: that it took.
        reason: why it was pruned or failed.
    """

    number: int
    state: State
    settings: Mapping[str, Any]
    value: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)
