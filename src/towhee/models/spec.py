"""Which model, with which weights: names and files, before anything is loaded."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from towhee.errors import UsageError, WeightsError
from towhee.models.preprocess import Preprocess
from towhee.models.pretrained_tags import PINNED

WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "config.json"
_PICKLES = (".pth", ".pt", ".bin", ".ckpt", ".pkl", ".tar")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model of timm and where its weights are.

    Attributes:
        architecture: timm's name of the network, ``"resnet50"``.
        tag: the pretrained tag, ``"a1_in1k"``; ``None`` for weights of the user's own.
        checkpoint: a folder with ``config.json`` and ``model.safetensors``, or a weights file.
        pretrained: ``False`` only if random weights were asked for by name.
        config: the configuration that lies beside a checkpoint.
    """

    architecture: str
    tag: str | None = None
    checkpoint: str | None = None
    pretrained: bool = True
    config: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def full_name(self) -> str:
        """The name that leaves nothing open: ``"resnet50.a1_in1k"``."""
        return f"{self.architecture}.{self.tag}" if self.tag else self.architecture

    @property
    def dimension(self) -> int | None:
        """The length of the pooled vectors, where it is known before the model is loaded."""
        pinned = PINNED.get(self.architecture)
        return pinned[1] if pinned else self.config.get("num_features")

    @property
    def weights_file(self) -> Path | None:
        """The file of a local checkpoint."""
        if self.checkpoint is None:
            return None
        path = Path(self.checkpoint)
        return path / WEIGHTS_FILE if path.is_dir() else path

    @property
    def preprocess(self) -> Preprocess | None:
        """The preprocessing that a checkpoint's configuration states, if it states one."""
        stated = self.config.get("pretrained_cfg")
        return Preprocess.from_config(stated) if stated else None


def model_spec(
    model_name: str,
    *,
    checkpoint: str | os.PathLike[str] | None = None,
    pretrained: bool = True,
    trust_pickle: bool = False,
) -> ModelSpec:
    """The specification for a name as users write it, checked as far as can be without loading.

    Args:
        model_name: ``"resnet50"``, ``"resnet50.tv_in1k"`` or ``"timm/resnet50"``.
        checkpoint: a timm model folder, or a safetensors file.
        pretrained: ``False`` for random weights.
        trust_pickle: allow a checkpoint that can run code when it is loaded.

    Raises:
        UsageError: if there is no name.
        WeightsError: if the checkpoint is not there, is incomplete, or is a pickle not trusted.
    """
    if not isinstance(model_name, str) or not model_name:
        raise UsageError(f"model_name is the name of a model of timm, not {model_name!r}")
    architecture, _, tag = model_name.removeprefix("timm/").partition(".")
    if checkpoint is None:
        if pretrained and not tag and architecture in PINNED:
            tag = PINNED[architecture][0]
        return ModelSpec(architecture, tag or None, pretrained=pretrained)
    path = Path(checkpoint).expanduser()
    if not path.exists():
        raise WeightsError(f"checkpoint {str(path)!r} does not exist (looked in {os.getcwd()!r})")
    if path.is_dir():
        return _folder_spec(path, trust_pickle)
    if path.suffix.lower() in _PICKLES and not trust_pickle:
        raise WeightsError(_refused_pickle(path))
    return ModelSpec(architecture, None, str(path), pretrained=True)


def _folder_spec(path: Path, trust_pickle: bool) -> ModelSpec:
    config_file = path / CONFIG_FILE
    if not config_file.is_file():
        raise WeightsError(
            f"checkpoint {str(path)!r} has no {CONFIG_FILE}; a model folder holds {CONFIG_FILE} "
            f"and {WEIGHTS_FILE}, as timm saves it"
        )
    try:
        config = json.loads(config_file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise WeightsError(f"{str(config_file)!r} is not JSON: {error}") from error
    if not isinstance(config, dict) or "architecture" not in config:
        raise WeightsError(f"{str(config_file)!r} names no architecture, as timm's files do")
    if not (path / WEIGHTS_FILE).is_file():
        pickles = [file for file in path.iterdir() if file.suffix.lower() in _PICKLES]
        if pickles and trust_pickle:
            return ModelSpec(config["architecture"], None, str(pickles[0]), True, config)
        if pickles:
            raise WeightsError(_refused_pickle(pickles[0]))
        raise WeightsError(f"checkpoint {str(path)!r} has no {WEIGHTS_FILE}")
    return ModelSpec(config["architecture"], None, str(path), True, config)


def _refused_pickle(path: Path) -> str:
    return (
        f"{str(path)!r} is a pickle, which can run any code when it is loaded; convert it to "
        "safetensors, or pass trust_pickle=True if you made it yourself"
    )
