"""``towhee hub push``: a package to its home."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.hub.options import Home
from towhee.cli.hub.rows import size_text
from towhee.cli.messages import Json, Verbose, say, say_json
from towhee.cli.progress import transfer
from towhee.cli.settings import arguments_of

if TYPE_CHECKING:
    from towhee.hub.home import Progress
    from towhee.hub.pushing import Pushed


def push(
    what: Annotated[
        str,
        typer.Argument(
            metavar="PATH|NAME",
            help="A folder with a towhee.yaml, or an archive of one; with --operator or "
            "--pipeline, the owner/name that they get.",
            show_default=False,
        ),
    ],
    operator: Annotated[
        str | None,
        typer.Option(metavar="TASK.NAME", help="Push this operator.", show_default=False),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(metavar="NAME|PATH", help="Push this pipeline.", show_default=False),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="An argument of the operator, or of the pipeline's last one, such as "
            "--set checkpoint=birds/, whose files go along; repeatable.",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    version: Annotated[
        str, typer.Option("--version", help="What you call this state of it.")
    ] = "1.0.0",
    summary: Annotated[
        str | None, typer.Option(help="What it does, in one line.", show_default=False)
    ] = None,
    license: Annotated[
        str | None,
        typer.Option(
            help="Of what lies in it; what the weights state if not given.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Share a package: a folder as it is, or one made of an operator or a pipeline.

    Examples:

    \b
      towhee hub push birds/ --home /srv/packages
      towhee hub push me/birds --operator image_embedding.timm --set checkpoint=birds/
      towhee hub push me/search --pipeline ./search.yaml
    """
    if operator is not None and pipeline is not None:
        raise typer.BadParameter("give --operator or --pipeline, not both")
    if operator is None and pipeline is None:
        if settings:
            raise typer.BadParameter("--set belongs to --operator or --pipeline")
        if license or summary:
            raise typer.BadParameter(
                "a folder says in its towhee.yaml what its license and summary are; write them "
                "there, and push it without --license and --summary"
            )
        with transfer(f"pushing {what}") as progress:
            pushed = _folder(Path(what), home, progress)
    else:
        from towhee.functional import ops
        from towhee.hub.pushing import push as push_object
        from towhee.pipelines import pipeline as pipeline_of

        given = arguments_of(settings or ())
        made = ops(operator, **given) if operator else pipeline_of(str(pipeline), **given)
        with transfer(f"pushing {what}") as progress:
            pushed = push_object(
                made,
                what,
                home=home,
                version=version,
                summary=summary,
                license=license,
                progress=progress,
            )
    if as_json:
        say_json(pushed)
        return
    say(f"{pushed.name} is in {pushed.home}: {size_text(pushed.bytes)}")
    say(f"revision {pushed.revision}")


def _folder(path: Path, home: str | None, progress: Progress) -> Pushed:
    from towhee.hub.homes import home_of
    from towhee.hub.pushing import package_at, published

    with tempfile.TemporaryDirectory(prefix="towhee-package-") as folder:
        return published(package_at(path, Path(folder)), home_of(home), progress)
