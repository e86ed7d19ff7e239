"""``towhee search``: the images of a file that are nearest to a query."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Json, Verbose, say, say_json, say_table
from towhee.errors import DataError, UsageError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.cli.pages import Found
    from towhee.cli.vector_index import VectorIndex
    from towhee.pipelines import Pipeline
    from towhee.search import Metric


class Measure(str, Enum):
    """How nearness is measured."""

    COSINE = "cosine"
    L2 = "L2"
    IP = "IP"


_SCORES = {
    Measure.COSINE: "Cosine: 1 for the same direction, larger is nearer",
    Measure.L2: "L2 distance: 0 for the same vector, smaller is nearer",
    Measure.IP: "Inner product: larger is nearer",
}


def search(
    index: Annotated[
        str,
        typer.Argument(
            metavar="INDEX.parquet", help="A file that `towhee embed` wrote.", show_default=False
        ),
    ],
    queries: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY...",
            help="Images to look for: files, folders, patterns, or http(s) addresses.",
            show_default=False,
        ),
    ],
    topk: Annotated[int, typer.Option(min=1, help="Neighbours of each query.")] = 5,
    cal: Annotated[
        Measure,
        typer.Option(
            case_sensitive=False,
            help="The score: cosine or IP (inner product), larger is nearer; or L2 (distance), "
            "smaller is nearer.",
        ),
    ] = Measure.COSINE,
    pipeline: Annotated[
        str | None,
        typer.Option(
            help="The pipeline of the queries; the one recorded in the file if not given, and no "
            "other.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write the pictures, in rows, to this page.", show_default=False),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Search a file of vectors for the images nearest to a query.

    A query that cannot be embedded is listed on stderr, and the exit code is then 1.

    Examples:

    \b
      towhee search photos.parquet query.jpg
      towhee search photos.parquet queries/ --topk 10 --html found.html
      towhee search photos.parquet query.jpg --json
    """
    from towhee.cli.embedding import LeftOut
    from towhee.cli.pages import write_page
    from towhee.cli.vector_index import read_index

    held = read_index(index)
    chosen = _pipeline(pipeline, held, index)
    left_out = LeftOut()
    found = _found(held, index, chosen, queries, left_out, cal=cal.value, topk=topk)
    if html is not None:
        write_page(html, found, title=f"Nearest in {Path(index).name}", subtitle=_SCORES[cal])
    if as_json:
        say_json(
            {
                "index": index,
                "pipeline": chosen.spec.name,
                "cal": cal.value,
                "results": [row.as_json() for row in found],
                "failures": left_out.as_json(),
                "html": None if html is None else str(html),
            }
        )
    else:
        _say(found, cal.value)
        if html is not None:
            say(f"wrote {html}")
    left_out.say()
    if left_out.count:
        raise typer.Exit(1)


def _found(
    held: VectorIndex,
    index: str,
    chosen: Pipeline,
    queries: list[str],
    left_out: LeftOut,
    *,
    cal: Metric,
    topk: int,
) -> list[Found]:
    """The neighbours of each query that can be embedded."""
    from towhee.cli.pages import Found
    from towhee.search import ExactSearch

    paths, vectors = _embedded(queries, chosen, left_out)
    if not paths:
        return []
    _require_dimension(held, vectors[0].size, index)
    results = ExactSearch(held.vectors, cal, held.paths).search(vectors, topk)
    return [
        Found(path, list(zip(result.keys, result.scores, strict=True)))
        for path, result in zip(paths, results, strict=True)
    ]


def _pipeline(name: str | None, held: VectorIndex, index: str) -> Pipeline:
    """The pipeline that made the file's vectors.

    Raises:
        UsageError: if another is asked for, or the one of that name has become another.
    """
    from towhee.cli.embedding import image_pipeline
    from towhee.cli.provenance import Provenance

    if not len(held.paths):
        raise DataError(f"{index!r} holds no vectors")
    made_by = held.provenance
    if made_by is None:
        if name is None:
            raise UsageError(
                f"{index!r} does not say what made its vectors: name the pipeline with --pipeline"
            )
        return image_pipeline(name)
    chosen = image_pipeline(name or made_by.pipeline)
    made_by.require_same(Provenance.of(chosen.spec, made_by.dimension), index)
    return chosen


def _embedded(
    queries: list[str], chosen: Pipeline, left_out: LeftOut
) -> tuple[list[str], list[Any]]:
    from towhee.cli.embedding import embedded
    from towhee.cli.image_inputs import ImageInputs

    inputs = ImageInputs(
        queries,
        on_unreadable=lambda folder, error: left_out.add(folder, str(error)),
    )
    paths: list[str] = []
    vectors: list[Any] = []
    for part in embedded(chosen, inputs, left_out):
        paths += part.paths
        vectors += part.vectors
    if not paths and not left_out.count:
        raise DataError(f"there is no image in {', '.join(queries)}")
    return paths, vectors


def _require_dimension(held: VectorIndex, dimension: int, index: str) -> None:
    if held.vectors.shape[1] != dimension:
        raise UsageError(
            f"{index!r} holds vectors of {held.vectors.shape[1]} numbers and the pipeline gives "
            f"{dimension}; search with the pipeline that made them"
        )


def _say(found: list[Found], cal: str) -> None:
    rows = [
        (row.query if rank == 1 else "", rank, path, f"{score:.4f}")
        for row in found
        for rank, (path, score) in enumerate(row.neighbours, 1)
    ]
    if rows:
        say_table(("query", "rank", "path", cal), rows)
