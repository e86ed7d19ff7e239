"""Which model of open_clip, and where its files are: a name, or a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee.errors import UnknownNameError, UsageError, WeightsError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.hub_weights import pulled_file, pulled_if_there, verify_cached
from towhee.models.json_file import read_json
from towhee.models.open_clip.importing import import_open_clip
from towhee.models.pickles import is_pickle, refused_pickle

_CONFIG_FILE = "open_clip_config.json"
_WEIGHTS_FILE = "open_clip_model.safetensors"
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_HUB_PREFIX = "hf-hub:"
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class OpenClipSource:
    """A model of open_clip.

    Attributes:
        model_name: open_clip's name of the architecture, or a repository of the Hub.
        pretrained: the tag of its weights; ``None`` for a repository or a folder.
        local: the folder, where the user named one.
        trust_pickle: take weights in the folder that can run code when they are loaded.
    """

    model_name: str
    pretrained: str | None = None
    local: Path | None = None
    trust_pickle: bool = False

    @property
    def name(self) -> str:
        """What messages call the model."""
        if self.local is not None:
            return str(self.local)
        return f"{self.model_name}/{self.pretrained}" if self.pretrained else self.model_name

    def folder(self) -> Path:
        """The folder with all files of the model, downloaded if need be and verified.

        Raises:
            MissingExtraError: if open_clip is not installed.
            UnknownNameError: if open_clip has no such model or tag.
            WeightsError: if files cannot be had, are damaged, or pickles that are not trusted.
        """
        if self.local is not None:
            return self._checked(self.local)
        repository = self._repository()
        config = pulled_file(repository, _CONFIG_FILE, model_name=self.name)
        weights = pulled_file(repository, _WEIGHTS_FILE, model_name=self.name)
        verify_cached(weights)
        for file in _TOKENIZER_FILES:
            pulled_if_there(repository, file, model_name=self.name)
        return config.parent

    # Any: what JSON holds.
    def config(self) -> dict[str, Any]:
        """What its ``open_clip_config.json`` says.

        Raises:
            WeightsError: if it is damaged.
        """
        file = self.folder() / _CONFIG_FILE
        content: dict[str, Any] = read_json(file)
        if not isinstance(content.get("model_cfg"), dict):
            raise WeightsError(f"{str(file)!r} has no model_cfg, as open_clip's files do")
        return content

    def _repository(self) -> str:
        if self.pretrained is None:
            return self.model_name
        open_clip = import_open_clip()
        if self.model_name not in open_clip.list_models():
            raise UnknownNameError("model of open_clip", self.model_name, open_clip.list_models())
        about = open_clip.get_pretrained_cfg(self.model_name, self.pretrained)
        if not about:
            tags = open_clip.list_pretrained_tags_by_model(self.model_name)
            raise UnknownNameError(
                f"pretrained tag of {self.model_name}",
                self.pretrained,
                tags,
                f"(there are {', '.join(tags)})",
            )
        repository, _, _ = str(about.get("hf_hub", "")).rpartition("/")
        if not repository:
            raise WeightsError(f"the weights of {self.name} are not on the Hub")
        return repository

    def _checked(self, folder: Path) -> Path:
        if not (folder / _CONFIG_FILE).is_file():
            raise WeightsError(
                f"checkpoint {str(folder)!r} has no {_CONFIG_FILE}, which a folder of open_clip "
                "holds"
            )
        if list(folder.glob("*.safetensors")):
            return folder
        pickled = sorted(filter(is_pickle, folder.iterdir()))
        if not pickled:
            raise WeightsError(f"checkpoint {str(folder)!r} has no {_WEIGHTS_FILE}")
        if not self.trust_pickle:
            raise refused_pickle(pickled[0])
        return folder


def open_clip_source(
    model_name: str,
    pretrained: str | None,
    *,
    checkpoint: str | os.PathLike[str] | None = None,
    trust_pickle: bool = False,
) -> OpenClipSource:
    """The source for a model as users name it; nothing is imported or downloaded.

    Raises:
        UsageError: if it is no name, or a name without a tag.
        WeightsError: if there is no such folder.

    Example:
        >>> open_clip_source("ViT-B-32", "openai").name
        'ViT-B-32/openai'
    """
    if checkpoint is not None:
        folder = checkpoint_path(checkpoint)
        if not folder.is_dir():
            raise WeightsError(
                f"checkpoint {str(folder)!r} is no folder (looked in {os.getcwd()!r})"
            )
        return OpenClipSource(model_name, None, folder, trust_pickle)
    if not isinstance(model_name, str) or not model_name:
        raise UsageError(f"model_name is the name of a model, not {model_name!r}")
    repository = model_name.removeprefix(_HUB_PREFIX)
    if _REPOSITORY.fullmatch(repository):
        return OpenClipSource(repository)
    if "/" in model_name or not pretrained or not isinstance(pretrained, str):
        raise UsageError(
            f"a model of open_clip is a name and a pretrained tag, or a repository of the Hub, "
            f"owner/name, not {model_name!r} with pretrained={pretrained!r}"
        )
    return OpenClipSource(model_name, pretrained)
