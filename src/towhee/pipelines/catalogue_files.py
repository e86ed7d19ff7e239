"""The pipelines that come with towhee: a YAML file each, in the folder ``catalogue``."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from towhee.hub import registry
from towhee.models.known_model import KnownModel
from towhee.operators.base import Operator, OperatorRef
from towhee.pipelines.reading import spec_of
from towhee.pipelines.spec import PipelineSpec

if TYPE_CHECKING:
    from importlib.abc import Traversable

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SUFFIX = ".yaml"


@functools.cache
def catalogue_pipelines() -> tuple[PipelineSpec, ...]:
    """All of them: those that stand alone, and behind each family a member for each known model."""
    found: list[PipelineSpec] = []
    for file in _files():
        spec = _read(file)
        found += [spec] if spec.family is None else _members(spec)
    return tuple(sorted(found, key=lambda spec: (spec.data, _embedding_first(spec), spec.name)))


@functools.cache
def catalogue_pipeline(name: str) -> PipelineSpec | None:
    """The one of that name, ``None`` if there is none; any model of a family has one.

    Args:
        name: with ``-`` for ``_``, but for the name of a model at its end.
    """
    wanted = name.replace("_", "-") + _SUFFIX
    file = next((each for each in _files() if each.name == wanted), None)
    if file is not None:
        spec = _read(file)
        if spec.family is None:
            return spec
    plain = name.replace("_", "-")
    families = [family for family in pipeline_families() if plain.startswith(family.prefix)]
    if not families:
        return None
    family = max(families, key=lambda each: len(each.prefix))
    model_name = name[len(family.prefix) :]
    known = _models(family)
    same = [each for each in known if each.replace("_", "-") == model_name.replace("_", "-")]
    model_name = same[0] if same else model_name
    return family.of_model(model_name, known.get(model_name)) if model_name else None


@functools.cache
def pipeline_families() -> tuple[PipelineSpec, ...]:
    """Those of which there is one for every model of an operator."""
    return tuple(spec for spec in map(_read, _files()) if spec.family is not None)


def family_of(operator: str) -> PipelineSpec:
    """The family of an operator's models."""
    return next(family for family in pipeline_families() if family.family == operator)


def _members(family: PipelineSpec) -> list[PipelineSpec]:
    known = _models(family)
    return [family.of_model(name, known[name]) for name in sorted(known)]


def _models(family: PipelineSpec) -> dict[str, KnownModel]:
    assert family.family is not None
    operator = OperatorRef(*registry.find(family.family)).resolve()
    assert isinstance(operator, type)
    assert issubclass(operator, Operator)
    return dict(operator.models)


def _folder() -> Traversable:
    return files("towhee.pipelines") / "catalogue"


def _files() -> Iterator[Traversable]:
    for file in sorted(_folder().iterdir(), key=lambda each: each.name):
        if file.name.endswith(_SUFFIX):
            yield file


def _read(file: Traversable) -> PipelineSpec:
    content = yaml.load(file.read_text(encoding="utf-8"), _LOADER)
    return spec_of(content, source=file.name)


def _embedding_first(spec: PipelineSpec) -> bool:
    return not spec.name.startswith(f"{spec.data}-embedding")
