"""What made the vectors in a file, so that they are never compared with others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import towhee
from towhee.errors import UsageError

if TYPE_CHECKING:
    from towhee.pipelines.spec import PipelineSpec

_PREFIX = "towhee."


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where vectors come from.

    Attributes:
        pipeline: the pipeline's name.
        dimension: the length of the vectors.
        model: the model and its weights, ``None`` if the pipeline names none.
        steps: the pipeline's operators and their arguments, as JSON.
        version: of the towhee that wrote them.
    """

    pipeline: str
    dimension: int
    model: str | None
    steps: str
    version: str = towhee.__version__

    @classmethod
    def of(cls, spec: PipelineSpec, dimension: int) -> Provenance:
        """That of the vectors which a pipeline gives here and now."""
        done = spec.graph or [[step.operator, step.arguments] for step in spec.steps]
        steps = json.dumps(done, default=str, sort_keys=True)
        return cls(spec.name, dimension, _model(spec), steps)

    @classmethod
    def read(cls, metadata: Mapping[bytes, bytes]) -> Provenance | None:
        """What a Parquet schema states; ``None`` for a file that towhee did not write."""
        text = {key.decode(): value.decode() for key, value in metadata.items()}
        own = {
            key.removeprefix(_PREFIX): value
            for key, value in text.items()
            if key.startswith(_PREFIX)
        }
        if not {"pipeline", "dimension"} <= own.keys():
            return None
        return cls(
            own["pipeline"],
            int(own["dimension"]),
            own.get("model"),
            own.get("steps", ""),
            own.get("version", ""),
        )

    def metadata(self) -> dict[str, str]:
        """It as metadata of a Parquet schema."""
        values = {
            "pipeline": self.pipeline,
            "dimension": str(self.dimension),
            "model": self.model,
            "steps": self.steps,
            "version": self.version,
        }
        return {f"{_PREFIX}{key}": value for key, value in values.items() if value is not None}

    def require_same(self, now: Provenance, path: str) -> None:
        """Refuse vectors that cannot be compared with those made now.

        Raises:
            UsageError: which says what differs.
        """
        remedy = "embed the images again, or search with what made them"
        for what, then, today in (
            ("pipeline", self.pipeline, now.pipeline),
            ("model", self.model, now.model),
            ("steps", self.steps, now.steps),
            ("dimension", self.dimension, now.dimension),
        ):
            if then and then != today:
                raise UsageError(
                    f"{path!r} holds vectors of {what} {then} (towhee {self.version}), and the "
                    f"queries would be embedded with {what} {today}; their vectors cannot be "
                    f"compared: {remedy}"
                )


def _model(spec: PipelineSpec) -> str | None:
    from towhee.models.embedded_model import embedded_model
    from towhee.models.spec import model_spec

    if "image_embedding.embedded" in spec.operators:
        model = embedded_model()
        return f"{model.name} ({model.sha256[:12]})"
    if "image_embedding.timm" in spec.operators and spec.model_name is not None:
        return model_spec(spec.model_name).full_name
    return spec.model_name
