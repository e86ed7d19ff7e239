"""The pipelines that come with towhee, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """A named pipeline.

    Attributes:
        name: what ``pipeline(name)`` takes.
        data: the kind of data it takes: ``"image"`` or ``"text"``.
        summary: what it gives, in one line.
        steps: its operators: names and keyword arguments.
        dimension: the length of the vectors it gives.
        license: of its weights.
        extra: the extra to install for it, ``None`` if the core is enough.
        model_name: the model behind it, ``None`` for the one inside the package.
    """

    name: str
    data: str
    summary: str
    steps: tuple[tuple[str, dict[str, Any]], ...] = field(repr=False)
    dimension: int | None = None
    license: str | None = None
    extra: str | None = None
    model_name: str | None = None


EMBEDDED = PipelineSpec(
    name="image-embedding",
    data="image",
    summary="images to vectors with the model inside the package; no download, no torch",
    steps=(("image_decode.pil", {}), ("image_embedding.embedded", {})),
    license="Apache-2.0",
)

PREFIX = "image-embedding-"

SENTENCE_EMBEDDING = "sentence-embedding"
SENTENCE_PREFIX = f"{SENTENCE_EMBEDDING}-"


def timm_pipeline(
    model_name: str, arguments: dict[str, Any], dimension: int | None, license: str | None
) -> PipelineSpec:
    """The pipeline of one timm model: ``image-embedding-<model name>``."""
    return PipelineSpec(
        name=PREFIX + model_name,
        data="image",
        summary=f"images to vectors with timm's {model_name}",
        steps=(
            ("image_decode.pil", {}),
            ("image_embedding.timm", {"model_name": model_name, **arguments}),
        ),
        dimension=dimension,
        license=license,
        extra="torch",
        model_name=model_name,
    )


def sentence_pipeline(
    name: str, model_name: str, dimension: int | None, license: str | None
) -> PipelineSpec:
    """The pipeline of one sentence model."""
    return PipelineSpec(
        name=name,
        data="text",
        summary=f"texts to vectors with {model_name}",
        steps=(("text_embedding.sentence_transformers", {"model_name": model_name}),),
        dimension=dimension,
        license=license,
        extra="text",
        model_name=model_name,
    )
