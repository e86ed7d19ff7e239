"""The result of a training as a file, so that a search or a cross-validation can go on with it."""

from __future__ import annotations

import inspect
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from towhee.operators.base import OperatorRef
from towhee.trainer.result import TrainingResult

RESULT = "result.json"
_PATHS = ("folder", "report")


def keep_result(result: TrainingResult, folder: Path, ref: OperatorRef) -> None:
    """Write a result into the folder of its training.

    Args:
        result: of the training.
        folder: that its paths begin with.
        ref: the operator that was trained; of its arguments only what the training changed is
            written.
    """
    kept: dict[str, Any] = {
        each.name: getattr(result, each.name)
        for each in fields(result)
        if each.name not in ("ref", *_PATHS)
    }
    for name in _PATHS:
        path = getattr(result, name)
        kept[name] = None if path is None else str(Path(path).relative_to(folder))
    before, after = _arguments(ref), _arguments(result.ref)
    kept["arguments"] = {
        name: value
        for name, value in after.items()
        if name != "checkpoint" and (name not in before or before[name] != value)
    }
    kept["removed"] = sorted(set(before) - set(after))
    (folder / RESULT).write_text(json.dumps(kept, indent=1, default=_plain), "utf-8")


def kept_result(folder: Path, ref: OperatorRef) -> TrainingResult:
    """The result that was kept in a folder, wherever the folder lies now.

    Args:
        folder: of the training.
        ref: the operator that was trained.
    """
    kept = json.loads((folder / RESULT).read_text("utf-8"))
    arguments, removed = kept.pop("arguments"), kept.pop("removed")
    for name in _PATHS:
        kept[name] = None if kept[name] is None else folder / kept[name]
    model = str(kept["folder"].resolve())
    changed = {**_arguments(ref), **arguments, "checkpoint": model}
    kwargs = tuple(sorted((name, each) for name, each in changed.items() if name not in removed))
    known = {each.name for each in fields(TrainingResult)}
    given = {name: value for name, value in kept.items() if name in known}
    return TrainingResult(ref=replace(ref, args=(), kwargs=kwargs), **given)


def _arguments(ref: OperatorRef) -> dict[str, Any]:
    """The arguments by their names."""
    signature = inspect.signature(ref.resolve())
    return dict(signature.bind(*ref.args, **dict(ref.kwargs)).arguments)


def _plain(value: Any) -> Any:
    """Numbers of NumPy, and tuples of whatever kind, as JSON has them."""
    return value.item() if hasattr(value, "item") else list(value)
