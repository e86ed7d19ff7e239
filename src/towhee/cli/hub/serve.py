"""``towhee hub serve``: a directory of packages behind HTTP."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.messages import Json, Verbose, say, say_json
from towhee.errors import UsageError


def serve(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The directory that packages are pushed to.")
    ],
    host: Annotated[
        str, typer.Option(help="The address to listen on; by default none but this machine's.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8765,
    allow_push: Annotated[
        bool,
        typer.Option(
            "--allow-push",
            help="Take packages from those who know the token in TOWHEE_HUB_TOKEN.",
        ),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Serve packages over HTTP until Ctrl-C; `--home http://HOST:PORT` gets them.

    It only gives packages out, unless --allow-push is given. It speaks plain HTTP: put a server
    that speaks HTTPS in front of it where others can listen.

    Examples:

    \b
      towhee hub serve /srv/packages
      TOWHEE_HUB_TOKEN=... towhee hub serve /srv/packages --allow-push
    """
    from towhee.hub.http_home import TOKEN
    from towhee.hub.index_server import index_server

    token = os.environ.get(TOKEN) if allow_push else None
    if allow_push and not token:
        raise UsageError(f"--allow-push needs the token that clients show, in {TOKEN}")
    with index_server(directory, host=host, port=port, token=token) as server:
        address = f"http://{host}:{server.server_address[1]}"
        if as_json:
            say_json({"address": address, "directory": str(directory), "takes": allow_push})
        else:
            say(f"{directory} at {address} (Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
