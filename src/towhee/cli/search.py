"""``towhee search``: the images of a file or a store that are nearest to a query."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.messages import Json, Verbose, say, say_json, say_table
from towhee.cli.search_in_store import Searched, embedded_queries, search_in_store
from towhee.cli.store_options import Collection
from towhee.errors import DataError, UsageError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.cli.pages import Found
    from towhee.cli.vector_index import VectorIndex
    from towhee.pipelines import Pipeline


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
    queries: Annotated[
        list[str],
        typer.Argument(
            metavar="[INDEX.parquet] QUERY...",
            help="A file that `towhee embed` wrote, unless --store is given; then the images to "
            "look for: files, folders, patterns, or http(s) addresses.",
            show_default=False,
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URI",
            help="Search a store that `towhee index` filled: lancedb:///folder, …",
            show_default=False,
        ),
    ] = None,
    collection: Collection = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--filter",
            help="Only rows of the store for which it holds, such as 'size > 100000'.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        bool,
        typer.Option(
            "--text",
            help="The queries are texts; for pipelines that put texts and images into one space.",
        ),
    ] = False,
    topk: Annotated[int, typer.Option(min=1, help="Neighbours of each query.")] = 5,
    cal: Annotated[
        Measure | None,
        typer.Option(
            case_sensitive=False,
            help="The score: cosine (if not given) or IP (inner product), larger is nearer; or L2 "
            "(distance), smaller is nearer. A store has its own.",
            show_default=False,
        ),
    ] = None,
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
    """Search a file of vectors, or a store, for the images nearest to a query.

    A query that cannot be embedded is listed on stderr, and the exit code is then 1.

    Examples:

    \b
      towhee search photos.parquet query.jpg
      towhee search photos.parquet queries/ --topk 10 --html found.html
      towhee search photos.parquet query.jpg --json
      towhee search --store lancedb:///photos query.jpg --filter 'size > 100000'
      towhee search --store lancedb:///photos --text "a small brown bird"
    """
    from towhee.cli.embedding import LeftOut
    from towhee.cli.pages import write_page

    left_out = LeftOut()
    index = store
    if index is None:
        if where is not None or text:
            raise UsageError("--filter and --text are for a --store")
        index, *queries = queries
        searched = _in_file(index, queries, left_out, pipeline, cal or Measure.COSINE, topk)
    else:
        searched = search_in_store(
            index,
            collection,
            queries,
            left_out,
            pipeline=pipeline,
            cal=None if cal is None else cal.value,
            topk=topk,
            where=where,
            are_texts=text,
        )
    found, measure = searched.found, Measure(searched.metric)
    if html is not None:
        title = f"Nearest in {searched.title}"
        write_page(html, found, title=title, subtitle=_SCORES[measure])
    if as_json:
        say_json(
            {
                "index": searched.shown,
                "pipeline": searched.pipeline,
                "cal": measure.value,
                "results": [row.as_json() for row in found],
                "failures": left_out.as_json(),
                "html": None if html is None else str(html),
            }
        )
    else:
        _say(found, measure.value)
        if html is not None:
            say(f"wrote {html}")
    left_out.say()
    if left_out.count:
        raise typer.Exit(1)


def _in_file(
    index: str,
    queries: list[str],
    left_out: LeftOut,
    pipeline: str | None,
    cal: Measure,
    topk: int,
) -> Searched:
    """The neighbours of each query that can be embedded, in a file of vectors."""
    from towhee.cli.pages import Found
    from towhee.cli.vector_index import read_index
    from towhee.search import ExactSearch

    if not queries:
        raise UsageError(
            f"what is to be found in {index!r}? `towhee search {index} QUERY...`; a store is named "
            "by --store"
        )
    held = read_index(index)
    chosen = _pipeline(pipeline, held, index)
    paths, vectors = embedded_queries(queries, chosen, left_out)
    found: list[Found] = []
    if paths:
        _require_dimension(held, vectors[0].size, index)
        results = ExactSearch(held.vectors, cal.value, held.paths).search(vectors, topk)
        found = [
            Found(path, list(zip(result.keys, result.scores, strict=True)))
            for path, result in zip(paths, results, strict=True)
        ]
    return Searched(found, cal.value, chosen.spec.name, index, Path(index).name)


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
