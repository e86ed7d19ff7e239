"""Files of model repositories on the Hugging Face Hub, through its own client and cache."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.file_digest import file_sha256_once, git_blob_id
from towhee.models.hub_errors import hub_errors

logger = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_ID = re.compile(r"[0-9a-f]{40}")
_CONFIG_FILE = "config.json"
_INDEX_FILE = "model.safetensors.index.json"
_MODEL_FILES = ("*.json", "*.txt", "*.model", "*.spm", "*.jinja", "*.safetensors")


def cached_file(repository: str, file: str, *, revision: str | None = None) -> Path | None:
    """A file of a repository in the cache, ``None`` if it is not there; nothing is downloaded."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ModuleNotFoundError as error:
        raise MissingExtraError("the Hugging Face Hub", "hub") from error
    found = try_to_load_from_cache(repository, file, revision=revision)
    return Path(found) if isinstance(found, str) else None


def pulled_file(
    repository: str, file: str, *, model_name: str, revision: str | None = None
) -> Path:
    """A file of a repository in the cache, downloaded if it is not there.

    Args:
        repository: ``"timm/resnet50.a1_in1k"``.
        file: its name in the repository.
        model_name: what ``towhee hub pull`` calls the model, for messages.
        revision: a commit of the repository; its newest if not given.

    Raises:
        WeightsError: if it is neither cached nor to be had; it says how to get it.
    """
    cached = cached_file(repository, file, revision=revision)
    if cached is not None:  # without asking the Hub, so that it works offline and at once
        return cached
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    with hub_errors(repository, model_name, file):
        # Asked once before the download, which would try a dead network again for half a minute.
        get_hf_file_metadata(hf_hub_url(repository, file, revision=revision))
        return Path(hf_hub_download(repository, file, revision=revision))


def cached_folder(repository: str, *, revision: str | None = None) -> Path | None:
    """The folder of a repository in the cache, ``None`` if it is not there as a whole.

    It is whole if each file that the Hub listed is there with its size. Where the cache holds no
    such list, because another program filled it, the configuration and all parts of the weights
    have to be there.
    """
    config = cached_file(repository, _CONFIG_FILE, revision=revision)
    if config is None:
        return None
    folder = config.parent
    listed = _listed(repository, folder.name)
    if listed is not None:
        whole = all(_has(folder / name, size) for name, (size, _) in listed.items())
        return folder if whole and list(folder.glob("*.safetensors")) else None
    index = folder / _INDEX_FILE
    if not index.is_file():
        return folder if list(folder.glob("*.safetensors")) else None
    try:
        parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError):
        return None
    return folder if all((folder / part).is_file() for part in parts) else None


def pulled_folder(repository: str, *, model_name: str, revision: str | None = None) -> Path:
    """The folder of a repository in the cache, with all files that a model is loaded from.

    They are configuration, tokenizer and safetensors at the top of the repository; never a
    pickle, and never code. What lies in the cache is compared with the digests that the Hub
    stated; a file that differs is pulled again, once.

    Args:
        repository: ``"openai/clip-vit-base-patch32"``.
        model_name: what ``towhee hub pull`` calls the model, for messages.
        revision: a commit of the repository; its newest if not given.

    Raises:
        WeightsError: if files are neither cached nor to be had, or are damaged.
    """
    found = cached_folder(repository, revision=revision)
    if found is None:
        found = _downloaded(repository, model_name, revision)
    elif _listed(repository, found.name) is None:
        try:  # another program filled the cache, of this commit, and maybe only a part of it
            found = _downloaded(repository, model_name, found.name)
        except WeightsError as error:
            logger.info("taking %s as it is: %s", found, error)
    listed = _listed(repository, found.name) or {}
    for file in sorted(file for file in found.iterdir() if _is_model_file(file.name)):
        _, blob_id = listed.get(file.name, (0, None))
        if file.is_file() and not _is_sound(file, blob_id):
            _pull_again(file, blob_id)
    return found


