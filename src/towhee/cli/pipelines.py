"""``towhee pipelines``: the pipelines that have a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Json, Verbose, say, say_json, say_table

if TYPE_CHECKING:
    from towhee.pipelines.catalogue import PipelineSpec


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
    say_table(
        ("name", "takes", "numbers", "licence", "needs", "weights"),
        [
            (
                row["name"],
                row["data"],
                row["dimension"],
                row["license"],
                row["extra"] if row["extra_installed"] else f'pip install "towhee[{row["extra"]}]"',
                _WEIGHTS[row["weights_here"]],
            )
            for row in rows
        ],
    )
    say("\nAny other model of timm: --pipeline image-embedding-NAME")
    say("Any other of sentence-transformers: sentence-embedding-OWNER/NAME")


_WEIGHTS = {True: "here", False: "not here", None: ""}


def pipeline_row(spec: PipelineSpec) -> dict[str, Any]:
    """A pipeline as plain values."""
    from towhee.cli.extras import is_installed

    return {
        "name": spec.name,
        "data": spec.data,
        "dimension": spec.dimension,
        "license": spec.license,
        "extra": spec.extra,
        "extra_installed": spec.extra is None or is_installed(spec.extra),
        "weights_here": _weights_here(spec),
        "summary": spec.summary,
    }


def _weights_here(spec: PipelineSpec) -> bool | None:
    """Whether nothing has to be downloaded; ``None`` where there are no weights to speak of."""
    from towhee.cli.weights import is_cached, is_sentence_model_cached

    operator, _ = spec.steps[-1]
    if operator == "image_embedding.embedded":
        return True
    if spec.model_name is None:
        return None
    if operator == "text_embedding.sentence_transformers":
        return is_sentence_model_cached(spec.model_name)
    return is_cached(spec.model_name)


def _all(names: list[str]) -> str:
    return ", ".join(sorted(set(names)))
