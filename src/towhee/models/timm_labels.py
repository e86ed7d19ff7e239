"""The names of the classes that an image classifier of timm knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import import_timm, timm_config

LABELS_FILE = "labels.txt"


def class_names(spec: ModelSpec, count: int, given: Sequence[str] | None = None) -> list[str]:
    """A name for each class, in the order of the model.

    They are those given; those of ``labels.txt`` beside the weights, one a line; those that the
    model's configuration states; ImageNet's, where their number says that it is ImageNet; or
    ``"class 0"`` and so on.

    Raises:
        UsageError: if there are more or fewer names than classes.
    """
    found, source = _found(spec, count) if given is None else (list(given), "labels=")
    if len(found) != count:
        raise UsageError(f"{source} names {len(found)} classes, but {spec.full_name} has {count}")
    return found


def _found(spec: ModelSpec, count: int) -> tuple[list[str], str]:
    weights = spec.weights_file
    beside = weights.parent / LABELS_FILE if weights else None
    if beside is not None and beside.is_file():
        return beside.read_text(encoding="utf-8").splitlines(), repr(str(beside))
    # Any: what the JSON of an unknown model holds.
    stated: dict[str, Any] = {**timm_config(spec), **spec.config}
    names = stated.get("label_names")
    described = stated.get("label_descriptions")
    if names:
        texts = described if isinstance(described, dict) else {}
        return [str(texts.get(name, name)) for name in names], "config.json"
    data = import_timm().data
    subset = data.infer_imagenet_subset({"num_classes": count})
    if subset is None:
        return [f"class {number}" for number in range(count)], "nothing"
    return list(data.ImageNetInfo(subset).label_descriptions()), "ImageNet"
