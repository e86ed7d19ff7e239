"""Which weights of timm's models are on this machine, told without importing timm."""

from __future__ import annotations

from pathlib import Path


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


def cache_folder() -> Path | None:
    """Where downloaded weights lie, ``None`` without the Hub's client."""
    try:
        from huggingface_hub import constants
    except ImportError:
        return None
    return Path(constants.HF_HUB_CACHE)
