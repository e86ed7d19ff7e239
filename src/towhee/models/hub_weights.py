"""Files of model repositories on the Hugging Face Hub, through its own client and cache.

The only module that imports huggingface_hub.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.file_digest import file_sha256

logger = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONFIG_FILE = "config.json"
_INDEX_FILE = "model.safetensors.index.json"
_MODEL_FILES = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")


def cached_file(repository: str, file: str, *, revision: str | None = None) -> Path | None:
    """A file of a repository in the cache, ``None`` if it is not there; nothing is downloaded."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ModuleNotFoundError as error:
        raise MissingExtraError("the Hugging Face Hub", "torch") from error
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

    with _hub_errors(repository, model_name, file):
        # Asked once before the download, which would try a dead network again for half a minute.
        get_hf_file_metadata(hf_hub_url(repository, file, revision=revision))
        return Path(hf_hub_download(repository, file, revision=revision))


def cached_folder(repository: str, *, revision: str | None = None) -> Path | None:
    """The folder of a repository in the cache, ``None`` if it is not there as a whole."""
    config = cached_file(repository, _CONFIG_FILE, revision=revision)
    if config is None:
        return None
    index = config.parent / _INDEX_FILE
    if not index.is_file():
        return config.parent if list(config.parent.glob("*.safetensors")) else None
    parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    return config.parent if all((config.parent / part).is_file() for part in parts) else None


def pulled_folder(repository: str, *, model_name: str, revision: str | None = None) -> Path:
    """The folder of a repository in the cache, with all files that a model is loaded from.

    They are configuration, tokenizer and safetensors at the top of the repository; never a
    pickle, and never code. What lies in the cache is compared with the digests that the Hub
    stated.

    Args:
        repository: ``"openai/clip-vit-base-patch32"``.
        model_name: what ``towhee hub pull`` calls the model, for messages.
        revision: a commit of the repository; its newest if not given.

    Raises:
        WeightsError: if files are neither cached nor to be had, or are damaged.
    """
    found = cached_folder(repository, revision=revision)
    if found is None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url, snapshot_download

        with _hub_errors(repository, model_name, _CONFIG_FILE):
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
                f"{repository} on the Hub holds no safetensors; towhee loads no other form of it"
            )
    for file in found.glob("*.safetensors"):
        verify_cached(file)
    return found


@contextlib.contextmanager
def _hub_errors(repository: str, model_name: str, file: str) -> Iterator[None]:
    """Errors of the Hub's client, as one sentence that says how to get what was asked for."""
    import httpx2
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    get_them = _remedy(repository, model_name)
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise WeightsError(
            f"the weights of {model_name} are not cached here, and HF_HUB_OFFLINE forbids to ask "
            f"the Hub: {get_them}"
        ) from error
    except GatedRepoError as error:
        raise WeightsError(
            f"{repository} on the Hub is open only to those who accept its terms: accept them at "
            f"https://huggingface.co/{repository}, then log in with `hf auth login`"
        ) from error
    except RepositoryNotFoundError as error:
        raise WeightsError(
            f"the Hub has no model repository {repository}, or it is private: check the name, or "
            "log in with `hf auth login`"
        ) from error
    except LocalEntryNotFoundError as error:
        raise WeightsError(_unreachable(model_name, get_them, error)) from error
    except EntryNotFoundError as error:
        raise WeightsError(
            f"{repository} on the Hub holds no {file}; towhee loads no other form"
        ) from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise WeightsError(_unreachable(model_name, get_them, error)) from error


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

    Raises:
        WeightsError: if they differ.
    """
    stated = stated_sha256(cached)
    if stated is None:
        return
    found = file_sha256(cached)
    if found != stated:
        raise WeightsError(
            f"{str(cached)!r} is damaged (sha256 {found[:12]}…, the Hub states {stated[:12]}…); "
            "delete it and pull it again"
        )


def _unreachable(model_name: str, get_them: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200]
    return (
        f"the weights of {model_name} are not cached here and the Hub cannot be reached: "
        f"{get_them} ({type(error).__name__}: {reason})"
    )


def _remedy(repository: str, model_name: str) -> str:
    return (
        f"run `towhee hub pull {model_name}` where there is a network and copy its cache "
        f"(HF_HOME), unset HF_HUB_OFFLINE if it is set, or pass checkpoint= with a folder of "
        f"{repository}"
    )
