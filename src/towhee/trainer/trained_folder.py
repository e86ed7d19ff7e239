"""The folder of a trained model: written whole or not at all, with a card, and copied."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import TrainingError, UsageError, one_line
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.projection import CONFIG_ENTRY, PROJECTION_FILE, projection_entry
from towhee.models.timm_labels import LABELS_FILE
from towhee.trainer.model_card import model_card
from towhee.trainer.trainable import About

if TYPE_CHECKING:
    import torch

CARD_FILE = "README.md"


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which is moved to its place when everything is in it.

    Args:
        folder: its place; what is there is replaced.

    Raises:
        TrainingError: if it cannot be written.
    """
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        yield beside
        put_folder(beside, folder)
    except OSError as error:
        raise TrainingError(
            f"the trained model cannot be written to {str(folder)!r}: {one_line(error, 200)}"
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_labels(folder: Path, classes: Sequence[str]) -> None:
    """The names of the classes, one a line."""
    names = [" ".join(name.split()) or "class" for name in classes]
    (folder / LABELS_FILE).write_text("".join(f"{name}\n" for name in names), "utf-8")


def write_projection(
    folder: Path, projection: torch.nn.Linear | None, of_layer: tuple[str | None, str | None]
) -> None:
    """What ``models/projection.py`` reads: a file beside the weights, stated in ``config.json``.

    Args:
        folder: which has a ``config.json``.
        projection: a map of the features; nothing is written for ``None``.
        of_layer: layer and pooling whose features it maps.
    """
    from safetensors.torch import save_file

    if projection is None:
        return
    tensors = {
        "weight": projection.weight.detach().float().cpu().contiguous(),
        "bias": projection.bias.detach().float().cpu().contiguous(),
    }
    save_file(tensors, folder / PROJECTION_FILE)
    file = folder / CONFIG_FILE
    config: dict[str, Any] = json.loads(file.read_text("utf-8"))
    stated = projection_entry(projection.out_features, *of_layer)
    config[CONFIG_ENTRY] = config.get(CONFIG_ENTRY, {}) | stated
    file.write_text(json.dumps(config, indent=2), "utf-8")


def write_card(folder: Path, text: str) -> None:
    """Put the model's card beside its weights."""
    (folder / CARD_FILE).write_text(text, "utf-8")


def put_folder(beside: Path, folder: Path) -> None:
    """Move a folder to its place; what was there is gone only when it is in its place."""
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def copy_model(source: Path, target: Path) -> None:
    """Copy a model folder.

    Raises:
        UsageError: if something is there already that is no empty folder.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            f"{str(target)!r} exists already; save into a new folder, or remove it first"
        )
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copytree(source, beside)
        if target.is_dir():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise TrainingError(
            f"the model cannot be saved in {str(target)!r}: {one_line(error, 200)}"
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def card_text(
    *,
    about: About,
    operator: str,
    unit: str,
    method: str,
    trained: str,
    classes: Sequence[str],
    count: int,
    measured: str,
    figures: Mapping[str, tuple[float, float]],
    reasons: Mapping[str, str],
    settings: Mapping[str, Any],
    warnings: Sequence[str],
) -> str:
    """The model card of a training on labels."""
    return model_card(
        about,
        operator,
        how=method,
        summary=(
            f"Trained: {trained}, on {count} {unit} of {len(classes)} classes; measured {measured}."
        ),
        figures=figures,
        reasons=reasons,
        settings=settings,
        warnings=warnings,
        classes=classes,
    )
