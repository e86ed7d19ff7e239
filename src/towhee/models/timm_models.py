"""What timm and the Hub know of a model: its names, its conditions, its weights.

The only module that imports timm.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from towhee.errors import MissingExtraError, UnknownNameError, WeightsError
from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE, read_config
from towhee.models.hub_weights import cached_file, pulled_file, stated_sha256
from towhee.models.preprocess import Preprocess
from towhee.models.spec import ModelSpec
from towhee.models.torchvision_cure import import_torchvision


def import_timm() -> Any:
    """The timm module.

    Raises:
        MissingExtraError: if it, torch or torchvision is not installed.
    """
    import_torchvision()
    try:
        import timm
    except ModuleNotFoundError as error:
        raise MissingExtraError("this model", "torch") from error
    return timm


def timm_config(spec: ModelSpec) -> dict[str, Any]:
    """timm's own configuration of a pretrained model: preprocessing, licence, repository.

    Raises:
        UnknownNameError: if timm has no such model or tag.
    """
    timm = import_timm()
    if spec.source == "hub":
        return dict(spec.config.get("pretrained_cfg") or {})
    if not timm.is_model(spec.architecture):
        raise UnknownNameError("model", spec.architecture, timm.list_models())
    known = timm.list_pretrained(f"{spec.architecture}.*")
    listed = spec.full_name in known or spec.source in ("folder", "file")
    if spec.tag and not listed:
        raise UnknownNameError("model", spec.full_name, known, f"(there are {', '.join(known)})")
    name = spec.full_name if spec.full_name in known else spec.architecture
    config = timm.get_pretrained_cfg(name)
    return config.to_dict() if config is not None else {}


def resolved(spec: ModelSpec) -> ModelSpec:
    """The specification with all that can be known of it without a download.

    A name without a tag gets the one that timm takes for it now; revision and digest are those
    of the cache.

    Raises:
        UnknownNameError: if timm has no such model or tag.
    """
    if spec.source == "hub":
        assert spec.location is not None
        found = cached_file(spec.location, CONFIG_FILE)
        spec = _with_config(spec, found) if found else spec
        return _with_cache(spec)
    if spec.source == "embedded":
        return spec
    config = timm_config(spec)
    preprocess = spec.preprocess or Preprocess.from_timm_config(config)
    if spec.source != "timm":
        return replace(spec, preprocess=preprocess)
    complete = replace(
        spec,
        tag=spec.tag or config.get("tag") or None,
        location=config.get("hf_hub_id"),
        license=config.get("license"),
        preprocess=preprocess,
    )
    return _with_cache(complete)


def preprocess_of(spec: ModelSpec) -> Preprocess:
    """The preprocessing that the model was evaluated with.

    Raises:
        WeightsError: for a repository of the Hub that is neither cached nor to be had.
    """
    if spec.preprocess is not None:
        return spec.preprocess
    known = repository_spec(spec) if spec.source == "hub" else resolved(spec)
    return known.preprocess or Preprocess()


def repository_spec(spec: ModelSpec) -> ModelSpec:
    """The specification of a repository with what its ``config.json`` says, pulled if need be."""
    assert spec.location is not None
    return _with_config(spec, pulled_file(spec.location, CONFIG_FILE, model_name=spec.full_name))


def cached_weights(spec: ModelSpec) -> Path | None:
    """The weights in the Hub's cache, ``None`` if they are not there; nothing is downloaded."""
    location = spec.location if spec.source == "hub" else timm_config(spec).get("hf_hub_id")
    return cached_file(location, WEIGHTS_FILE) if location else None


def pull_weights(spec: ModelSpec) -> Path:
    """The weights of a pretrained model in the Hub's cache, downloaded if they are not there.

    Raises:
        UnknownNameError: if timm has no such model or tag.
        WeightsError: if they are neither cached nor to be had; it says how to get them.
    """
    if spec.source == "hub":
        repository_spec(spec)
    known = resolved(spec)
    if not known.location:
        raise WeightsError(
            f"timm has no pretrained weights of {spec.full_name!r} on the Hub; pass checkpoint= "
            "with weights of your own, or pretrained=False for random ones"
        )
    return pulled_file(known.location, WEIGHTS_FILE, model_name=known.full_name)


def _with_config(spec: ModelSpec, file: Path) -> ModelSpec:
    config = read_config(file)
    stated = config.get("pretrained_cfg") or {}
    return replace(
        spec,
        architecture=config["architecture"],
        tag=stated.get("tag"),
        license=stated.get("license"),
        preprocess=Preprocess.from_timm_config(stated),
        config=config,
    )


def _with_cache(spec: ModelSpec) -> ModelSpec:
    cached = cached_file(spec.location, WEIGHTS_FILE) if spec.location else None
    if cached is None:
        return spec
    return replace(spec, revision=cached.parent.name, sha256=stated_sha256(cached))
