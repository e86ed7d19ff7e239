"""The weights behind a pipeline: what is known of them, whether they are here, how to have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee.errors import MissingExtraError, UsageError
from towhee.models.describe import describe_embedded
from towhee.pipelines.spec import PipelineSpec
from towhee.pipelines.weight_kinds import kind_of

_EMBEDDED = "image_embedding.embedded"


def is_in_package(spec: PipelineSpec) -> bool:
    """Whether its model ships inside the package."""
    return _EMBEDDED in spec.operators


def weights_here(spec: PipelineSpec) -> bool | None:
    """Whether nothing has to be downloaded.

    ``None`` where there are no weights to speak of, or the Hub's client is not installed. Neither
    timm nor transformers is imported for it.
    """
    if is_in_package(spec):
        return True
    if spec.model_name is None:
        return None
    try:
        return kind_of(spec).cached(spec.model_name) is not None
    except MissingExtraError:
        return None


def pulled(spec: PipelineSpec) -> tuple[str, Path]:
    """The full name of the model, and its weights in the cache, downloaded if need be.

    Raises:
        UsageError: for a pipeline that has none to download.
        UnknownNameError: if there is no such model.
        WeightsError: if they are neither cached nor to be had; it says how to get them.
    """
    if spec.model_name is None or is_in_package(spec):
        raise UsageError(f"{spec.name} has no weights to download")
    kind = kind_of(spec)
    return kind.full_name(spec.model_name), kind.pulled(spec.model_name)


def model_about(spec: PipelineSpec) -> dict[str, Any] | None:
    """The model as plain values; ``None`` for a pipeline without one. Nothing is downloaded.

    Raises:
        UnknownNameError: if there is no such model.
    """
    if is_in_package(spec):
        return describe_embedded()
    if spec.model_name is None:
        return None
    kind = kind_of(spec)
    stated = {
        "model": kind.full_name(spec.model_name),
        "license": spec.license,
        "dimension": spec.dimension,
        "megabytes": spec.megabytes,
    }
    try:
        return {**stated, **kind.about(spec.model_name)}
    except MissingExtraError as error:
        return {**stated, "missing": str(error)}
