"""``towhee run``: any pipeline over any inputs."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Verbose, counted, note, reason
from towhee.cli.on_error import OnError
from towhee.cli.settings import arguments_of
from towhee.errors import DataError, MissingFileError, UsageError
from towhee.models.progress import progress

if TYPE_CHECKING:
    from towhee.pipelines import Pipeline

_AT_ONCE = 64  # inputs that are handed to the pipeline together
_OF_FILES = ("image", "audio", "video", "face")
_STDIN = "-"
_TABLES = (".parquet", ".csv", ".npy", ".arrow", ".xlsx")
_OPTIONS = {"name", "on_error", "batch_size", "trust_functions"}  # which the command line has


def run(
    name: Annotated[
        str,
        typer.Argument(
            metavar="PIPELINE",
            help="A pipeline by name, or its file; `towhee pipelines` lists them.",
            show_default=False,
        ),
    ],
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Paths, patterns, addresses or texts, as the pipeline takes them; - reads a line "
            "each from stdin.",
            show_default=False,
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="An argument of the pipeline's last operator, such as --set device=cuda; "
            "repeatable. The value is read as YAML.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write the results to this file, a line of JSON each, not to stdout.",
            show_default=False,
        ),
    ] = None,
    on_error: Annotated[
        OnError,
        typer.Option(
            help="An input that fails ends the run (raise), is left out and listed (skip), or has "
            "its reason in place of a result (keep)."
        ),
    ] = OnError.RAISE,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help="Inputs that the model takes at once; measured if not given."),
    ] = None,
    parse: Annotated[
        bool,
        typer.Option(
            "--parse", help="Read each input as JSON, such as '[1, 2.5, 3]' for a time series."
        ),
    ] = False,
    trust_functions: Annotated[
        bool,
        typer.Option(help="Import the functions that a file names; only for files you trust."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Run a pipeline: a line of JSON for each input, with what it was and what became of it.

    Vectors are lists of numbers. A pipeline of several inputs takes them in turn.

    Examples:

    \b
      towhee run image-embedding photo.jpg
      towhee run sentence-embedding "a small brown bird" "a towhee"
      towhee run image-classification photos/*.jpg -o labels.jsonl --on-error skip
      cat texts.txt | towhee run sentence-embedding - --set backend=torch
      towhee run timeseries-embedding --parse '[1, 2.5, 3, 2, 1, 2, 3, 4, 3]'
    """
    from towhee.pipelines import Pipeline, pipeline

    if output is not None and output.suffix.lower() in _TABLES:
        raise typer.BadParameter(
            f"{str(output)!r}: results are lines of JSON, such as results.jsonl; towhee embed "
            "writes tables of vectors",
            param_hint="--output",
        )
    arguments = arguments_of(settings or ())
    for option in _OPTIONS & set(arguments):
        raise UsageError(f"--set {option}=… is no argument of an operator; see `towhee run --help`")
    made = pipeline(
        name,
        on_error="raise" if on_error is OnError.RAISE else "keep",
        batch_size=batch_size,
        trust_functions=trust_functions,
        **arguments,
    )
    if not isinstance(made, Pipeline):
        raise UsageError(f"{name} is a pipe without a name; give its file name, data and summary")
    values = _values(inputs, are_files=made.spec.data in _OF_FILES)
    calls = _calls(map(_parsed, values) if parse else values, made.input_count)
    if output is None:
        count, failed = _write(made, calls, sys.stdout.write, on_error)
    else:
        known = None if _STDIN in inputs else len(inputs) // made.input_count
        with (
            output.open("w", encoding="utf-8") as file,
            progress(f"running {made.spec.name}", known) as advance,
        ):
            count, failed = _write(made, calls, file.write, on_error, advance)
        note(f"{output}: {counted(count, 'result')}")
    if failed and on_error is OnError.SKIP:
        note(f"left out {failed:,}")


def _write(
    made: Pipeline,
    calls: Iterable[Any],
    write: Callable[[str], object],
    on_error: OnError,
    advance: Callable[[], None] = lambda: None,
) -> tuple[int, int]:
    """Write a line for each call; gives how many there were, and how many failed."""
    from towhee.types import Failure

    written = failed = 0
    for value, result in _results(made, calls):
        advance()
        if not isinstance(result, Failure):
            outcome = {"result": result}
        else:
            failed += 1
            if on_error is OnError.SKIP:
                note(f"  {value}: {reason(result.error)}")
                continue
            outcome = {"error": reason(result.error)}
        write(_line(value, outcome))
        written += 1
    return written, failed


def _results(made: Pipeline, calls: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Each call and what became of it, computed some at a time."""
    for some in _together(calls):
        yield from zip(some, made.batch(some), strict=True)


def _line(value: Any, outcome: dict[str, Any]) -> str:
    from towhee.cli.plain import plain

    return json.dumps({"input": value, **plain(outcome)}, allow_nan=False) + "\n"


def _together(calls: Iterable[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    for call in calls:
        some.append(call)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _calls(values: Iterable[Any], width: int) -> Iterator[Any]:
    """The values, one for each call, or as many as a call takes.

    Raises:
        DataError: if the last call lacks some.
    """
    call: list[Any] = []
    for value in values:
        call.append(value)
        if len(call) == width:
            yield call[0] if width == 1 else tuple(call)
            call = []
    if call:
        raise DataError(
            f"a call of this pipeline takes {width} inputs, and {len(call)} of the last are left"
        )


def _values(inputs: Iterable[str], *, are_files: bool) -> Iterator[str]:
    """The inputs one by one: lines of stdin, and the files that a pattern matches.

    Raises:
        MissingFileError: for a pattern that matches none.
    """
    for value in inputs:
        if value == _STDIN:
            yield from (line.rstrip("\r\n") for line in sys.stdin)
        elif are_files and glob.has_magic(value) and not os.path.lexists(value):
            found = sorted(glob.glob(value, recursive=True))
            if not found and "://" not in value:
                raise MissingFileError(f"no file matches {value!r}")
            yield from found or [value]
        else:
            yield value


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise DataError(f"{value!r} is not JSON: {error}") from error
