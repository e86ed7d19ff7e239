"""Which model, with which weights: names and files, before anything is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from towhee.errors import UsageError, WeightsError
from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE, read_checkpoint
from towhee.models.preprocess import Preprocess
from towhee.models.pretrained_tags import PINNED
from towhee.models.projection import stated_dimension

__all__ = ["CONFIG_FILE", "DEFAULT_MODEL", "WEIGHTS_FILE", "ModelSpec", "Source", "model_spec"]

Source = Literal["timm", "hub", "folder", "file", "random", "embedded"]
"""A name of timm's list; a repository named by the user; a local folder or file; none; ours."""

DEFAULT_MODEL = "resnet50"
HUB_PREFIX = "hf-hub:"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model and its weights; what is not known before asking timm or the Hub is ``None``.

    Attributes:
        architecture: timm's name of the network, ``"resnet50"``.
        tag: the pretrained tag, ``"a1_in1k"``.
        source: where the weights come from.
        location: the repository on the Hub, or the path of the weights file.
        revision: the commit of the repository that is in the cache.
        sha256: of the weights.
        license: of the weights.
        dimension: the length of the pooled vectors.
        preprocess: what an image goes through in front of the model.
        config: the ``config.json`` beside the weights.
    """

    architecture: str
    tag: str | None = None
    source: Source = "timm"
    location: str | None = None
    revision: str | None = None
    sha256: str | None = None
    license: str | None = None
    dimension: int | None = None
    preprocess: Preprocess | None = None
    config: dict[str, Any] = field(default_factory=dict, hash=False, repr=False)

    @property
    def full_name(self) -> str:
        """The name that leaves nothing open: ``"resnet50.a1_in1k"``."""
        if self.source == "hub":
            return f"{HUB_PREFIX}{self.location}"
        return f"{self.architecture}.{self.tag}" if self.tag else self.architecture

    @property
    def card(self) -> str | None:
        """The address of the model's card, for a repository of the Hub."""
        of_hub = self.source in ("timm", "hub") and self.location
        return f"https://huggingface.co/{self.location}" if of_hub else None

    @property
    def weights_file(self) -> Path | None:
        """The file of a local checkpoint."""
        if self.source not in ("folder", "file") or self.location is None:
            return None
        return Path(self.location)

    def as_json(self) -> dict[str, Any]:
        """The fields as plain values."""
        preprocess = self.preprocess.as_config() if self.preprocess else None
        return {**asdict(self), "preprocess": preprocess}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ModelSpec:
        """The specification whose ``as_json`` this is."""
        stated = values.get("preprocess")
        preprocess = Preprocess.from_timm_config(stated) if stated else None
        return cls(**{**values, "preprocess": preprocess})


def model_spec(
    model_name: str,
    *,
    checkpoint: str | os.PathLike[str] | None = None,
    pretrained: bool = True,
    trust_pickle: bool = False,
) -> ModelSpec:
    """The specification for a name as users write it, checked as far as can be without timm.

    Args:
        model_name: ``"resnet50"``, ``"resnet50.tv_in1k"``, ``"timm/resnet50"``, or any repository
            in timm's format: ``"hf-hub:owner/name"``.
        checkpoint: a timm model folder, or a safetensors file.
        pretrained: ``False`` for random weights.
        trust_pickle: allow a checkpoint that can run code when it is loaded.

    Raises:
        UsageError: if there is no name, or a combination that cannot be.
        WeightsError: if the checkpoint is not there, is incomplete, is of another model, or is a
            pickle not trusted.
    """
    if not isinstance(model_name, str) or not model_name:
        raise UsageError(f"model_name is the name of a model of timm, not {model_name!r}")
    if checkpoint is not None:
        if not pretrained:
            raise UsageError("pretrained=False asks for random weights, and checkpoint= for others")
        return _of_checkpoint(model_name, checkpoint, trust_pickle)
    if model_name.startswith(HUB_PREFIX):
        return _of_repository(model_name.removeprefix(HUB_PREFIX), pretrained)
    architecture, tag = _split(model_name)
    _, dimension, license = PINNED.get(architecture, (None, None, None))
    if not pretrained:
        return ModelSpec(architecture, tag, "random", dimension=dimension)
    if tag is None and architecture in PINNED:
        tag = PINNED[architecture][0]
    if architecture not in PINNED or tag != PINNED[architecture][0]:
        return ModelSpec(architecture, tag, dimension=dimension)
    location = f"timm/{architecture}.{tag}"
    return ModelSpec(architecture, tag, location=location, license=license, dimension=dimension)


def _split(model_name: str) -> tuple[str, str | None]:
    architecture, _, tag = model_name.removeprefix("timm/").partition(".")
    return architecture, tag or None


def _of_repository(repository: str, pretrained: bool) -> ModelSpec:
    if not pretrained:
        raise UsageError(f"pretrained=False takes the name of a model of timm, not {repository!r}")
    owner, _, name = repository.partition("/")
    if not owner or not name or "/" in name:
        raise UsageError(f"a repository of the Hub is {HUB_PREFIX}owner/name, not {repository!r}")
    architecture, tag = _split(name)
    return ModelSpec(architecture, tag, "hub", repository)


def _of_checkpoint(
    model_name: str, checkpoint: str | os.PathLike[str], trust_pickle: bool
) -> ModelSpec:
    found = read_checkpoint(checkpoint, trust_pickle=trust_pickle)
    asked, tag = _split(model_name)
    pinned = PINNED.get(asked)
    if not found.config:
        if tag is None and pinned:
            tag = pinned[0]  # whose preprocessing is taken, as the file states none
        dimension = pinned[1] if pinned else None
        return ModelSpec(asked, tag, "file", str(found.weights), dimension=dimension)
    architecture = found.config["architecture"]
    if asked not in (architecture, DEFAULT_MODEL):
        raise WeightsError(
            f"checkpoint {os.fspath(checkpoint)!r} holds {architecture}, not {asked}: pass "
            f"model_name={architecture!r}"
        )
    stated = found.config.get("pretrained_cfg") or {}
    dimension = PINNED[architecture][1] if architecture in PINNED else None
    return ModelSpec(
        architecture,
        stated.get("tag"),
        "folder",
        str(found.weights),
        license=stated.get("license"),
        dimension=stated_dimension(found.config) or dimension,
        preprocess=Preprocess.from_timm_config(stated) if stated else None,
        config=found.config,
    )
