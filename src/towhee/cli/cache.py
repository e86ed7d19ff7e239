"""``towhee cache``: look into a cache of vectors, empty it, make it smaller."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Json, Verbose, counted, say, say_json
from towhee.errors import DataError, MissingFileError

if TYPE_CHECKING:
    from towhee.cache.store import CacheInfo, ResultCache

app = typer.Typer(
    no_args_is_help=True,
    help="Look into the vectors that --cache keeps, or delete them.",
    pretty_exceptions_enable=False,
)

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="The cache; the user's own if none is named."),
]

_DAY = 24 * 60 * 60


@app.command("info")
def info(folder: Folder = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """Tell what a cache holds.

    Examples:

    \b
      towhee cache info
      towhee cache info vectors/ --json
    """
    _say(_existing(folder).info(), as_json)


@app.command("clear")
def clear(folder: Folder = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """Delete all vectors of a cache.

    Examples:

    \b
      towhee cache clear
    """
    cache = _existing(folder)
    cache.clear()
    _say(cache.info(), as_json)


@app.command("prune")
def prune(
    limit: Annotated[
        str,
        typer.Option(metavar="SIZE", help='The disk that it may take, "2GB".', show_default=False),
    ],
    folder: Folder = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Delete the vectors that were used least recently, until the rest fits a limit.

    Examples:

    \b
      towhee cache prune --limit 2GB
    """
    from towhee.cache.location import bytes_of

    cache = _existing(folder, bytes_of(limit))
    cache.prune()
    _say(cache.info(), as_json)


def _existing(folder: Path | None, limit: int | None = None) -> ResultCache:
    """The cache in a folder; a command that looks at one makes none.

    Raises:
        MissingFileError: if there is none.
        DataError: if it cannot be opened; a warning has said why.
    """
    import sys

    from towhee.cache.database import FILE_NAME
    from towhee.cache.location import cache_folder
    from towhee.cache.store import ResultCache

    place = cache_folder(folder)
    if Path(place).is_dir() and not Path(place, FILE_NAME).is_file():
        raise MissingFileError(f"{place!r} holds no cache of vectors")
    if not Path(place).exists():
        raise MissingFileError(f"there is no cache of vectors at {place!r}")
    cache = ResultCache(place, limit=sys.maxsize if limit is None else limit)
    if not cache.is_current():
        raise DataError(f"the cache {place!r} cannot be opened")
    return cache


def _say(held: CacheInfo, as_json: bool) -> None:
    if as_json:
        values: dict[str, Any] = asdict(held)
        say_json(values)
        return
    say(
        f"{held.folder}: {counted(held.results, 'vector')} in {held.bytes / 10**6:,.1f} MB, "
        f"{counted(held.files, 'file')} known without being read"
    )
    if held.oldest_use is not None:
        days = max(0.0, time.time() - held.oldest_use) / _DAY
        say(f"what would go first was used {days:.0f} days ago")
