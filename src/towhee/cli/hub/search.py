"""``towhee hub search``: packages by words."""

from __future__ import annotations

from typing import Annotated

import typer

from towhee.cli.hub.options import Home
from towhee.cli.hub.rows import say_listed
from towhee.cli.messages import Json, Verbose


def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...",
            help="What is in the name or the summary, all of it.",
            show_default=False,
        ),
    ],
    home: Home = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Find packages in a home.

    Examples:

    \b
      towhee hub search birds
      towhee hub search image operator --home https://example.org/packages
    """
    from towhee.hub.homes import home_of

    say_listed(home_of(home).list(" ".join(words)), as_json)
