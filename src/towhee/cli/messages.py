"""What the commands tell the user: results on stdout, all else on stderr."""

from __future__ import annotations

import dataclasses
import functools
import json
import logging
import sys
from collections.abc import Sequence
from typing import IO, Annotated, Any

import typer

_VERBOSE = "towhee.verbose"


class _Stderr(logging.Handler):
    """Writes to whatever ``sys.stderr`` is at the time, such as that of a progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr)  # noqa: T201 (a command line prints)


def start_messages(ctx: typer.Context) -> None:
    """Log warnings of towhee to stderr until the command ends."""
    logger = logging.getLogger("towhee")
    if any(isinstance(handler, _Stderr) for handler in logger.handlers):
        return
    handler = _Stderr()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    ctx.call_on_close(lambda: logger.removeHandler(handler))


def _be_verbose(ctx: typer.Context, wanted: bool) -> None:
    if wanted:
        ctx.meta[_VERBOSE] = True
        logger = logging.getLogger("towhee")
        ctx.find_root().call_on_close(functools.partial(logger.setLevel, logger.level))
        logger.setLevel(logging.DEBUG)


def is_verbose(ctx: typer.Context) -> bool:
    """Whether ``-v`` was given, in front of the command or behind it."""
    return bool(ctx.meta.get(_VERBOSE))


Verbose = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        callback=_be_verbose,
        help="Log to stderr what is done; show where an error comes from.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Write the result to stdout as JSON and nothing else.")
]


def say(text: str) -> None:
    """A line of the result, on stdout."""
    typer.echo(text)


def say_error(error: BaseException) -> None:
    """An error as one line on stderr."""
    typer.echo(f"Error: {reason(error)}", err=True)


def note(text: str) -> None:
    """A line beside the result, on stderr."""
    typer.echo(text, err=True)


def reason(error: BaseException) -> str:
    """What an error says, on one line; its type where it says nothing."""
    said = str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        said = f"{error.filename}: {error.strerror}"
    return " ".join(said.split()) or type(error).__name__


def say_json(value: Any) -> None:
    """A result as JSON, in ASCII, so that any terminal and any pipe can carry it.

    A dataclass becomes an object with its fields.
    """
    typer.echo(json.dumps(value, indent=2, default=dataclasses.asdict))


def say_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout: as wide as a terminal, or with nothing cut where it is no terminal."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    on_terminal = is_terminal(sys.stdout)
    table = Table(box=SIMPLE if on_terminal else None, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else Text(str(cell)) for cell in row))
    if on_terminal:
        Console().print(table)
        return
    wide = Console(width=100_000, color_system=None)
    with wide.capture() as captured:
        wide.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def counted(number: int, noun: str) -> str:
    """A number and what it counts.

    Example:
        >>> counted(1, "row"), counted(2000, "row")
        ('1 row', '2,000 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def is_terminal(stream: IO[str]) -> bool:
    """Whether a person looks at the stream."""
    return stream.isatty()
