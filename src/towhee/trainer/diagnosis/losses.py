"""What the course of the losses says."""

from __future__ import annotations

import math

from towhee.trainer.diagnosis.finding import CHANCE, Finding, Watched
from towhee.trainer.diagnosis.history import LOSS, History, column, finite, slower, when

_RISE = 1.5  # times the lowest loss, from which on it diverges
_ABOVE_GUESSING = 2.0  # times ln(classes)
_FLAT = 0.03  # of a loss, that is no progress
_OVERFITTED = 1.1  # times the lowest evaluation loss


def not_finite(history: History) -> Finding | None:
    """A loss that is NaN or infinite."""
    for keys, what in ((LOSS, "training"), (("eval_loss",), "evaluation")):
        for place, value in column(history, *keys):
            if not math.isfinite(value):
                said = "NaN" if math.isnan(value) else "infinite"
                return Finding(
                    "not_finite",
                    f"The {what} loss became {said} in {when(history, place)}: the weights are "
                    f"lost from there on. {slower(history, place)} If precision is "
                    '"16-mixed", use "bf16-mixed" or "32"; look for NaN in the data.',
                )
    return None


def divergence(history: History, classes: int | None = None) -> Finding | None:
    """A training loss that rises well above what it had been, or above that of guessing.

    Args:
        history: the rows of the log.
        classes: how many there are, if the loss is cross-entropy.
    """
    rows = finite(history, *LOSS)
    if not rows:
        return None
    losses, last = [value for _, value in rows], rows[-1][0]
    lowest = min(losses)
    if _has_risen(losses):
        at = rows[losses.index(lowest)][0]
        seen = f"The training loss rises: it was {lowest:.4g} in {when(history, at)} and is "
    elif classes and classes > 1 and losses[-1] > _ABOVE_GUESSING * math.log(classes):
        guess = math.log(classes)
        seen = f"The training loss is far above that of guessing, ln({classes}) = {guess:.4g}: "
    else:
        return None
    return Finding(
        "divergence",
        f"{seen}{losses[-1]:.4g} in {when(history, last)}; the steps are too large. "
        f"{slower(history, last)}",
    )


def _has_risen(losses: list[float]) -> bool:
    """Whether the end lies well above the lowest before it."""
    lowest = min(losses)
    rise = losses[-1] - lowest
    # A tail, so that one bad row is not taken for the trend where rows are many.
    tail = losses[-max(1, len(losses) // 4) :]
    if min(tail) < lowest + rise / 2 or losses[-1] < _RISE * lowest:
        return False
    return rise > (_RISE - 1) / 2 * abs(losses[0])  # close to 0 a small rise is many times


def not_learning(
    history: History, classes: int | None = None, watched: Watched | None = None
) -> Finding | None:
    """A training loss that does not fall, with the measure at chance.

    Args:
        history: at least two rows.
        classes: if the loss is cross-entropy, so that it is ln(classes) without any knowledge.
        watched: without it only a loss at ln(classes) counts.
    """
    losses = [value for _, value in finite(history, *LOSS)]
    if len(losses) < 2:
        return None
    blind = math.log(classes) if classes and classes > 1 else None
    is_blind = blind is not None and all(abs(loss - blind) <= _FLAT * blind for loss in losses[1:])
    is_flat = losses[0] - min(losses) < _FLAT * abs(losses[0])
    values = [value for _, value in finite(history, watched.name)] if watched else []
    if watched and values:
        if not (is_blind or is_flat) or not all(watched.is_at_chance(value) for value in values):
            return None
        at = f", and {watched.name} is {values[-1]:.4g}, no more than chance ({watched.chance:.4g})"
    elif is_blind:
        at = ""
    else:
        return None
    guess = (
        f"ln({classes}) = {blind:.4g} is the loss of guessing" if is_blind else "it does not fall"
    )
    return Finding(
        "not_learning",
        f"The model does not learn: the training loss is {losses[-1]:.4g} after {len(losses)} "
        f"rows, {guess}{at}. Raise lr ten times or let op.tune find it, train more "
        "layers (method), and check that images and labels belong together.",
    )


def overfitting(history: History, watched: Watched | None = None) -> Finding | None:
    """An evaluation that becomes worse while the training loss falls.

    Either its loss rises by a tenth while the measure gains no more, or the measure itself goes
    back by more than luck.
    """
    losses, measures = (
        finite(history, "eval_loss"),
        finite(history, watched.name if watched else ""),
    )
    best, last = _turn(losses, 1)
    if losses and losses[last][1] > _OVERFITTED * losses[best][1] > 0:
        gains = watched is not None and _still_gains(history, watched, losses[best][0])
        found = None if gains else _overfitted(history, "the evaluation loss", losses, best)
        if found:
            return found
    if watched is None or not measures:
        return None
    best, last = _turn(measures, -1 if watched.larger_is_better else 1)
    if not watched.is_clear(measures[best][1] - measures[last][1]):
        return None
    return _overfitted(history, watched.name, measures, best)


def _turn(rows: list[tuple[int, float]], sign: int) -> tuple[int, int]:
    """The positions of the best row, where ``sign`` times the value is least, and of the last."""
    values = [sign * value for _, value in rows]
    return (values.index(min(values)), len(values) - 1) if values else (0, 0)


def _overfitted(
    history: History, name: str, rows: list[tuple[int, float]], best: int
) -> Finding | None:
    """The finding, if there are two worse rows and the training loss has fallen since the best."""
    (place, before), (end, after) = rows[best], rows[-1]
    trained = finite(history, *LOSS)
    until = [value for row, value in trained if row <= place]
    if len(rows) - best < 3 or not until or trained[-1][1] >= until[-1]:
        return None
    return Finding(
        "overfitting",
        f"The model overfits: since {when(history, place)} {name} went from {before:.4g} to "
        f"{after:.4g} in {when(history, end)}, while the training loss fell from "
        f"{until[-1]:.4g} to {trained[-1][1]:.4g}. Set early_stopping and "
        "load_best_model_at_end, train fewer layers (method), use augment or label_smoothing, or "
        "give more samples per class.",
    )


def _still_gains(history: History, watched: Watched, since: int) -> bool:
    """Whether the measure is better after a row than up to it, by more than luck."""
    rows = finite(history, watched.name)
    sign = 1 if watched.larger_is_better else -1
    before = [sign * value for place, value in rows if place <= since]
    after = [sign * value for place, value in rows if place > since]
    return bool(before and after) and max(after) > max(before) + CHANCE / 2
