"""``towhee tune``: the parameters of an index, for the recall that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.messages import Json, Verbose, say, say_json
from towhee.cli.step_progress import step_progress
from towhee.cli.store_options import Collection, Store, opened
from towhee.errors import UsageError


def tune(
    store: Store,
    collection: Collection = None,
    target_recall: Annotated[
        float,
        typer.Option(help="The share of the true neighbours to find, above 0 and up to 1."),
    ] = 0.95,
    topk: Annotated[int, typer.Option(min=1, help="How many neighbours are looked for.")] = 10,
    index_kind: Annotated[
        str | None,
        typer.Option(
            "--index",
            help="hnsw, ivf_flat or ivf_pq; what the collection has if not given, or hnsw where "
            "it has none.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        int, typer.Option(min=1, help="How many rows of the collection to search for.")
    ] = 200,
    seed: Annotated[int, typer.Option(help="Which rows.")] = 0,
    html: Annotated[
        Path | None,
        typer.Option(help="Write the table and a plot to this page.", show_default=False),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Measure an index and set its parameters, so that searches find what they should.

    Rows of the collection are searched for, and what is found is compared with their true
    neighbours. The fastest parameters whose recall holds are set; if none do, the index is as it
    was.

    Examples:

    \b
      towhee tune --store lancedb:///photos --target-recall 0.95
      towhee tune --store milvus:///photos.db --collection photos --index hnsw --html tuned.html
    """
    from towhee.search import tune_index

    if html is not None and not html.absolute().parent.is_dir():
        raise UsageError(f"--html {html}: there is no folder {html.absolute().parent}; make it")
    with opened(store, collection) as held, step_progress() as told:
        tuning = tune_index(
            held,
            target_recall,
            topk=topk,
            kind=index_kind,
            sample=sample,
            seed=seed,
            told=told,
        )
    if html is not None:
        html.write_text(tuning.html(), encoding="utf-8")
    if as_json:
        say_json({**tuning.as_dict(), "html": None if html is None else str(html)})
        return
    say(str(tuning))
    if html is not None:
        say(f"wrote {html}")
