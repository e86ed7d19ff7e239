"""What a pipeline is, as data: its steps, and what a user wants to know before using it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from towhee.models.known_model import KnownModel

MODEL_NAME = "{model_name}"
"""What stands for the model in the name and the texts of a family of pipelines."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operator of a chain.

    Attributes:
        operator: its dotted name.
        arguments: its keyword arguments.
        when: what arguments of the last step have to be for this one to be there; always if empty.
    """

    operator: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """A named pipeline.

    Attributes:
        name: what ``pipeline(name)`` takes.
        data: the kind of data it takes: ``"image"``, ``"text"``, ``"audio"``, …
        summary: what it gives, in one line.
        steps: of a chain; empty for a graph.
        graph: as ``pipe(...).to_yaml()`` writes it; ``None`` for a chain.
        dimension: the length of the vectors it gives.
        license: of its weights.
        megabytes: what is downloaded for it, about.
        extra: the extra to install for it, ``None`` if the core is enough.
        model_name: the model behind it, ``None`` if it works without weights.
        card: what it is good for and what not, in Markdown.
        family: the operator each of whose models has a pipeline of this form; ``None`` for one
            that stands alone.
        folder: where paths within it start from; ``None`` for the catalogue's.
    """

    name: str
    data: str
    summary: str
    steps: tuple[Step, ...] = field(default=(), repr=False)
    graph: Mapping[str, Any] | None = field(default=None, repr=False)
    dimension: int | None = None
    license: str | None = None
    megabytes: int | None = None
    extra: str | None = None
    model_name: str | None = None
    card: str = field(default="", repr=False)
    family: str | None = None
    folder: Path | None = None

    @property
    def operators(self) -> tuple[str, ...]:
        """The names of its operators, in order."""
        if self.graph is None:
            return tuple(step.operator for step in self.steps)
        nodes = [about for node in self.graph["nodes"] for about in node.values()]
        return tuple(about["operator"] for about in nodes if "operator" in about)

    @property
    def prefix(self) -> str:
        """What the names of a family's members begin with."""
        return self.name.removesuffix(MODEL_NAME)

    def of_model(self, model_name: str, known: KnownModel | None = None) -> PipelineSpec:
        """The member of this family that runs a model.

        Args:
            model_name: as the family's operator takes it.
            known: what is known of it without its files.
        """
        known = known or KnownModel()
        *others, last = self.steps
        embed = replace(last, arguments={**last.arguments, "model_name": model_name})
        return replace(
            self,
            name=self.prefix + model_name,
            summary=self.summary.replace(MODEL_NAME, model_name),
            card=self.card.replace(MODEL_NAME, model_name),
            steps=(*others, embed),
            dimension=known.dimension,
            license=known.license,
            megabytes=known.megabytes,
            model_name=model_name,
            family=None,
        )
