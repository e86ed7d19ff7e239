"""The options that commands of ``towhee hub`` have in common."""

from __future__ import annotations

from typing import Annotated

import typer

Home = Annotated[
    str | None,
    typer.Option(
        "--home",
        metavar="HOME",
        help="Where packages live: a directory, the http(s) address of an index, or hf for the "
        "Hugging Face Hub; TOWHEE_HUB if not given, or else the Hub.",
        show_default=False,
    ),
]
Revision = Annotated[
    str | None,
    typer.Option(
        help="A revision, the beginning of one, or a version; the newest if not given.",
        show_default=False,
    ),
]
