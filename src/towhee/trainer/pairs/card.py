"""The card of a model that was trained on pairs."""

from __future__ import annotations

from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.task import PairModel
from towhee.trainer.result import TrainingResult
from towhee.trainer.training_config import TrainingConfig


def pair_card(
    model: PairModel,
    result: TrainingResult,
    config: TrainingConfig,
    train: Pairs,
    counts: tuple[int, int],
    trained: str,
) -> str:
    """What was trained on what, how, and how good it is."""
    about = model.about
    return "\n".join(
        [
            "---",
            f"library_name: {about.library}",
            *([f"license: {about.license}"] if about.license else []),
            f"tags: [{', '.join(about.tags)}, towhee]",
            "---",
            "",
            f"# {about.name}, trained by {result.method}",
            "",
            f"Trained: {trained}, on {counts[0]} {train.kind}; measured on {counts[1]} others.",
            "",
            "| measure | untouched model | trained |",
            "|---|---|---|",
            *(
                f"| {name} | {result.baseline[name]:.4f} | {value:.4f} |"
                for name, value in result.metrics.items()
            ),
            "",
            *(f"**{warning}**\n" for warning in result.warnings),
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
            *(f"- {name}: {reason}" for name, reason in result.reasons.items()),
            "",
            "## Settings",
            "",
            *(
                f"- {name}: {value}"
                for name, value in config.to_dict().items()
                if name != "output_dir"
            ),
            "",
        ]
    )
