"""Pipelines in packages of the hub."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from towhee.errors import PackageError
from towhee.hub.home import Home
from towhee.hub.names import is_package_name
from towhee.hub.package import Package, is_package_folder, read_package
from towhee.hub.packaged_operator import TRUST_PICKLE, check_trust, operator_of, takes
from towhee.hub.pulling import installed
from towhee.hub.registry import register
from towhee.operators.base import OperatorRef
from towhee.pipelines.reading import spec_of
from towhee.pipelines.spec import PipelineSpec, Step

_OWN = "towhee/"
_FILES = (".yaml", ".yml")  # "pipes/mine.yaml" is a file, though a package might be called so
_DECODERS = {"image": Step("image_decode.pil")}
"""What goes in front of an operator that stands alone in its package, by the data it takes."""


def is_packaged(name: object) -> bool:
    """Whether it names a package: ``"owner/name"``, or a folder that holds a ``towhee.yaml``."""
    if isinstance(name, str) and is_package_name(name.partition("@")[0]):
        return not name.startswith(_OWN) and not name.endswith(_FILES)
    return isinstance(name, (str, os.PathLike)) and is_package_folder(os.path.expanduser(name))


def packaged_pipeline(
    name: str | os.PathLike[str],
    *,
    revision: str | None = None,
    home: str | os.PathLike[str] | Home | None = None,
    trust_remote_code: bool = False,
    trust_pickle: bool = False,
) -> PipelineSpec:
    """The pipeline in a package, which is pulled if it is not here, and verified.

    A package of one operator gives a pipeline of it.

    Raises:
        UnknownNameError: if its home has no such package.
        PackageError: if it cannot be had, is damaged, holds no pipeline, or is not trusted.
    """
    if isinstance(name, str) and is_package_name(name.partition("@")[0]):
        package = installed(name, revision=revision, home=home)
    else:
        package = read_package(os.path.expanduser(name))
        package.verify()
    check_trust(package, trust_pickle)
    if package.manifest.kind == "operator":
        ref = operator_of(package, trust_remote_code=trust_remote_code, trust_pickle=trust_pickle)
        return _of_operator(package, ref)
    content = package.pipeline()
    if content is None:
        raise PackageError(f"{package.name} holds files of a model, and no pipeline")
    about = {"name": package.name, "data": "any", "summary": package.manifest.summary, **content}
    spec = spec_of(about, source=f"pipeline.yaml of {package.name}")
    if not trust_pickle:
        return spec
    return replace(spec, steps=tuple(_trusting(step) for step in spec.steps))


def _of_operator(package: Package, ref: OperatorRef) -> PipelineSpec:
    manifest = package.manifest
    if not isinstance(ref.target, str):
        register(ref.name, replace=True)(ref.target)
    (data,) = manifest.inputs if len(manifest.inputs) == 1 else ("any",)
    step = Step(ref.name, dict(ref.kwargs))
    return PipelineSpec(
        name=package.name,
        data=data,
        summary=manifest.summary or f"{ref.name} of {package.name}",
        steps=(_DECODERS[data], step) if data in _DECODERS else (step,),
        license=manifest.license,
        extra=manifest.extras[0] if manifest.extras else None,
    )


def _trusting(step: Step) -> Step:
    """A step that loads pickles, if its operator can."""
    if not takes(step.operator, TRUST_PICKLE):
        return step
    arguments: Mapping[str, Any] = {**step.arguments, TRUST_PICKLE: True}
    return replace(step, arguments=arguments)
