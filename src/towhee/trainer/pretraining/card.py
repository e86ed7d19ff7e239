"""The model card of what was trained without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee.trainer.model_card import model_card
from towhee.trainer.trainable import Trainable


def pretrained_card(
    model: Trainable,
    *,
    how: str,
    count: int,
    figures: Mapping[str, tuple[float, float]],
    reasons: Mapping[str, str],
    settings: Mapping[str, Any],
    warnings: Sequence[str],
) -> str:
    """What was trained on what, how, and how good it is.

    Args:
        model: that it began with.
        how: it was trained, in words.
        count: of samples.
        figures: each measure, of the untouched model and of the trained one.
        reasons: why what was left open became what it is.
        settings: by name.
        warnings: what the user should know.
    """
    return model_card(
        model.about,
        model.ref.name,
        how=how,
        summary=f"Trained on {count} {model.abilities.unit} without their labels.",
        figures=figures,
        reasons=reasons,
        settings=settings,
        warnings=warnings,
    )
