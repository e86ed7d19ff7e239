"""Weights on this machine's disk: a folder as timm saves it, or one weights file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from towhee.errors import UsageError, WeightsError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.pickles import PICKLE_SUFFIXES, refused_pickle
from towhee.models.preprocess import Preprocess

WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "config.json"
_SAFE = ".safetensors"
_PICKLES = (*PICKLE_SUFFIXES, ".tar")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What lies on the disk.

    Attributes:
        weights: the file.
        config: what the folder's ``config.json`` says; empty for a file alone.
    """

    weights: Path
    config: dict[str, Any] = field(default_factory=dict, hash=False)


def read_checkpoint(path: str | os.PathLike[str], *, trust_pickle: bool = False) -> Checkpoint:
    """A checkpoint, checked as far as can be without loading its weights.

    Args:
        path: a folder that holds ``config.json`` and ``model.safetensors``, or a weights file.
        trust_pickle: take a file that can run code when it is loaded.

    Raises:
        WeightsError: if it is not there, is incomplete, or is a pickle not trusted.
    """
    found = checkpoint_path(path)
    if not found.exists():
        raise WeightsError(f"checkpoint {str(found)!r} does not exist (looked in {os.getcwd()!r})")
    if found.is_dir():
        return _folder(found, trust_pickle)
    if found.suffix.lower() != _SAFE and not trust_pickle:
        raise refused_pickle(found)
    return Checkpoint(found)


def read_config(file: Path) -> dict[str, Any]:
    """A ``config.json`` as timm writes it.

    Raises:
        WeightsError: if it is damaged, names no architecture, or asks for pixels that cannot be.
    """
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{str(file)!r} is not JSON: {error}") from error
    if not isinstance(config, dict) or not isinstance(config.get("architecture"), str):
        raise WeightsError(f"{str(file)!r} names no architecture, as timm's files do")
    try:
        Preprocess.from_timm_config(config.get("pretrained_cfg") or {})
    except (UsageError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(
            f"{str(file)!r} states a preprocessing that cannot be: {error}"
        ) from error
    return config


def _folder(path: Path, trust_pickle: bool) -> Checkpoint:
    config_file = path / CONFIG_FILE
    if not config_file.is_file():
        raise WeightsError(
            f"checkpoint {str(path)!r} has no {CONFIG_FILE}; a model folder holds {CONFIG_FILE} "
            f"and {WEIGHTS_FILE}, as timm saves it"
        )
    config = read_config(config_file)
    if (path / WEIGHTS_FILE).is_file():
        return Checkpoint(path / WEIGHTS_FILE, config)
    pickles = sorted(file for file in path.iterdir() if file.suffix.lower() in _PICKLES)
    if not pickles:
        raise WeightsError(f"checkpoint {str(path)!r} has no {WEIGHTS_FILE}")
    if not trust_pickle:
        raise refused_pickle(pickles[0])
    return Checkpoint(pickles[0], config)
