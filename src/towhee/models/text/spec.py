"""Which sentence model: a name, or a folder, before anything is loaded."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from towhee.errors import UsageError, WeightsError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.text.files import FolderFiles, HubFiles, ModelFiles
from towhee.models.text.known_models import KNOWN, OWNER

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class SentenceSpec:
    """A sentence model and where its files are.

    Attributes:
        name: the repository on the Hub, or the folder's path.
        files: gives its files, from the folder, or the Hub and its cache.
        revision: the commit of the repository, where it is pinned.
        dimension: the length of its vectors, where that is known without its files.
        license: of its weights, where it is known.
    """

    name: str
    files: ModelFiles
    revision: str | None = None
    dimension: int | None = None
    license: str | None = None


def sentence_spec(
    model_name: str,
    *,
    checkpoint: str | os.PathLike[str] | None = None,
    trust_pickle: bool = False,
) -> SentenceSpec:
    """The specification for a name as users write it; nothing is downloaded.

    Args:
        model_name: ``"all-MiniLM-L6-v2"``, or any repository of the Hub in the format of
            sentence-transformers: ``"owner/name"``.
        checkpoint: a folder as sentence-transformers saves it.
        trust_pickle: allow weights in the folder that can run code when they are loaded.

    Raises:
        UsageError: if it is no name, or another model is asked for than the folder holds.
        WeightsError: if there is no such folder.

    Example:
        >>> sentence_spec("all-MiniLM-L6-v2").name
        'sentence-transformers/all-MiniLM-L6-v2'
    """
    if not isinstance(model_name, str) or not model_name:
        raise UsageError(f"model_name is the name of a sentence model, not {model_name!r}")
    if checkpoint is not None:
        folder = checkpoint_path(checkpoint)
        if not folder.is_dir():
            raise WeightsError(
                f"checkpoint {str(folder)!r} is no folder (looked in {os.getcwd()!r})"
            )
        return SentenceSpec(str(folder), FolderFiles(folder, trust_pickle=trust_pickle))
    repository = model_name if "/" in model_name else f"{OWNER}/{model_name}"
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(f"a repository of the Hub is owner/name, not {model_name!r}")
    known = KNOWN.get(repository.removeprefix(f"{OWNER}/"))
    if known is None:
        return SentenceSpec(repository, HubFiles(repository, None))
    return SentenceSpec(
        repository,
        HubFiles(repository, known.revision),
        revision=known.revision,
        dimension=known.dimension,
        license=known.license,
    )
