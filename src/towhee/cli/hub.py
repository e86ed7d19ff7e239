"""``towhee hub``: weights from the Hub."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from towhee.cli.messages import Json, Verbose, note, say, say_json
from towhee.cli.models import pipeline_behind

app = typer.Typer(
    no_args_is_help=True, help="Download models ahead of use.", pretty_exceptions_enable=False
)


@app.command("pull")
def pull(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A model of timm or sentence-transformers, or a pipeline.",
            show_default=False,
        ),
    ],
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Download a model's weights into the cache, so that it works offline.

    Prints where they are. Nothing is downloaded that is there already.

    Examples:

    \b
      towhee hub pull resnet50
      towhee hub pull image-embedding-vit_small_patch14_dinov2
      towhee hub pull all-MiniLM-L6-v2
    """
    from towhee.pipelines.weights import is_in_package, pulled, weights_here

    spec = pipeline_behind(name)
    if is_in_package(spec):
        if as_json:
            say_json({"model": spec.name, "path": None, "bytes": 0, "inside_package": True})
        else:
            say(f"the model of {spec.name} is inside the package; there is nothing to download")
        return
    started = time.perf_counter()
    if weights_here(spec) is False:
        note(f"downloading the weights of {spec.model_name} ...")
    full_name, path = pulled(spec)
    files = path.iterdir() if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    if as_json:
        say_json(
            {
                "model": full_name,
                "path": str(path),
                "bytes": size,
                "seconds": round(time.perf_counter() - started, 3),
                "inside_package": False,
            }
        )
    else:
        say(f"{full_name}: {size / 2**20:.1f} MiB in {path}")
