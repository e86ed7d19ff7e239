"""Networks of timm, with the weights that a specification names."""

from __future__ import annotations

import contextlib
import logging
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import UnknownNameError, WeightsError, one_line
from towhee.models.hub_weights import verify_cached
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import import_timm, pull_weights, repository_spec, timm_config

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)


def load_timm(spec: ModelSpec) -> torch.nn.Module:
    """The model without its classifier, in evaluation mode, on the CPU, in float32.

    Raises:
        WeightsError: if weights are absent, damaged, or of another architecture.
        UnknownNameError: if timm has no such model or tag.
    """
    if spec.source == "random":
        timm_config(spec)
        logger.warning("%s has random weights, as pretrained=False asks for", spec.full_name)
        return untrained(spec)
    return _without_classifier(load_timm_classifier(spec))


def load_timm_classifier(spec: ModelSpec) -> torch.nn.Module:
    """The whole model with pretrained weights, in evaluation mode, on the CPU, in float32.

    Raises:
        WeightsError: if weights are absent, damaged, or of another architecture.
        UnknownNameError: if timm has no such model or tag.
    """
    if spec.source == "hub":
        spec = repository_spec(spec)
    weights = spec.weights_file
    if weights is None:
        weights = pull_weights(spec)
        verify_cached(weights)
    with _weights_errors(spec, weights), _untouched_random_numbers():
        model: torch.nn.Module = _created(spec, weights)
    return model.eval()


def untrained(spec: ModelSpec) -> torch.nn.Module:
    """The network of a specification without its classifier, with random weights."""
    timm = import_timm()
    _check_known(spec)
    with _untouched_random_numbers():
        options = dict(spec.config.get("model_args") or {})
        if spec.config.get("global_pool"):
            options["global_pool"] = spec.config["global_pool"]
        model = timm.create_model(spec.architecture, pretrained=False, **options)
    return _without_classifier(model)


def _created(spec: ModelSpec, weights: Path) -> Any:
    timm = import_timm()
    _check_known(spec)
    # Every key has to fit, which timm asks for as long as the number of classes is the file's own.
    overlay: dict[str, Any] = {"custom_load": False}
    if weights.suffix.lower() == ".safetensors":
        overlay["file"] = str(weights)
    else:  # a pickle: only one that the user trusts has come this far
        overlay["state_dict"] = timm.models.load_state_dict(str(weights), weights_only=False)
    if spec.source == "timm":
        return timm.create_model(spec.full_name, pretrained=True, pretrained_cfg_overlay=overlay)
    options = _checkpoint_options(spec, weights)
    return timm.create_model(
        spec.architecture, pretrained=True, pretrained_cfg_overlay=overlay, **options
    )


def _check_known(spec: ModelSpec) -> None:
    timm = import_timm()
    if not timm.is_model(spec.architecture):
        raise UnknownNameError("model", spec.architecture, timm.list_models())


def _checkpoint_options(spec: ModelSpec, weights: Path) -> dict[str, Any]:
    """What timm must know of a checkpoint: its classes, and the arguments of its network."""
    options: dict[str, Any] = dict(spec.config.get("model_args") or {})
    stated = dict(spec.config.get("pretrained_cfg") or {})
    classes = spec.config.get("num_classes", stated.get("num_classes"))
    if classes is None:
        classes = _count_classes(spec, weights)
    options["num_classes"] = classes
    options["pretrained_cfg"] = {**_default_config(spec), **stated, "num_classes": classes}
    if spec.config.get("global_pool"):
        options["global_pool"] = spec.config["global_pool"]
    return options


def _default_config(spec: ModelSpec) -> dict[str, Any]:
    config = import_timm().get_pretrained_cfg(spec.architecture)
    return config.to_dict() if config is not None else {}


def _count_classes(spec: ModelSpec, weights: Path) -> int:
    """The rows of the classifier in a bare weights file, 0 if it has none."""
    if weights.suffix.lower() != ".safetensors":
        return int(_default_config(spec).get("num_classes", 1000))
    from safetensors import safe_open

    classifier = _default_config(spec).get("classifier") or "fc"
    key = f"{classifier if isinstance(classifier, str) else classifier[0]}.weight"
    with safe_open(weights, "pt") as file:
        return int(file.get_slice(key).get_shape()[0]) if key in list(file.keys()) else 0


def _without_classifier(model: Any) -> torch.nn.Module:
    model.reset_classifier(0)
    evaluated: torch.nn.Module = model.eval()
    return evaluated


@contextlib.contextmanager
def _untouched_random_numbers() -> Iterator[None]:
    """Leave torch's random numbers as they are; a new network draws its first weights from them."""
    import torch

    with torch.random.fork_rng(devices=[]):
        yield


@contextlib.contextmanager
def _weights_errors(spec: ModelSpec, weights: Path) -> Iterator[None]:
    """Errors of reading weights, as one sentence that names the file."""
    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, EOFError, pickle.UnpicklingError) as error:
        raise WeightsError(
            f"{str(weights)!r} is damaged or cut short ({error}); delete it and pull it again"
        ) from error
    except FileNotFoundError as error:
        raise WeightsError(f"weights {str(weights)!r} do not exist") from error
    except (RuntimeError, KeyError, TypeError, AttributeError) as error:
        reason = one_line(error, 300)
        raise WeightsError(
            f"{str(weights)!r} does not hold the weights of {spec.architecture}: {reason}"
        ) from error
