"""``towhee hub``: weights from the Hub."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.messages import Json, Verbose, note, say, say_json
from towhee.cli.models import sentence_model_of

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
    from towhee.pipelines.catalogue import EMBEDDED, PREFIX

    if name.replace("_", "-") == EMBEDDED.name:
        if as_json:
            say_json({"model": EMBEDDED.name, "path": None, "bytes": 0, "inside_package": True})
        else:
            say(f"the model of {EMBEDDED.name} is inside the package; there is nothing to download")
        return
    started = time.perf_counter()
    sentence_model = sentence_model_of(name)
    if sentence_model is not None:
        full_name, path = _pulled_sentence_model(sentence_model)
    else:
        full_name, path = _pulled_timm(name.removeprefix(PREFIX))
    size = path.stat().st_size
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


def _pulled_timm(model_name: str) -> tuple[str, Path]:
    """A model's full name, and its weights in the cache."""
    from towhee.models.spec import model_spec
    from towhee.models.timm_models import cached_weights, pull_weights, timm_config

    spec = model_spec(model_name)
    timm_config(spec)  # refuses what timm does not have, or says how to install it
    if cached_weights(spec) is None:
        note(f"downloading the weights of {spec.full_name} ...")
    return spec.full_name, pull_weights(spec)


def _pulled_sentence_model(model_name: str) -> tuple[str, Path]:
    """A sentence model's full name, and its weights in the cache, its other files beside them."""
    from towhee.models.text.describe import cached_weights, pulled_weights
    from towhee.models.text.spec import sentence_spec

    spec = sentence_spec(model_name)
    if cached_weights(spec) is None:
        note(f"downloading the weights of {spec.name} ...")
    return spec.name, pulled_weights(spec)
