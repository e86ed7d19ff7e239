"""Which sample is measured in which fold."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, MissingExtraError, UsageError
from towhee.trainer.data import TrainingData

Groups = Sequence[Hashable] | Callable[[str], Hashable]
"""Of each sample what it belongs to, or a function that tells it from the sample's key."""


def fold_places(
    data: TrainingData, folds: int, *, seed: int = 0, groups: Groups | None = None
) -> list[npt.NDArray[np.int64]]:
    """The places of the samples of each fold; every sample is in one.

    Each class has about its share in each fold. Samples of one group are in one fold, and so are
    samples of the same content: otherwise a model would be measured with what it was trained on.

    Args:
        data: the samples.
        folds: how many.
        seed: the same seed gives the same folds.
        groups: of each sample what it belongs to (a speaker, a patient), or a function that tells
            it from the sample's key.

    Raises:
        UsageError: for fewer than two folds, or more than there are samples or groups.
        MissingExtraError: without scikit-learn.

    Example:
        >>> from towhee.trainer import dataset
        >>> data = dataset([(f"text {place}", "ab"[place % 2]) for place in range(8)])
        >>> [sorted(data.labels[places].tolist()) for places in fold_places(data, 2)]
        [[0, 0, 1, 1], [0, 0, 1, 1]]
    """
    if isinstance(folds, bool) or not isinstance(folds, int) or folds < 2:
        raise UsageError(f"folds is a whole number of 2 and more, not {folds!r}")
    belongs = _joined(_content(data), None if groups is None else _groups(data, groups))
    count = len(np.unique(belongs))
    if folds > count:
        what = "groups" if count < len(data) else "samples"
        raise UsageError(f"{count} {what} cannot be in {folds} folds; take folds={count} or fewer")
    try:
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
    except ModuleNotFoundError as error:
        raise MissingExtraError("cross-validation", "train") from error
    of_groups = count < len(data)
    kind: Any = StratifiedGroupKFold if of_groups else StratifiedKFold
    cut = kind(folds, shuffle=True, random_state=seed)
    # Its classes are told apart by numbers, and it refuses where every one is smaller than folds.
    labels = data.labels if np.bincount(data.labels + 1).max() >= folds else np.zeros(len(data))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        parts = cut.split(np.zeros(len(data)), labels, belongs if of_groups else None)
        return [np.sort(places).astype(np.int64) for _, places in parts]


def _groups(data: TrainingData, groups: Groups) -> npt.NDArray[np.int64]:
    named = [groups(key) for key in data.sample_keys] if callable(groups) else list(groups)
    if len(named) != len(data):
        raise UsageError(
            f"{len(named)} groups were given for {len(data)} samples; each sample has one"
        )
    known = {name: number for number, name in enumerate(dict.fromkeys(named))}
    return np.array([known[name] for name in named], np.int64)


def _content(data: TrainingData) -> npt.NDArray[np.int64]:
    """A number for each content; what cannot be read stands alone, and is left out later."""
    known: dict[bytes, int] = {}
    numbers = []
    for place in range(len(data)):
        try:
            numbers.append(known.setdefault(data.digest(place), place))
        except DataError:
            numbers.append(place)
    return np.array(numbers, np.int64)


def _joined(
    content: npt.NDArray[np.int64], groups: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.int64]:
    """What hangs together by either: a sample that two speakers share joins them."""
    if groups is None:
        return content
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(content)
    # Samples, contents and groups are nodes; a sample is tied to its content and its group.
    nodes = 2 * count + int(groups.max()) + 1
    samples = np.arange(count)
    here = np.concatenate([samples, samples])
    there = np.concatenate([count + content, 2 * count + groups])
    ties = coo_array((np.ones(len(here), bool), (here, there)), shape=(nodes, nodes))
    _, parts = connected_components(ties, directed=False)
    joined: npt.NDArray[np.int64] = parts[:count].astype(np.int64)
    return joined
