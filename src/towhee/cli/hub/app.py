"""The commands of ``towhee hub``."""

from __future__ import annotations

import typer

from towhee.cli.hub import info, init, pull, push, rm, search, serve, validate, verify
from towhee.cli.hub import list as list_command

app = typer.Typer(
    no_args_is_help=True,
    help="Share operators and pipelines as packages; download models ahead of use.",
    pretty_exceptions_enable=False,
)
app.command("init")(init.init)
app.command("validate")(validate.validate)
app.command("push")(push.push)
app.command("pull")(pull.pull)
app.command("list")(list_command.list_packages)
app.command("search")(search.search)
app.command("info")(info.info)
app.command("verify")(verify.verify)
app.command("rm")(rm.rm)
app.command("serve")(serve.serve)
