"""The model card of what was trained without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    about = model.about
    table = [
        "| measure | untouched model | trained |",
        "|---|---|---|",
        *(f"| {name} | {old:.4f} | {new:.4f} |" for name, (old, new) in figures.items()),
    ]
    lines = [
        "---",
        f"library_name: {about.library}",
        *([f"license: {about.license}"] if about.license else []),
        f"tags: [{', '.join(about.tags)}, towhee]",
        "---",
        "",
        f"# {about.name}, trained by {how}",
        "",
        f"Trained on {count} {model.abilities.unit} without their labels.",
        "",
        *(table if figures else ["It was not measured: there were no labels to measure with."]),
        "",
        *(f"**{warning}**\n" for warning in warnings),
        "## Use",
        "",
        "```python",
        "from towhee import ops",
        "",
        f'embed = ops.{model.ref.name}(checkpoint="this/folder")',
        "```",
        "",
        "## Choices and their reasons",
        "",
        *(f"- {name}: {reason}" for name, reason in reasons.items()),
        "",
        "## Settings",
        "",
        *(f"- {name}: {value}" for name, value in settings.items()),
        "",
    ]
    return "\n".join(lines)
