"""A method of pre-training, built around the network of an operator."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from towhee.errors import UsageError
from towhee.models.timm_network import untrained
from towhee.trainer.models.image_model import ImageModel
from towhee.trainer.pretraining.dino import Dino
from towhee.trainer.pretraining.job import Built, Job
from towhee.trainer.pretraining.masked_autoencoder import MaskedAutoencoder
from towhee.trainer.pretraining.masked_prediction import MaskedPrediction
from towhee.trainer.pretraining.method import Method
from towhee.trainer.pretraining.names import PRETRAININGS
from towhee.trainer.pretraining.random_views import RandomViews
from towhee.trainer.pretraining.simclr import SimCLR
from towhee.trainer.pretraining.views_for import (
    LOCAL_CROPS,
    allow_any_side,
    local_side,
    require_side,
    takes_side,
    views_for,
)
from towhee.trainer.pretraining.vision_transformer import require_patches
from towhee.trainer.settings import Settings
from towhee.trainer.trainable import Trainable

HIDING = ("masked_autoencoder", "masked_prediction")
"""Methods that hide patches, which only vision transformers have."""

_TAUGHT = ("dino", "masked_prediction")
"""Methods whose teacher is the network once more."""


def image_model(model: Trainable, method: str) -> ImageModel:
    """The model, if images can be cropped and hidden for it.

    Raises:
        UsageError: for a model of another kind, and one that was trained with a projection.
    """
    if not isinstance(model, ImageModel):
        raise UsageError(
            f"{method} learns from views of images, and {model.ref.name} embeds "
            f"{model.abilities.unit}: pre-train image_embedding.timm, or train this operator with "
            "labels, or with a teacher"
        )
    return model


def check_suits(model: Trainable, method: str) -> None:
    """Refuse a method that does not suit a model, by a network without its weights.

    Raises:
        UsageError: which says why, and what would suit it.
    """
    chosen = image_model(model, method)
    if method in HIDING:
        require_patches(untrained(chosen.spec), chosen.about.name, method)


def built(job: Job, settings: Settings) -> Built:
    """The method around the network, and the views that it takes.

    Raises:
        UsageError: for a method that does not suit the network; it says what would.
    """
    model = image_model(job.model, job.method)
    network, projection = model.load()
    name = model.about.name
    if projection is not None:
        raise UsageError(
            f"{name} was trained with a projection behind its features, which pre-training would "
            "move away from under it: pre-train the untouched model, and train with labels after it"
        )
    side, own = _side(model, job.arguments)
    if job.method in HIDING:
        require_patches(network, name, job.method)
    else:
        allow_any_side(network)
    # Before the network is asked for a layer, by a hook that a copy would share.
    again = copy.deepcopy(network) if job.method in _TAUGHT else None
    vectors = model.vectors(network)
    small, crops = None, int(job.arguments.get("local_crops", LOCAL_CROPS))
    if side != own:
        require_side(vectors, side, job.method, name)
    if job.method == "dino" and takes_side(vectors, local_side(side)):
        small = local_side(side)
    augment = str(job.arguments.get("augment") or job.config.augment or "strong")
    if augment == "none":
        raise UsageError(
            "augment='none' makes all views of an image the same, and nothing could be learned "
            "from them: take 'light' or 'strong'"
        )
    views = views_for(job.method, side, augment, small, crops)
    return Built(
        _method(job, settings.steps, model, network, vectors, again),
        network,
        vectors,
        RandomViews(job.data, model.preprocess, views, job.config.seed),
    )


def _method(
    job: Job, steps: int, model: ImageModel, network: Any, vectors: Any, again: Any
) -> Method:
    """The method, which trains the network, and whose teacher is the network once more."""
    known = (name for name in PRETRAININGS[job.method] if name not in ("side", "local_crops"))
    own = {name: job.arguments[name] for name in known if name in job.arguments}
    if job.method == "masked_autoencoder":
        return MaskedAutoencoder(network, **own)
    if job.method == "masked_prediction":
        return MaskedPrediction(network, again, steps, **own)
    width = _width(vectors, model.preprocess.input_size)
    if job.method == "simclr":
        return SimCLR(vectors, width, **own)
    return Dino(vectors, model.vectors(again), width, steps, **own)


def _side(model: ImageModel, arguments: Mapping[str, Any]) -> tuple[int, int]:
    """The side of the views, and that of the model's own input."""
    _, height, width = model.preprocess.input_size
    return int(arguments.get("side", min(height, width))), min(height, width)


def _width(vectors: Any, input_size: tuple[int, int, int]) -> int:
    import torch

    with torch.inference_mode():
        return int(vectors(torch.zeros(1, *input_size)).shape[1])
