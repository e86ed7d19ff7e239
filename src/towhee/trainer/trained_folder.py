"""The folder that a trained image model is saved in: timm's own, with what we add to it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import TrainingError, UsageError, one_line
from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from towhee.models.preprocess import Preprocess
from towhee.models.projection import CONFIG_ENTRY, PROJECTION_FILE, projection_entry
from towhee.models.timm_labels import LABELS_FILE
from towhee.models.timm_models import import_timm

if TYPE_CHECKING:
    import torch

CARD_FILE = "README.md"


def write_model(
    folder: Path,
    model: Any,
    *,
    preprocess: Preprocess,
    projection: torch.nn.Linear | None,
    of_layer: tuple[str | None, str | None],
    classifier: torch.nn.Linear | None,
    classes: Sequence[str],
    license: str | None,
) -> None:
    """Write a model folder that timm reads, and ``checkpoint=`` of the same operator.

    It is written beside its place and moved there, so that it is whole or not there.

    Args:
        folder: must not exist, or is replaced.
        model: a model of timm without a classifier.
        preprocess: the model's own.
        projection: a map of its features; ``None`` for none.
        of_layer: layer and pooling whose features it maps.
        classifier: of the features in front of timm's own, ``None`` for none.
        classes: the names of the classes.
        license: of the weights that the training began with.

    Raises:
        TrainingError: if it cannot be written.
    """
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write(beside, model, preprocess, classifier, license)
        _write_projection(beside, projection, of_layer)
        names = [" ".join(name.split()) or "class" for name in classes]
        (beside / LABELS_FILE).write_text("".join(f"{name}\n" for name in names), "utf-8")
        _put(beside, folder)
    except OSError as error:
        raise TrainingError(
            f"the trained model cannot be written to {str(folder)!r}: {one_line(error, 200)}"
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_card(folder: Path, text: str) -> None:
    """Put the model's card beside its weights."""
    (folder / CARD_FILE).write_text(text, "utf-8")


def _put(beside: Path, folder: Path) -> None:
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


def _write(
    folder: Path,
    model: Any,
    preprocess: Preprocess,
    classifier: torch.nn.Linear | None,
    license: str | None,
) -> None:
    import torch
    from safetensors.torch import save_file

    import_timm()
    from timm.models._hub import save_config_for_hf

    if classifier is not None:
        model.reset_classifier(classifier.out_features)
        with torch.no_grad():
            model.get_classifier().weight.copy_(classifier.weight)
            model.get_classifier().bias.copy_(classifier.bias)
    tensors = {
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in model.state_dict().items()
    }
    save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    stated = preprocess.as_config()
    stated.pop("crop_offset", None)  # which timm does not know; its models have the first of ours
    if license:
        stated["license"] = license
    save_config_for_hf(model, str(folder / CONFIG_FILE), model_config={"pretrained_cfg": stated})
    if classifier is not None:
        model.reset_classifier(0)


def _write_projection(
    folder: Path, projection: torch.nn.Linear | None, of_layer: tuple[str | None, str | None]
) -> None:
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
    config[CONFIG_ENTRY] = projection_entry(projection.out_features, *of_layer)
    file.write_text(json.dumps(config, indent=2), "utf-8")


def card_text(
    *,
    model: str,
    method: str,
    trained: str,
    classes: Sequence[str],
    counts: tuple[int, int],
    figures: Mapping[str, tuple[float, float]],
    reasons: Mapping[str, str],
    settings: Mapping[str, Any],
    warnings: Sequence[str],
    license: str | None,
) -> str:
    """A model card: what was trained on what, how, and how good it is."""
    lines = [
        "---",
        "library_name: timm",
        *([f"license: {license}"] if license else []),
        "tags: [image-feature-extraction, towhee]",
        "---",
        "",
        f"# {model}, trained by {method}",
        "",
        f"Trained: {trained}, on {counts[0]} images of {len(classes)} classes; measured on "
        f"{counts[1]} others.",
        "",
        "| measure | untouched model | trained |",
        "|---|---|---|",
        *(f"| {name} | {old:.4f} | {new:.4f} |" for name, (old, new) in figures.items()),
        "",
        *(f"**{warning}**\n" for warning in warnings),
        "## Use",
        "",
        "```python",
        "from towhee import ops",
        "",
        'embed = ops.image_embedding.timm(checkpoint="this/folder")',
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
        "## Classes",
        "",
        ", ".join(classes),
        "",
    ]
    return "\n".join(lines)
