"""What a training gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from towhee.operators.base import OperatorRef


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of other trainings like one that learns from all samples, and holds none out.

    Attributes:
        baseline: the measures of the untouched model.
        metrics: the same of trained ones.
        how: they were taken, such as ``"by cross-validation over 5 folds"``.
    """

    baseline: Mapping[str, float]
    metrics: Mapping[str, float]
    how: str


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A trained model, and how it came about.

    Attributes:
        folder: a model folder, which the same operator takes as ``checkpoint``.
        ref: the operator with the trained weights.
        method: how it was trained: ``"linear_probe"``, ``"lora"``, ``"partial"`` or ``"full"``.
        metric: the name of what the best checkpoint was chosen by.
        baseline: the measures of the untouched model.
        metrics: the same measures of the trained one.
        pretrained: the same of the model in front of its labels, where there was a step without
            them (``pretrain`` or ``teacher``); ``None`` where there was none.
        larger_is_better: whether that measure should rise.
        history: one mapping an evaluation: epoch, step, mean loss, learning rate and measures.
        reasons: why each thing that was left open became what it is.
        warnings: what the user should know, in plain words.
        skipped: the keys of samples that could not be read.
        report: a page with curves, confusions, neighbours before and after, doubtful labels, and
            what the model looks at.
    """

    folder: Path
    ref: OperatorRef
    method: str
    metric: str
    baseline: Mapping[str, float]
    metrics: Mapping[str, float]
    pretrained: Mapping[str, float] | None = None
    larger_is_better: bool = True
    history: Sequence[Mapping[str, Any]] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    skipped: Sequence[str] = ()
    report: Path | None = None

    @property
    def is_better(self) -> bool:
        """Whether the trained model beats the untouched one."""
        after, before = self.metrics[self.metric], self.baseline[self.metric]
        return after > before if self.larger_is_better else after < before

    def __str__(self) -> str:
        before, after = self.baseline[self.metric], self.metrics[self.metric]
        first = "" if self.pretrained is None else f"{self.pretrained[self.metric]:.4f} → "
        return f"{self.metric} {before:.4f} → {first}{after:.4f} by {self.method}, in {self.folder}"
