"""``towhee pipelines``: the pipelines that have a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Json, Verbose, say, say_json, say_table

if TYPE_CHECKING:
    from towhee.pipelines.spec import PipelineSpec


def pipelines(
    kind: Annotated[
        str | None,
        typer.Option(help="Only those that take this kind of data, such as image."),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """List the pipelines: what they take and give, and what they need.

    Any model of timm has a pipeline, image-embedding-NAME, and any of sentence-transformers,
    sentence-embedding-OWNER/NAME, whether it is listed or not.

    Examples:

    \b
      towhee pipelines
      towhee pipelines --kind image --json
    """
    from towhee.errors import UnknownNameError
    from towhee.pipelines import list_pipelines
    from towhee.pipelines.catalogue_files import pipeline_families

    specs = list_pipelines()
    if kind is not None:
        kinds = [spec.data for spec in specs]
        if kind not in kinds:
            raise UnknownNameError("kind of data", kind, kinds, f"(there are {_all(kinds)})")
        specs = [spec for spec in specs if spec.data == kind]
    rows = [pipeline_row(spec) for spec in specs]
    if as_json:
        say_json(rows)
        return
    columns = ("name", "takes", "numbers", "MB", "licence", "needs", "weights")
    say_table(
        columns,
        [
            (
                row["name"],
                row["data"],
                row["dimension"],
                row["megabytes"],
                row["license"],
                row["extra"] if row["extra_installed"] else f'pip install "towhee[{row["extra"]}]"',
                _WEIGHTS[row["weights_here"]],
            )
            for row in rows
        ],
    )
    for family in pipeline_families():
        if kind in (None, family.data):
            say(f"\nAny other model of {family.family}: {family.prefix}NAME")


_WEIGHTS = {True: "here", False: "not here", None: ""}


def pipeline_row(spec: PipelineSpec) -> dict[str, Any]:
    """A pipeline as plain values."""
    from towhee.cli.extras import is_installed
    from towhee.pipelines.weights import weights_here

    return {
        "name": spec.name,
        "data": spec.data,
        "dimension": spec.dimension,
        "megabytes": spec.megabytes,
        "license": spec.license,
        "extra": spec.extra,
        "extra_installed": spec.extra is None or is_installed(spec.extra),
        "weights_here": weights_here(spec),
        "summary": spec.summary,
    }


def _all(names: list[str]) -> str:
    return ", ".join(sorted(set(names)))
