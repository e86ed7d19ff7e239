"""Whether what was learned holds for new samples."""

from __future__ import annotations

from towhee.trainer.diagnosis.finding import Finding, Watched
from towhee.trainer.diagnosis.history import LOSS, History, finite

_LEARNED = 0.7  # of the first loss: what is below was learned, or remembered


def random_labels(history: History, watched: Watched) -> Finding | None:
    """Labels that are remembered but tell nothing about new samples: they look random."""
    losses = [value for _, value in finite(history, *LOSS)]
    values = [value for _, value in finite(history, watched.name)]
    if len(losses) < 2 or not values or losses[-1] > _LEARNED * losses[0]:
        return None
    if not all(watched.is_at_chance(value) for value in values):
        return None
    return Finding(
        "random_labels",
        f"The labels look random: the model remembers them (training loss {losses[0]:.4g} to "
        f"{losses[-1]:.4g}), yet {watched.name} on samples it has not seen is {values[-1]:.4g}, no "
        f"more than chance ({watched.chance:.4g}). Check that each label stands beside its own "
        "sample (a sorted or shuffled column), and that both splits number the classes alike.",
    )


def no_gain(
    name: str, baseline: float, trained: float, larger_is_better: bool = True
) -> Finding | None:
    """A trained model that is no better than the untouched one."""
    if trained > baseline if larger_is_better else trained < baseline:
        return None
    return Finding(
        "no_gain",
        f"Training did not help: {name} is {trained:.4g}, and was {baseline:.4g} before it. Keep "
        "the untouched model, or give more or cleaner labels, another method, or another lr.",
    )
