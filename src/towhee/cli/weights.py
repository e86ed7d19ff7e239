"""Which weights are on this machine, told without importing timm or transformers."""

from __future__ import annotations

from pathlib import Path

from towhee.errors import MissingExtraError


def is_cached(model_name: str) -> bool | None:
    """Whether the weights of a listed model are in the Hub's cache, ``None`` without its client.

    A pinned model's repository is ``timm/<model>.<tag>``; asking timm itself takes seconds.
    """
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    from towhee.models.spec import WEIGHTS_FILE, model_spec

    found = try_to_load_from_cache(f"timm/{model_spec(model_name).full_name}", WEIGHTS_FILE)
    return isinstance(found, str)


def is_sentence_model_cached(model_name: str) -> bool | None:
    """The same for a sentence model."""
    from towhee.models.text.describe import cached_weights
    from towhee.models.text.spec import sentence_spec

    try:
        return cached_weights(sentence_spec(model_name)) is not None
    except MissingExtraError:
        return None


def cache_folder() -> Path | None:
    """Where downloaded weights lie, ``None`` without the Hub's client."""
    try:
        from huggingface_hub import constants
    except ImportError:
        return None
    return Path(constants.HF_HUB_CACHE)
