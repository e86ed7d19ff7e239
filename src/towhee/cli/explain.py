"""``towhee explain``: what a pipeline does, and how it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.messages import Verbose, say
from towhee.errors import UsageError


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE", help="A pipeline by name, or a pipe that to_yaml() wrote."
        ),
    ],
    svg: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the graph of a pipe into this file, as SVG."),
    ] = None,
    trust_functions: Annotated[
        bool,
        typer.Option(help="Import the functions that the file names; only for files you trust."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Tell what a pipeline does step by step, and in which stages it runs.

    Examples:

    \b
      towhee explain image-embedding
      towhee explain embed.yaml --svg embed.svg
    """
    from towhee.builder import CallablePipe
    from towhee.pipelines import pipeline

    is_file = name.endswith((".yaml", ".yml"))
    found = pipeline(name, trust_functions=trust_functions) if is_file else pipeline(name)
    say(found.explain())
    if svg is None:
        return
    if not isinstance(found, CallablePipe):
        raise UsageError(f"{name} is no file of a pipe, and has no graph to draw")
    svg.write_text(found.dag_repr.svg, encoding="utf-8")
    say(f"written: {svg}")
