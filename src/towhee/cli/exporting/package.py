"""An exported pipeline as a package of the hub."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from towhee.cli.exporting.exportable import Exportable

OWNER = "exported"
_OPERATORS = {"image": "image_embedding.onnx", "text": "text_embedding.onnx"}
_EXTRAS: dict[str, tuple[str, ...]] = {"image": (), "text": ("tokenizers",)}


def write_package(what: Exportable, folder: Path) -> None:
    """Write pipeline, card and manifest around the model's files, which lie in the folder.

    The pipeline keeps its name, so that whoever calls the service sees no difference.
    """
    from towhee.cli.written_steps import written_step
    from towhee.hub.card import card_of
    from towhee.hub.manifest import CARD, MANIFEST, PIPELINE_FILE, Manifest
    from towhee.hub.package import listed_files
    from towhee.hub.strict_yaml import yaml_text

    spec, extras = what.pipeline.spec, _EXTRAS[what.data]
    about: dict[str, Any] = {"name": spec.name, "data": spec.data, "summary": spec.summary}
    fields = {
        "dimension": what.vectors().shape[1],
        "license": spec.license,
        "extra": extras[0] if extras else None,
    }
    about |= {name: value for name, value in fields.items() if value is not None}
    steps = [written_step(ref, folder) for ref in what.before]
    arguments = {"path": "./model.onnx", "normalize": what.normalize}
    about["steps"] = [*steps, {"operator": _OPERATORS[what.data], "with": arguments}]
    (folder / PIPELINE_FILE).write_text(yaml_text(about), "utf-8")
    manifest = Manifest(
        name=f"{OWNER}/{what.plain_name}",
        version="1.0.0",
        kind="pipeline",
        summary=spec.summary,
        license=spec.license,
        inputs=(what.data,),
        outputs=("vector",),
        extras=extras,
        towhee=version("towhee"),
        files=listed_files(folder),
    )
    (folder / CARD).write_text(card_of(manifest), "utf-8")
    whole = replace(manifest, files=listed_files(folder))
    (folder / MANIFEST).write_text(whole.as_yaml(), "utf-8")
