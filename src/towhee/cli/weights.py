"""Where downloaded weights lie."""

from __future__ import annotations

from pathlib import Path


def cache_folder() -> Path | None:
    """Where downloaded weights lie, ``None`` without the Hub's client."""
    try:
        from huggingface_hub import constants
    except ImportError:
        return None
    return Path(constants.HF_HUB_CACHE)
