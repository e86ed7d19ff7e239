"""What is known of a model without loading it."""

from __future__ import annotations

from typing import Any

from towhee.models.embedded_model import embedded_model
from towhee.models.spec import model_spec


def describe_embedded() -> dict[str, Any]:
    """The model inside the package, as plain values."""
    model = embedded_model()
    return {
        "model": model.name,
        "weights": "inside the package",
        "weights_here": True,
        "sha256": model.sha256,
        "license": model.license,
        "dimension": model.dimension,
        "preprocess": model.preprocess.as_config(),
    }


def describe_timm(model_name: str) -> dict[str, Any]:
    """A model of timm, as plain values: its pinned tag, its conditions, where its weights are.

    Nothing is downloaded and no weights are loaded.

    Raises:
        UnknownNameError: if timm has no such model.
        MissingExtraError: if timm is not installed.
    """
    from towhee.models.timm_models import cached_weights, preprocess_of, timm_config

    spec = model_spec(model_name)
    config = timm_config(spec)
    cached = cached_weights(spec)
    return {
        "model": spec.full_name,
        "weights": config.get("hf_hub_id"),
        "weights_here": cached is not None,
        "path": str(cached) if cached else None,
        "revision": cached.parent.name if cached else None,
        "license": config.get("license"),
        "dimension": spec.dimension,
        "preprocess": preprocess_of(spec).as_config(),
    }
