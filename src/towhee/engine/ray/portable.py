"""Values and errors that another process can be given."""

from __future__ import annotations

import traceback
from itertools import pairwise

from towhee.engine.chunk import Chunk, Column
from towhee.engine.ray.pickling import can_be_sent
from towhee.errors import OperatorError, UsageError
from towhee.operators.base import short
from towhee.types import Failure


class WorkerTraceback(Exception):
    """Where in the worker an error was raised, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"\n\n{self.text}"


class RemoteError(RuntimeError):
    """Stands for an error of a worker that cannot be sent; its text names the other's type."""


def portable_error(error: BaseException) -> tuple[BaseException, ...]:
    """An error and those that it came from, the last of which tells where it was raised."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__
    text = "".join(traceback.format_exception(chain[-1])).rstrip()
    return (*map(_portable, chain), WorkerTraceback(text))


def joined_error(chain: tuple[BaseException, ...]) -> BaseException:
    """The first error of a chain, with the others as its causes."""
    for error, cause in pairwise(chain):
        error.__cause__ = cause
    return chain[0]


def portable_chunk(chunk: Chunk) -> Chunk:
    """The chunk with failures that can be sent.

    Raises:
        UsageError: for another value that cannot be.
    """
    sound = {place: portable_failure(failure) for place, failure in chunk.failures.items()}
    columns: dict[str, Column] = {}
    for name, values in chunk.columns.items():
        column = list(values)
        for place, value in enumerate(column):
            if place in sound and value is chunk.failures[place]:
                column[place] = sound[place]
            elif not can_be_sent(value):
                raise UsageError(
                    f"row {short(chunk.keys[place])}: {short(value)} in column {name!r} cannot be "
                    "sent to another process: a step's result must be a value that pickle takes"
                )
        columns[name] = column
    return Chunk(columns, chunk.keys, sound, chunk.lookups)


def portable_failure(failure: Failure) -> Failure:
    """The failure, with a value and an error that can be sent."""
    value = failure.value if can_be_sent(failure.value) else short(failure.value)
    return Failure(failure.key, failure.operator, value, _portable(failure.error))


def _portable(error: BaseException) -> BaseException:
    """The error, or one that says the same, if it is lost on the way through a pickle."""
    if can_be_sent(error):
        return error
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, OperatorError):
        return OperatorError(
            str(error), key=short(error.key), operator=error.operator, value=error.value
        )
    return RemoteError(said)
