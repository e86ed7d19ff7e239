"""What training without labels gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from towhee.operators.base import OperatorRef


@dataclass(frozen=True, slots=True)
class PretrainingResult:
    """A model that was trained without labels, and what is known of it.

    Attributes:
        folder: a model folder, which the same operator takes as ``checkpoint``.
        ref: the operator with its weights.
        method: how it was trained.
        metric: the name of the measure that says whether it is better; empty where there were
            neither labels nor a teacher to measure with.
        baseline: the measures of the untouched model.
        metrics: the same of the trained one.
        history: one mapping an epoch: its mean loss, its learning rate, and in how many
            directions vectors point (``effective_rank``).
        reasons: why each thing that was left open became what it is.
        warnings: what the user should know, in plain words.
    """

    folder: Path
    ref: OperatorRef
    method: str
    metric: str
    baseline: Mapping[str, float]
    metrics: Mapping[str, float]
    history: Sequence[Mapping[str, Any]] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    @property
    def is_better(self) -> bool | None:
        """Whether it beats the untouched model; ``None`` where that was not measured."""
        if not self.metric:
            return None
        return self.metrics[self.metric] > self.baseline[self.metric]

    def __str__(self) -> str:
        if not self.metric:
            return f"not measured, by {self.method}, in {self.folder}"
        before, after = self.baseline[self.metric], self.metrics[self.metric]
        return f"{self.metric} {before:.4f} → {after:.4f} by {self.method}, in {self.folder}"
