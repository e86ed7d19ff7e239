"""``towhee embed``: images to a file of vectors."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.engine import Address, Engine, check_only_on_ray
from towhee.cli.messages import Json, Verbose, counted, note, say, say_json
from towhee.cli.on_error import OnError
from towhee.errors import DataError, TowheeError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.pipelines import Pipeline


def embed(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files, folders (the images in them), patterns, or http(s) addresses.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="The file to write: .parquet, .csv or .npy.", show_default=False
        ),
    ],
    pipeline: Annotated[
        str, typer.Option(help="The pipeline; `towhee pipelines` lists them.")
    ] = "image-embedding",
    on_error: Annotated[
        OnError,
        typer.Option(
            help="An image that cannot be embedded is left out and listed (skip), or ends the run "
            "(raise). A table has no row for it, so keep does what skip does."
        ),
    ] = OnError.SKIP,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help="Images that the model takes at once; measured if not given."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Threads that read and decode, or a cluster's workers; by the cores if not given.",
        ),
    ] = None,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast",
            help="Prepare images faster, large JPEG files several times, for vectors of a cosine "
            "above 0.999 to the exact ones.",
        ),
    ] = False,
    recursive: Annotated[
        bool, typer.Option(help="Take the images in the subfolders of a folder too.")
    ] = True,
    cache: Annotated[
        bool,
        typer.Option(
            "--cache",
            help="Keep the vectors for later runs, and embed only images whose content is new.",
        ),
    ] = False,
    cache_folder: Annotated[
        Path | None,
        typer.Option(
            help="Keep them in this folder, not in the user's own (implies --cache).",
            show_default=False,
        ),
    ] = None,
    cache_limit: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="The disk that they may take; 10GB if not given."),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(help="Where it runs: in this process, or on a Ray cluster."),
    ] = Engine.LOCAL,
    address: Address = None,
    analyze: Annotated[
        bool,
        typer.Option("--analyze", help="Tell on stderr where the time went, stage by stage."),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Embed images: write their paths and vectors to a file.

    The file has the columns path and embedding. One broken picture does not lose the others: it
    is left out, and listed with the reason on stderr.

    Examples:

    \b
      towhee embed photos/ -o photos.parquet
      towhee embed 'photos/**/*.jpg' https://example.org/a.jpg -o vectors.csv
      towhee embed photos/ -o photos.parquet --pipeline image-embedding-resnet50
      towhee embed photos/ -o photos.parquet --cache
      towhee embed photos/ -o photos.parquet --analyze
      towhee embed photos/ -o photos.parquet --engine ray --address auto
    """
    from towhee.cli.cached_vectors import CachedVectors
    from towhee.cli.embedding import SHOWN, LeftOut, image_pipeline
    from towhee.cli.vector_files import SUFFIXES

    if output.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(
            f"{str(output)!r} ends in none of {', '.join(SUFFIXES)}", param_hint="--output"
        )
    chosen = image_pipeline(pipeline, batch_size=batch_size, workers=workers, fast=fast)
    check_only_on_ray(engine, address=address is not None)
    if engine is Engine.RAY:
        chosen = chosen.set_engine(engine.value, address=address)
    kept = CachedVectors(cache_folder, cache_limit) if cache or cache_folder is not None else None
    if kept is not None:
        chosen = kept.used_by(chosen)
    left_out = LeftOut(limit=None if as_json else SHOWN)
    started = time.perf_counter()
    try:
        rows, dimension = _write(
            output, chosen, paths, left_out, raises=on_error is OnError.RAISE, recursive=recursive
        )
    except TowheeError:
        left_out.say()
        raise
    seconds = time.perf_counter() - started
    left_out.say()
    if analyze:
        note(chosen.explain(analyze=True))
    if not as_json:
        failed = f", {left_out.count:,} left out" if left_out.count else ""
        say(
            f"{output}: {counted(rows, 'row')} of {dimension} numbers{failed}, in {seconds:.1f} s "
            f"({rows / seconds:.1f} images/s)"
        )
        if kept is not None and engine is Engine.LOCAL:  # who counts what is found, where it is
            found = kept.found(chosen)
            say(f"{rows - found:,} embedded, {found:,} from the cache {kept.folder}")
        return
    say_json(
        {
            "output": str(output),
            "pipeline": chosen.spec.name,
            "dimension": dimension,
            "rows": rows,
            "failed": left_out.count,
            "failures": left_out.as_json(),
            "seconds": round(seconds, 3),
            "images_per_second": round(rows / seconds, 2),
            **({} if kept is None or engine is Engine.RAY else kept.as_json(chosen, rows)),
        }
    )


def _write(
    output: Path,
    chosen: Pipeline,
    paths: list[str],
    left_out: LeftOut,
    *,
    raises: bool,
    recursive: bool,
) -> tuple[int, int]:
    """Write the vectors as they are computed; gives their number and their length.

    Raises:
        DataError: if there is none.
    """
    from towhee.cli.embedding import embedded, nothing_embedded, unreadable_folders
    from towhee.cli.image_inputs import ImageInputs
    from towhee.cli.image_progress import image_progress
    from towhee.cli.provenance import Provenance
    from towhee.cli.vector_files import vector_file

    inputs = ImageInputs(
        paths, recursive=recursive, on_unreadable=unreadable_folders(left_out, raises)
    )
    rows = dimension = 0
    with (
        vector_file(output, lambda size: Provenance.of(chosen.spec, size)) as file,
        image_progress(paths, recursive=recursive) as advance,
    ):
        for part in embedded(chosen, inputs, left_out, raises=raises):
            if part.vectors:
                file.write(part.paths, part.vectors)
                dimension = part.vectors[0].size
            rows += len(part.paths)
            advance(len(part.paths) + part.failed)
        if not rows:
            raise DataError(nothing_embedded(paths, left_out))
    return rows, dimension
