"""What is known of a model, whether the packages that run it are installed or not."""

from __future__ import annotations

from typing import Any

from towhee.errors import MissingExtraError


def model_about(name: str) -> dict[str, Any]:
    """A model as plain values: weights, licence, dimension, preprocessing.

    Args:
        name: of a model of timm, with or without a tag, or one of ``embedded_names()``.

    Raises:
        UnknownNameError: if timm has no such model or tag.
    """
    from towhee.models.describe import describe_embedded, describe_timm
    from towhee.models.pretrained_tags import PINNED
    from towhee.models.spec import model_spec

    if name in embedded_names():
        return describe_embedded()
    try:
        return describe_timm(name)
    except MissingExtraError as error:
        spec = model_spec(name)
        _, dimension, license = PINNED.get(spec.architecture, (None, None, None))
        return {
            "model": spec.full_name,
            "license": license,
            "dimension": dimension,
            "missing": str(error),
        }


def model_names() -> list[str]:
    """The models that are known here: all of timm's if it is installed, else the pinned ones."""
    from towhee.models.pretrained_tags import PINNED
    from towhee.models.timm_models import import_timm

    try:
        names = import_timm().list_models()
    except MissingExtraError:
        names = list(PINNED)
    return [*embedded_names(), *names]


def sentence_model_about(name: str) -> dict[str, Any]:
    """A sentence model as plain values: weights, licence, dimension."""
    from towhee.models.text.describe import describe_sentence_model
    from towhee.models.text.spec import sentence_spec

    try:
        return describe_sentence_model(name)
    except MissingExtraError as error:
        spec = sentence_spec(name)
        return {
            "model": spec.name,
            "license": spec.license,
            "dimension": spec.dimension,
            "missing": str(error),
        }


def sentence_model_of(name: str) -> str | None:
    """The sentence model that a name stands for: its own, or its pipeline's; ``None`` for none.

    A name with an owner is a repository of sentence-transformers, unless it says otherwise:
    ``"timm/resnet50"``, ``"hf-hub:owner/name"``.
    """
    from towhee.models.text.known_models import DEFAULT_MODEL, KNOWN
    from towhee.pipelines.catalogue import PREFIX, SENTENCE_EMBEDDING, SENTENCE_PREFIX

    if name.replace("_", "-") == SENTENCE_EMBEDDING:
        return DEFAULT_MODEL
    if name.startswith(SENTENCE_PREFIX):
        return name.removeprefix(SENTENCE_PREFIX)
    has_owner = "/" in name and not name.startswith(("timm/", "towhee/", "hf-hub:", PREFIX))
    return name if name in KNOWN or has_owner else None


def embedded_names() -> tuple[str, ...]:
    """What the model inside the package is called: by its pipeline, and by its own name."""
    from towhee.models.embedded_model import embedded_model
    from towhee.pipelines.catalogue import EMBEDDED

    full = embedded_model().name
    return (EMBEDDED.name, full, full.partition(" ")[0])
