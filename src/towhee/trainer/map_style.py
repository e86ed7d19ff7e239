"""Datasets in the map style of torch: ``len(d)`` pairs ``d[i]`` of a value and its label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.errors import UsageError


class MapStyleValues(Sequence[Any]):
    """The values of such a dataset, each read when it is asked for."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __len__(self) -> int:
        return len(self._source)

    def __getitem__(self, index: Any) -> Any:
        item = self._source[int(index)]
        return item[0] if isinstance(item, (tuple, list)) else item


def labels_of_map_style(source: Any, name: str) -> tuple[Sequence[Any], Sequence[str] | None]:
    """The labels, and the names of their classes if it says them.

    torchvision's datasets keep their labels (``targets``, ``labels`` or ``_labels``) and the names
    (``classes``); of others, and where labels are transformed, every sample is read once.

    Raises:
        UsageError: if samples are not pairs.
    """
    names = _class_names(source)
    kept = _kept_labels(source)
    if kept is not None:
        return kept, names
    labels = []
    for index in range(len(source)):
        item = source[index]
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise UsageError(
                f"sample {index} of {name} is a {type(item).__name__}, not a pair of a value and "
                "its label; pass label=False for data without labels"
            )
        labels.append(item[1])
    return labels, names


def _kept_labels(source: Any) -> Sequence[Any] | None:
    if hasattr(source, "indices") and hasattr(source, "dataset"):  # torch.utils.data.Subset
        inner = _kept_labels(source.dataset)
        return None if inner is None else [inner[index] for index in source.indices]
    if getattr(source, "target_transform", None) is not None:
        return None
    for attribute in ("targets", "labels", "_labels"):
        kept = getattr(source, attribute, None)
        if kept is not None and hasattr(kept, "__len__") and len(kept) == len(source):
            return kept.tolist() if hasattr(kept, "tolist") else list(kept)
    return None


def _class_names(source: Any) -> Sequence[str] | None:
    if hasattr(source, "indices") and hasattr(source, "dataset"):
        return _class_names(source.dataset)
    names = getattr(source, "classes", None)
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        return None
    # With labels transformed, the names need not be those of the new numbers.
    return None if getattr(source, "target_transform", None) is not None else names
