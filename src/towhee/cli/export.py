"""``towhee export``: the model of a pipeline in a form that other programs run."""

from __future__ import annotations

import os
import tempfile
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.messages import Json, Verbose, say, say_json
from towhee.cli.settings import arguments_of
from towhee.errors import UsageError, WeightsError

if TYPE_CHECKING:
    from towhee.cli.exporting.exportable import Exportable
    from towhee.cli.exporting.formats import Check

_LEAST_COSINE = 0.9999


class Format(str, Enum):
    """The forms of an exported model."""

    ONNX = "onnx"
    OPENVINO = "openvino"
    TORCHSCRIPT = "torchscript"
    TRITON = "triton"


def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar="PIPELINE",
            help="A pipeline by name, or its file or folder; `towhee pipelines` lists them.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="The folder to write; it must be new or empty."),
    ],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="onnx: a folder that `towhee serve` and pipeline() load without torch. openvino, "
            "torchscript: the model for those libraries, the last of which torch has deprecated. "
            "triton: a model repository of Triton.",
        ),
    ] = Format.ONNX,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="An argument of the last operator, such as --set checkpoint=out/model; "
            "repeatable. The value is read as YAML.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write the model of a pipeline, in float32, with what stands in front of it.

    The vectors of the result are compared with the pipeline's on real photographs or sentences;
    where one has a cosine below 0.9999, nothing is written.

    Examples:

    \b
      towhee export image-embedding-mobilenetv2_100 -o ./birds
      towhee export out/pipeline.yaml -o ./trained
      towhee export sentence-embedding -o ./sentences --format openvino
      towhee serve ./birds
    """
    from towhee.cli.exporting.exportable import exportable
    from towhee.cli.exporting.formats import FORMATS

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{str(out)!r} is not empty: name a new folder with --out")
    what = exportable(name, arguments_of(settings or ()))
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".export-") as beside:
        folder = Path(beside, "whole")
        folder.mkdir()
        cosine = _least_cosine(what, FORMATS[form.value](what, folder))
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        if out.exists():
            out.rmdir()
        os.replace(folder, out)
    if as_json:
        about = {"folder": str(out), "format": form.value, "pipeline": what.name}
        say_json({**about, "bytes": size, "samples": len(what.samples()), "cosine": cosine})
        return
    say(
        f"{out}: {what.name} as {form.value}, {size / 2**20:.1f} MiB; on {len(what.samples())} "
        f"samples its vectors have a cosine of at least {cosine:.6f} to the pipeline's"
    )
    if form is Format.ONNX:
        path = str(out) if out.is_absolute() else f".{os.sep}{out}"
        say(f"towhee serve {path}")


def _least_cosine(what: Exportable, check: Check) -> float:
    """The least cosine of an exported model's vectors to the pipeline's.

    Raises:
        WeightsError: if it is too small.
    """
    from towhee.models.vectors import unit_length

    ours, theirs = unit_length(check()), unit_length(what.vectors())
    found = float((ours * theirs).sum(axis=1).min())
    if not found >= _LEAST_COSINE:
        raise WeightsError(
            f"the exported model gives other vectors than {what.name} (cosine {found:.6f}, at "
            f"least {_LEAST_COSINE} is asked for), so nothing is written"
        )
    return found
