"""Which pipeline a name on the command line stands for: its own name, or that of its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee.errors import MissingExtraError

if TYPE_CHECKING:
    from towhee.pipelines.spec import PipelineSpec

_TIMM = "image_embedding.timm"
_SENTENCE = "text_embedding.sentence_transformers"
_OF_TIMM = ("timm/", "hf-hub:")


def pipeline_behind(name: str) -> PipelineSpec:
    """The pipeline of that name, or the one that runs the model of that name.

    ``"resnet50"`` and ``"resnet50.tv_in1k"`` are models of timm, ``"all-MiniLM-L6-v2"`` and
    repositories that no pipeline is known for, ``"owner/name"``, of sentence-transformers.

    Raises:
        UnknownNameError: if nothing bears the name; it offers the closest of all.
    """
    from towhee.errors import UnknownNameError
    from towhee.pipelines.catalogue_files import catalogue_pipeline, family_of
    from towhee.pipelines.pipeline import list_pipelines
    from towhee.pipelines.registered import registered_pipelines

    own = registered_pipelines().get(name) or catalogue_pipeline(name.removeprefix("towhee/"))
    listed = list_pipelines()
    timm = family_of(_TIMM)
    if own is not None and (own in listed or not own.name.startswith(timm.prefix)):
        return own
    by_model = {spec.model_name: spec for spec in reversed(listed) if spec.model_name}
    if own is None and name in by_model:
        return by_model[name]
    if own is None and "/" in name and not name.startswith(_OF_TIMM):
        return family_of(_SENTENCE).of_model(name)
    model_name = name.removeprefix(timm.prefix)
    known = timm_names()
    plain = model_name.removeprefix("timm/").partition(".")[0]
    if model_name.startswith("hf-hub:") or plain in {each.partition(".")[0] for each in known}:
        return timm.of_model(model_name)
    names = [*(spec.name for spec in listed), *by_model, *known]
    raise UnknownNameError("pipeline, model or operator", name, names)


def is_of_known_model(name: str) -> bool:
    """Whether a pipeline is known for the model of that name."""
    from towhee.pipelines.pipeline import list_pipelines

    return name.startswith(_OF_TIMM) or any(spec.model_name == name for spec in list_pipelines())


def timm_names() -> list[str]:
    """The models of timm: all of them if it is installed, else the pinned ones."""
    from towhee.models.pretrained_tags import PINNED
    from towhee.models.timm_models import import_timm

    try:
        return list(import_timm().list_models())
    except MissingExtraError:
        return list(PINNED)
