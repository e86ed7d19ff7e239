"""What a training on pairs looks like: its report, and what is noticed of the pairs."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import PIL.Image

from towhee.errors import DataError
from towhee.trainer.data import TrainingData
from towhee.trainer.image_values import sample_picture
from towhee.trainer.metrics import pair_cosines
from towhee.trainer.metrics.matching import match_ranks
from towhee.trainer.pairs.measuring import searched
from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.vectors import PairVectors
from towhee.trainer.preparing import some_of
from towhee.trainer.report import Example, Neighbours, ReportData, write_report
from towhee.trainer.report.report_data import PairLine
from towhee.trainer.result import TrainingResult
from towhee.trainer.training_config import TrainingConfig

_QUERIES, _NEIGHBOURS, _LINES = 8, 6, 40
_SHOWN = 160
"""Letters of a text on the page."""


def noticed_of_pairs(train: Pairs, evaluation: Pairs) -> list[str]:
    """What the owner of the pairs should know before a training, in plain words."""
    known = set(map(_name, _rows(train)))
    leaked = [
        key
        for key, row in zip(evaluation.keys, _rows(evaluation), strict=True)
        if _name(row) in known
    ]
    notes = []
    if leaked:
        notes.append(
            f"{len(leaked)} of {len(evaluation)} pairs to evaluate with are among those to train "
            f"on, so the measures flatter the training: {some_of(leaked)}. Leave them out of one "
            "of the two"
        )
    if train.scores is not None and train.scores.min() == train.scores.max():
        notes.append(
            f"all pairs to train on have the score {train.scores[0]:g}, so there is no order to "
            "learn: pass label=False if all of them belong together"
        )
    return notes


def write_pair_report(
    result: TrainingResult,
    config: TrainingConfig,
    name: str,
    pairs: Pairs,
    before: PairVectors,
    after: PairVectors,
) -> None:
    """Write the page of a training.

    Args:
        result: of the training.
        config: what the user said.
        name: of the model.
        pairs: that were not trained on.
        before: their vectors by the untouched model.
        after: the same by the trained one.
    """
    lines: tuple[PairLine, ...] = ()
    neighbours: tuple[Neighbours, ...] = ()
    if pairs.scores is None:
        neighbours = _neighbours(pairs, before, after, config.seed)
    else:
        lines = _lines(pairs, before, after)
    assert result.report is not None
    write_report(
        ReportData(
            title=f"{name}, {result.method}",
            subtitle=str(result),
            metric=result.metric,
            larger_is_better=result.larger_is_better,
            baseline=result.baseline,
            metrics=result.metrics,
            warnings=result.warnings,
            config={**config.to_dict(), "output_dir": result.report.parent.name},
            reasons=result.reasons,
            history=result.history,
            neighbours=neighbours,
            pairs=lines,
        ),
        result.report,
    )


def _lines(pairs: Pairs, before: PairVectors, after: PairVectors) -> tuple[PairLine, ...]:
    """The pairs whose place by cosine is the farthest from their place by score."""
    cosines = [pair_cosines(each.of_pairs(0), each.of_pairs(1)) for each in (before, after)]
    scores = after.scores
    assert scores is not None
    off = np.abs(_places(cosines[1]) - _places(scores))
    rows = np.argsort(-off, kind="stable")[:_LINES].tolist()
    return tuple(
        PairLine(
            _said(pairs.sides[0], row),
            _said(pairs.sides[1], row),
            float(scores[row]),
            float(cosines[0][row]),
            float(cosines[1][row]),
        )
        for row in rows
    )


def _places(values: Any) -> Any:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable")


def _neighbours(
    pairs: Pairs, before: PairVectors, after: PairVectors, seed: int
) -> tuple[Neighbours, ...]:
    """Some first values with what they find, by the untouched model and the trained one."""
    found = [searched(each) for each in (before, after)]
    ranks = match_ranks(
        after.vectors[0][found[1].anchors],
        after.vectors[1][found[1].gallery],
        found[1].matches,
        found[1].left_out,
    )
    drawn = np.random.default_rng(seed).permutation(len(ranks))[:_QUERIES].tolist()
    shown = []
    for at in drawn:
        sides = []
        for each, search in ((before, found[0]), (after, found[1])):
            cosines = pair_cosines(
                np.repeat(each.vectors[0][search.anchors[at]][None], len(search.gallery), 0),
                each.vectors[1][search.gallery],
            )
            cosines[search.left_out[at]] = -2
            nearest = np.argsort(-cosines, kind="stable")[:_NEIGHBOURS].tolist()
            sides.append(
                tuple(
                    _example(pairs, each, 1, int(search.gallery[place]), cosines[place],
                             place in search.matches[at])
                    for place in nearest
                )
            )  # fmt: skip
        query = _example(pairs, after, 0, int(found[1].anchors[at]))
        shown.append(Neighbours(query, *sides))
    return tuple(shown)


def _example(
    pairs: Pairs,
    found: PairVectors,
    side: int,
    row: int,
    cosine: float | None = None,
    is_right: bool | None = None,
) -> Example:
    """The value that a vector is of."""
    for number in (side, *range(1, len(found.rows))):
        places = np.flatnonzero(found.rows[number] == row)
        if len(places):
            break
    data, place = pairs.sides[number], int(places[0])
    detail = "" if cosine is None else f"{cosine:.2f}"
    return Example(
        data.key(place) if data.images else _said(data, place),
        _picture(data, place),
        detail,
        is_right,
    )


def _picture(data: TrainingData, place: int) -> PIL.Image.Image | None:
    return sample_picture(data, place) if data.images else None


def _said(data: TrainingData, place: int) -> str:
    text = str(data[place].value) if not data.images else data.key(place)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _rows(pairs: Pairs) -> list[tuple[Hashable, ...]]:
    return [tuple(_value(side, place) for side in pairs.sides[:2]) for place in range(len(pairs))]


def _value(side: TrainingData, place: int) -> Hashable:
    value = side.values[int(side.rows[place])]
    if isinstance(value, str):
        return value
    try:
        return side.digest(place)
    except DataError:
        return object()


def _name(row: tuple[Hashable, ...]) -> Hashable:
    return frozenset(row)
