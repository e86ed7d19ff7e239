"""Which published model, and where its files are: a name, or a folder, before anything is loaded.

For models whose files lie in one folder (``config.json``, weights, tokenizer), as transformers
and open_clip save them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from towhee.errors import UsageError, WeightsError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.hub_pickles import trusted_folder
from towhee.models.hub_weights import cached_folder, pulled_folder
from towhee.models.known_model import KnownModel
from towhee.models.pickles import is_pickle, refused_pickle

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_NOTHING_KNOWN = KnownModel()


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model and where its files are.

    Attributes:
        name: the repository on the Hub, or the folder's path.
        local: the folder, where the user named one.
        known: what is known of it without its files.
        trust_pickle: take weights that can run code when they are loaded, if there are no others.
    """

    name: str
    local: Path | None = None
    known: KnownModel = _NOTHING_KNOWN
    trust_pickle: bool = False

    def folder(self) -> Path:
        """The folder with all files of the model, downloaded if need be and verified.

        Raises:
            WeightsError: if they cannot be had, are damaged, or pickles that are not trusted.
        """
        if self.local is None:
            pull = trusted_folder if self.trust_pickle else pulled_folder
            return pull(self.name, model_name=self.name, revision=self.known.revision)
        if not self.trust_pickle and not list(self.local.glob("*.safetensors")):
            pickled = sorted(filter(is_pickle, self.local.iterdir()))
            if pickled:
                raise refused_pickle(pickled[0])
        return self.local

    def cached(self) -> Path | None:
        """The folder if nothing has to be downloaded; ``None`` otherwise."""
        if self.local is not None:
            return self.local
        return cached_folder(self.name, revision=self.known.revision)


def model_source(
    model_name: str,
    *,
    known: Mapping[str, KnownModel],
    checkpoint: str | os.PathLike[str] | None = None,
    trust_pickle: bool = False,
) -> ModelSource:
    """The source for a name as users write it; nothing is downloaded.

    Args:
        model_name: one of ``known``, in full or without its owner, or any repository of the Hub
            in the format that the operator loads: ``"owner/name"``, or ``"owner/name@commit"``.
        known: the models that the operator lists.
        checkpoint: a folder in that format, in place of ``model_name``.
        trust_pickle: allow weights that can run code when they are loaded.

    Raises:
        UsageError: if it is no name of a repository.
        WeightsError: if there is no such folder.

    Example:
        >>> known = {"openai/clip-vit-base-patch32": KnownModel(dimension=512)}
        >>> model_source("clip-vit-base-patch32", known=known).name
        'openai/clip-vit-base-patch32'
    """
    if not isinstance(model_name, str) or not model_name:
        raise UsageError(f"model_name is the name of a model, not {model_name!r}")
    if checkpoint is not None:
        folder = checkpoint_path(checkpoint)
        if not folder.is_dir():
            raise WeightsError(
                f"checkpoint {str(folder)!r} is no folder (looked in {os.getcwd()!r})"
            )
        return ModelSource(str(folder), folder, trust_pickle=trust_pickle)
    asked, _, revision = model_name.partition("@")
    full = next((name for name in known if name.partition("/")[2] == asked), asked)
    if not _REPOSITORY.fullmatch(full):
        raise UsageError(
            f"a repository of the Hub is owner/name, not {model_name!r}; listed are "
            f"{', '.join(known)}"
        )
    about = known.get(full, _NOTHING_KNOWN)
    if revision:
        about = replace(about, revision=revision)
    return ModelSource(full, known=about, trust_pickle=trust_pickle)
