"""Models of the Hub whose weights are a pickle, for users who trust their owners."""

from __future__ import annotations

from pathlib import Path

from towhee.errors import WeightsError
from towhee.models.hub_weights import cached_file, pulled_file, pulled_folder, verify_cached

PICKLE_FILE = "pytorch_model.bin"


def trusted_folder(repository: str, *, model_name: str, revision: str | None = None) -> Path:
    """The folder of a repository in the cache, with its pickle where it holds no safetensors.

    Args:
        repository: ``"Helsinki-NLP/opus-mt-en-de"``.
        model_name: what ``towhee hub pull`` calls the model, for messages.
        revision: a commit of the repository; its newest if not given.

    Raises:
        WeightsError: if files are neither cached nor to be had, or are damaged.
    """
    weights = cached_file(repository, PICKLE_FILE, revision=revision)
    if weights is None:
        try:
            return pulled_folder(repository, model_name=model_name, revision=revision)
        except WeightsError:  # it leaves the other files in the cache if it lacks only weights
            weights = pulled_file(repository, PICKLE_FILE, model_name=model_name, revision=revision)
    verify_cached(weights)
    return weights.parent
