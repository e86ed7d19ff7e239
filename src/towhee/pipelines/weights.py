"""The weights behind a pipeline: what is known of them, whether they are here, how to have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee.errors import MissingExtraError, UsageError
from towhee.hub import registry
from towhee.models.onnx_file import PUBLISHED, OnnxFile
from towhee.operators.base import OperatorRef
from towhee.pipelines.spec import PipelineSpec

_EMBEDDED = "image_embedding.embedded"
_TIMM = "image_embedding.timm"
_SENTENCE = "text_embedding.sentence_transformers"


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
        if spec.model_name in PUBLISHED:
            return all(file.cached() is not None for file in _onnx_files(spec))
        return _cached(spec.model_name, spec.operators) is not None
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
    if _TIMM in spec.operators:
        from towhee.models.spec import model_spec
        from towhee.models.timm_models import pull_weights, timm_config

        timm = model_spec(spec.model_name)
        timm_config(timm)  # refuses what timm does not have, or says how to install it
        return timm.full_name, pull_weights(timm)
    if _SENTENCE in spec.operators:
        from towhee.models.text.describe import pulled_weights
        from towhee.models.text.spec import sentence_spec

        sentence = sentence_spec(spec.model_name)
        return sentence.name, pulled_weights(sentence)
    from towhee.models.model_source import model_source

    if spec.model_name in PUBLISHED:
        *_, last = [file.path() for file in _onnx_files(spec)]
        return spec.model_name, last
    source = model_source(spec.model_name, known={})
    return source.name, source.folder()


def model_about(spec: PipelineSpec) -> dict[str, Any] | None:
    """The model as plain values; ``None`` for a pipeline without one. Nothing is downloaded.

    Raises:
        UnknownNameError: if there is no such model.
    """
    from towhee.models.describe import describe_embedded, describe_timm
    from towhee.models.text.describe import describe_sentence_model

    if is_in_package(spec):
        return describe_embedded()
    if spec.model_name is None:
        return None
    try:
        if _TIMM in spec.operators:
            return describe_timm(spec.model_name)
        if _SENTENCE in spec.operators:
            return describe_sentence_model(spec.model_name)
    except MissingExtraError as error:
        return {**_stated(spec, _full_name(spec)), "missing": str(error)}
    return _described(spec)


def _cached(model_name: str, operators: tuple[str, ...]) -> Path | None:
    from towhee.models.hub_weights import cached_file
    from towhee.models.model_source import model_source
    from towhee.models.spec import WEIGHTS_FILE, model_spec
    from towhee.models.text.describe import cached_weights
    from towhee.models.text.spec import sentence_spec

    if _TIMM in operators:
        # A pinned model's repository is timm/<model>.<tag>; asking timm itself takes seconds.
        return cached_file(f"timm/{model_spec(model_name).full_name}", WEIGHTS_FILE)
    if _SENTENCE in operators:
        return cached_weights(sentence_spec(model_name))
    return model_source(model_name, known={}).cached()


def _onnx_files(spec: PipelineSpec) -> list[OnnxFile]:
    """The files that a pipeline of ONNX models needs: other operators', then its own model."""
    assert spec.model_name is not None
    defaults = [
        next(iter(getattr(OperatorRef(*registry.find(name)).resolve(), "models", ())), None)
        for name in spec.operators
    ]
    others = [name for name in defaults[:-1] if name in PUBLISHED]
    return [PUBLISHED[name] for name in [*others, spec.model_name]]


def _full_name(spec: PipelineSpec) -> str:
    from towhee.models.spec import model_spec
    from towhee.models.text.spec import sentence_spec

    assert spec.model_name is not None
    if _TIMM in spec.operators:
        return model_spec(spec.model_name).full_name
    return sentence_spec(spec.model_name).name


def _stated(spec: PipelineSpec, model: str) -> dict[str, Any]:
    return {
        "model": model,
        "license": spec.license,
        "dimension": spec.dimension,
        "megabytes": spec.megabytes,
    }


def _described(spec: PipelineSpec) -> dict[str, Any]:
    from towhee.models.model_source import model_source

    assert spec.model_name is not None
    source = PUBLISHED.get(spec.model_name) or model_source(spec.model_name, known={})
    about = _stated(spec, source.name)
    try:
        cached = source.cached()
    except MissingExtraError as error:
        return {**about, "missing": str(error)}
    return {
        **about,
        "source": "hub",
        "weights": source.name,
        "weights_here": cached is not None,
        "path": str(cached) if cached else None,
        "revision": cached.name if cached else source.known.revision,
        "card": f"https://huggingface.co/{source.name}",
    }