def _downloaded(repository: str, model_name: str, revision: str | None) -> Path:
    """The folder after all files that it lacks were downloaded."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url, snapshot_download

    with hub_errors(repository, model_name, _CONFIG_FILE):
        get_hf_file_metadata(hf_hub_url(repository, _CONFIG_FILE, revision=revision))
        snapshot_download(
            repository,
            revision=revision,
            allow_patterns=list(_MODEL_FILES),
            ignore_patterns=["*/*"],
        )
    found = cached_folder(repository, revision=revision)
    if found is None:
        raise WeightsError(
            f"{repository} on the Hub holds no safetensors: pass trust_pickle=True to load its "
            "pickle, which can run any code, if you trust its owner"
        )
    return found


def _listed(repository: str, commit: str) -> Mapping[str, tuple[int, str]] | None:
    """Size and git's name of each file of a model at a commit, ``None`` if it is not known here."""
    from huggingface_hub import get_cached_repo_tree
    from huggingface_hub.errors import CachedRepoTreeNotFoundError

    try:
        tree = get_cached_repo_tree(repository, revision=commit)
    except CachedRepoTreeNotFoundError:
        return None
    return {file.path: (file.size, file.blob_id) for file in tree if _is_model_file(file.path)}


def _is_model_file(name: str) -> bool:
    return "/" not in name and any(fnmatch(name, pattern) for pattern in _MODEL_FILES)


def _has(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def pulled_if_there(
    repository: str, file: str, *, model_name: str, revision: str | None = None
) -> Path | None:
    """A file that a repository may lack, from the cache or the Hub; ``None`` if it has none.

    Where the Hub cannot be asked, what is not in the cache counts as not in the repository.

    Raises:
        WeightsError: if it is there, and its download fails.
    """
    cached = cached_file(repository, file, revision=revision)
    if cached is not None:
        return cached
    import httpx2
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    try:
        get_hf_file_metadata(hf_hub_url(repository, file, revision=revision))
    except (OSError, httpx2.HTTPError) as error:  # that it is not there among them
        logger.info("%s has no %s that could be had: %s", repository, file, error)
        return None
    return pulled_file(repository, file, model_name=model_name, revision=revision)


def stated_sha256(cached: Path) -> str | None:
    """The digest that the Hub states for a file in its cache, where it states one."""
    name = cached.resolve().name  # the cache calls a large file by its digest, and links to it
    return name if _SHA256.fullmatch(name) else None


def verify_cached(cached: Path) -> None:
    """Compare a file in the cache with the digest that the Hub stated for it.

    One that differs is pulled again, if the Hub answers.

    Raises:
        WeightsError: if they differ, and still differ then.
    """
    if not _is_sound(cached, None):
        _pull_again(cached, None)


def _is_sound(cached: Path, blob_id: str | None) -> bool:
    """Whether a file is what the Hub calls its content by: its sha256, or git's name for it.

    Args:
        cached: the file.
        blob_id: git's name for it, if the Hub stated it.
    """
    stated = stated_sha256(cached)
    if stated is not None:
        return file_sha256_once(cached) == stated
    name = cached.resolve().name
    is_of_git = _GIT_ID.fullmatch(name) is not None and blob_id == name
    return not is_of_git or git_blob_id(cached) == name


def _pull_again(file: Path, blob_id: str | None) -> None:
    """Pull a damaged file of the cache again, of the commit that it lies there for."""
    stated = file.resolve().name
    damage = (
        f"{str(file)!r} is damaged (sha256 {file_sha256_once(file)[:12]}…, the Hub states "
        f"{stated[:12]}…)"
    )
    logger.warning("%s; pulling it again", damage)
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    repository, commit, name = _origin(file)
    try:
        with hub_errors(repository, repository, name):
            get_hf_file_metadata(hf_hub_url(repository, name, revision=commit))
            hf_hub_download(repository, name, revision=commit, force_download=True)
    except WeightsError as error:
        raise WeightsError(f"{damage}; delete it and pull it again ({error})") from error
    if not _is_sound(file, blob_id):
        raise WeightsError(f"{damage}, and so is what the Hub sends now")


def _origin(cached: Path) -> tuple[str, str, str]:
    """The repository of a file in the cache, its commit, and its name there."""
    parts = cached.parts
    at = len(parts) - 1 - parts[::-1].index("snapshots")
    repository = parts[at - 1].removeprefix("models--").replace("--", "/", 1)
    return repository, parts[at + 1], "/".join(parts[at + 2 :])
