"""What is known of a model without loading it."""

from __future__ import annotations

from typing import Any

from towhee.models.embedded_model import embedded_model
from towhee.models.spec import ModelSpec, model_spec

_EMBEDDED = ("image-embedding", "towhee-image-small")


def describe_model(name: str) -> dict[str, Any]:
    """A model as plain values: weights, licence, dimension, conditions, and whether it is here.

    Nothing is downloaded and no weights are loaded.

    Args:
        name: of a model of timm, with or without a tag, ``"hf-hub:owner/name"``, or
            ``"image-embedding"`` for the one inside the package.

    Raises:
        UnknownNameError: if timm has no such model.
        MissingExtraError: if timm is not installed.
    """
    is_embedded = name in _EMBEDDED or name == embedded_model().name
    return describe_embedded() if is_embedded else describe_timm(name)


def describe_embedded() -> dict[str, Any]:
    """The model inside the package, as plain values."""
    model = embedded_model()
    return {
        "model": model.name,
        "architecture": model.architecture,
        "tag": None,
        "source": "embedded",
        "weights": "inside the package",
        "weights_here": True,
        "path": None,
        "revision": model.spec.revision,
        "sha256": model.sha256,
        "license": model.license,
        "card": None,
        "dimension": model.dimension,
        "preprocess": model.preprocess.as_config(),
    }


def describe_timm(model_name: str) -> dict[str, Any]:
    """A model of timm, as plain values: its pinned tag, its conditions, where its weights are.

    Nothing is downloaded and no weights are loaded.

    Raises:
        UnknownNameError: if timm has no such model or tag.
        MissingExtraError: if timm is not installed.
    """
    from towhee.models.timm_models import cached_weights, resolved

    spec = resolved(model_spec(model_name))
    cached = cached_weights(spec)
    return {
        "model": spec.full_name,
        "architecture": spec.architecture,
        "tag": spec.tag,
        "source": spec.source,
        "weights": spec.location,
        "weights_here": cached is not None,
        "path": str(cached) if cached else None,
        "revision": spec.revision,
        "sha256": spec.sha256,
        "license": spec.license,
        "card": spec.card,
        "dimension": _dimension(spec),
        "preprocess": spec.preprocess.as_config() if spec.preprocess else None,
    }


def _dimension(spec: ModelSpec) -> int | None:
    from towhee.models.dimension import vector_dimension

    if spec.dimension is not None:
        return spec.dimension
    if spec.source == "hub" and not spec.config:
        return None  # only its config.json says what it is, and that is not here
    return vector_dimension(spec, None, None)
