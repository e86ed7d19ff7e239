"""``towhee``: the command line.

Exit codes: 0 done, 1 an error, 2 a command line that cannot be understood, 130 Ctrl-C.

The commands are imported here and what they need is imported when they run, so that
``towhee --help`` answers at once.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import towhee
from towhee.cli import (
    cache,
    copy,
    demo,
    deploy,
    embed,
    explain,
    export,
    hub,
    index,
    info,
    operators,
    pipelines,
    reindex,
    run,
    search,
    serve,
    stores,
    train,
    tune,
)
from towhee.cli.messages import Verbose, is_verbose, say_error, start_messages
from towhee.errors import TowheeError


class Commands(TyperGroup):
    """The commands, whose errors end as one sentence on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:  # Any: typer moved the class of its contexts in 0.26
        start_messages(ctx)
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `towhee operators | head`: typer ends quietly
            raise
        except (TowheeError, OSError) as error:
            if is_verbose(ctx):
                import traceback

                traceback.print_exc()
            say_error(error)
            raise typer.Exit(1) from error


app = typer.Typer(
    name="towhee",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"towhee {towhee.__version__}")
        raise typer.Exit


@app.callback()
def towhee_command(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Turn images, texts, sound and more into vectors, and search them.

    Examples:

    \b
      towhee demo
      towhee run sentence-embedding "a small brown bird"
      towhee embed photos/ -o photos.parquet
      towhee search photos.parquet query.jpg --html found.html
      towhee index photos/ --store lancedb:///photos
    """


app.command("run")(run.run)
app.command("embed")(embed.embed)
app.command("index")(index.index)
app.command("search")(search.search)
app.command("serve")(serve.serve)
app.command("export")(export.export)
app.command("stores")(stores.stores)
app.command("copy")(copy.copy)
app.command("reindex")(reindex.reindex)
app.command("tune")(tune.tune)
app.command("train")(train.train)
app.command("demo")(demo.demo)
app.command("pipelines")(pipelines.pipelines)
app.command("operators")(operators.operators)
app.command("info")(info.info)
app.command("explain")(explain.explain)
app.add_typer(hub.app, name="hub")
app.add_typer(cache.app, name="cache")
app.add_typer(deploy.app, name="deploy")


def main() -> None:
    """The entry point of the command ``towhee``."""
    app()
