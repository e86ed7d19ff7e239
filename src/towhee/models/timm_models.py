"""Models of timm: by name from the Hugging Face Hub, or from a local checkpoint.

The only module that imports timm and huggingface_hub.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import MissingExtraError, UnknownNameError, WeightsError
from towhee.models.preprocess import Preprocess
from towhee.models.spec import WEIGHTS_FILE, ModelSpec
from towhee.models.torchvision_cure import import_torchvision

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)


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
    if not timm.is_model(spec.architecture):
        raise UnknownNameError("model", spec.architecture, timm.list_models())
    known = timm.list_pretrained(f"{spec.architecture}.*")
    if spec.tag and spec.full_name not in known:
        raise UnknownNameError("model", spec.full_name, known, f"(there are {', '.join(known)})")
    config = timm.get_pretrained_cfg(spec.full_name)
    return config.to_dict() if config is not None else {}


def preprocess_of(spec: ModelSpec) -> Preprocess:
    """The preprocessing that the model was evaluated with."""
    return spec.preprocess or Preprocess.from_config(timm_config(spec))


def pull_weights(spec: ModelSpec) -> Path:
    """The weights of a pretrained model in the Hub's cache, downloaded if they are not there.

    Raises:
        WeightsError: if they are neither cached nor to be had; it says how to get them.
    """
    config = timm_config(spec)  # first: it says what to install where something is missing
    import httpx2
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError

    repository = config.get("hf_hub_id")
    if not repository:
        raise WeightsError(
            f"timm has no pretrained weights of {spec.full_name!r} on the Hub; pass checkpoint= "
            "with weights of your own, or pretrained=False for random ones"
        )
    cached = cached_weights(spec)
    if cached is not None:  # without asking the Hub, so that it works offline and at once
        return cached
    try:
        return Path(hf_hub_download(repository, WEIGHTS_FILE))
    except LocalEntryNotFoundError as error:
        raise WeightsError(_not_to_be_had(spec, repository)) from error
    except EntryNotFoundError as error:
        raise WeightsError(
            f"{repository} on the Hub holds no {WEIGHTS_FILE}; towhee loads no other form"
        ) from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise WeightsError(f"{_not_to_be_had(spec, repository)} ({error})") from error


def cached_weights(spec: ModelSpec) -> Path | None:
    """The weights in the Hub's cache, ``None`` if they are not there; nothing is downloaded."""
    repository = timm_config(spec).get("hf_hub_id")
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, WEIGHTS_FILE) if repository else None
    return Path(found) if isinstance(found, str) else None


def _not_to_be_had(spec: ModelSpec, repository: str) -> str:
    return (
        f"the weights of {spec.full_name} are not cached here and the Hub cannot be reached: run "
        f"`towhee hub pull {spec.full_name}` where there is a network and copy its cache "
        f"(HF_HOME), unset HF_HUB_OFFLINE if it is set, or pass checkpoint= with a folder of "
        f"{repository}"
    )


def load_timm(spec: ModelSpec) -> torch.nn.Module:
    """The model without its classifier, in evaluation mode, on the CPU, in float32.

    Raises:
        WeightsError: if weights are absent, damaged, or of another architecture.
    """
    timm = import_timm()
    if not spec.pretrained:
        timm_config(spec)
        logger.warning("%s has random weights, as pretrained=False asks for", spec.full_name)
        return _without_classifier(timm.create_model(spec.architecture, pretrained=False))
    weights = spec.weights_file or pull_weights(spec)
    if spec.checkpoint is None:
        name, options = spec.full_name, {}
    else:
        if not timm.is_model(spec.architecture):
            raise UnknownNameError("model", spec.architecture, timm.list_models())
        name, options = spec.architecture, _checkpoint_options(spec, weights)
    with _weights_errors(spec, weights):
        model = timm.create_model(
            name, pretrained=True, pretrained_cfg_overlay={"file": str(weights)}, **options
        )
    return _without_classifier(model)


def _checkpoint_options(spec: ModelSpec, weights: Path) -> dict[str, Any]:
    """What timm must know of a checkpoint: its classes, and the arguments of its network."""
    options: dict[str, Any] = dict(spec.config.get("model_args") or {})
    stated = dict(spec.config.get("pretrained_cfg") or {})
    classes = spec.config.get("num_classes", stated.get("num_classes"))
    if classes is None:
        classes = _count_classes(spec, weights)
    options["num_classes"] = classes
    if stated:
        options["pretrained_cfg"] = {**stated, "num_classes": classes}
    if spec.config.get("global_pool"):
        options["global_pool"] = spec.config["global_pool"]
    return options


def _count_classes(spec: ModelSpec, weights: Path) -> int:
    """The rows of the classifier in a bare weights file, 0 if it has none."""
    if weights.suffix != ".safetensors":
        return 1000
    from safetensors import safe_open

    config = import_timm().get_pretrained_cfg(spec.architecture)
    classifier = config.classifier if config is not None else "fc"
    key = f"{classifier if isinstance(classifier, str) else classifier[0]}.weight"
    with _weights_errors(spec, weights), safe_open(weights, "pt") as file:
        return int(file.get_slice(key).get_shape()[0]) if key in list(file.keys()) else 0


@contextlib.contextmanager
def _weights_errors(spec: ModelSpec, weights: Path) -> Iterator[None]:
    """Errors of reading weights, as one sentence that names the file."""
    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, EOFError) as error:
        raise WeightsError(
            f"{str(weights)!r} is damaged or cut short ({error}); delete it and pull it again"
        ) from error
    except FileNotFoundError as error:
        raise WeightsError(f"weights {str(weights)!r} do not exist") from error
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(
            f"{str(weights)!r} does not hold the weights of {spec.architecture}: {reason}"
        ) from error


def _without_classifier(model: Any) -> torch.nn.Module:
    model.reset_classifier(0)
    evaluated: torch.nn.Module = model.eval()
    return evaluated
