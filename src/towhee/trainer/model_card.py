"""The model card that every kind of training leaves beside its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee.trainer.trainable import About


def model_card(
    about: About,
    operator: str,
    *,
    how: str,
    summary: str,
    figures: Mapping[str, tuple[float, float]],
    reasons: Mapping[str, str],
    settings: Mapping[str, Any],
    warnings: Sequence[str],
    classes: Sequence[str] = (),
) -> str:
    """What was trained on what, how, and how good it is.

    Args:
        about: the model that it began with. Its library is said in the card's header, where
            hubs of models look for it.
        operator: the name of the one that serves it.
        how: it was trained, in a few words.
        summary: a sentence on what it was trained on, and measured with.
        figures: each measure, of the untouched model and of the trained one.
        reasons: why what was left open became what it is.
        settings: by name.
        warnings: what the user should know.
        classes: that the samples have.

    Source: the metadata of model cards on the Hugging Face Hub.
    """
    header = {
        "library_name": about.library,
        **({"license": about.license} if about.license else {}),
        "tags": f"[{', '.join(about.tags)}, towhee]",
    }
    table = [
        "| measure | untouched model | trained |",
        "|---|---|---|",
        *(f"| {name} | {old:.4f} | {new:.4f} |" for name, (old, new) in figures.items()),
    ]
    lines = [
        "---",
        *(f"{name}: {value}" for name, value in header.items()),
        "---",
        "",
        f"# {about.name}, trained by {how}",
        "",
        summary,
        "",
        *(table if figures else ["It was not measured: there were no labels to measure with."]),
        "",
        *(f"**{warning}**\n" for warning in warnings),
        "## Use",
        "",
        "```python",
        "from towhee import ops",
        "",
        f'embed = ops.{operator}(checkpoint="this/folder")',
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
        *(["## Classes", "", ", ".join(classes), ""] if classes else []),
    ]
    return "\n".join(lines)
