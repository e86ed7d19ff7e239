"""The exceptions of towhee, one tree.

::

    TowheeError
    ├── UsageError (ValueError)            a call that cannot mean anything
    │   ├── UnknownNameError (LookupError) no operator, pipeline, model or column of that name
    │   │   └── UnknownAttributeError (AttributeError)  the same, written behind a dot
    │   └── StreamError (TypeError)        a stream was asked for what only a list can do
    ├── MissingExtraError (ImportError)    an optional package is not installed
    ├── DataError (ValueError)             a file, an address or a value that cannot be used
    │   ├── MissingFileError (FileNotFoundError)  no such file, or a pattern without a match
    │   ├── UnreadableImageError           not an image, damaged, or too large
    │   └── FetchError                     an address that is refused or does not answer
    ├── WeightsError (RuntimeError)        weights that are absent, damaged or not trusted
    ├── PackageError (RuntimeError)        a package of the hub that is absent, damaged, refused
    │                                      or not trusted, or a home that does not answer
    ├── StoreError (RuntimeError)          a vector store that refuses, is damaged or full
    │   └── StoreUnavailableError (ConnectionError)  one that is not there, or does not answer
    ├── TrainingError (RuntimeError)       a training that cannot go on
    └── OperatorError (RuntimeError)       an operator failed on a row of a running plan

Every message says what happened, to what, with which value, and what to do about it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TowheeError(Exception):
    """Base class of every error that towhee raises on purpose."""


class UsageError(TowheeError, ValueError):
    """A call that cannot mean anything: a wrong keyword, type or combination."""


class UnknownNameError(UsageError, LookupError):
    """No operator, pipeline, model or column of that name; the message offers the closest."""

    def __init__(self, kind: str, name: str, known: Iterable[str], remedy: str = "") -> None:
        self.kind = kind
        self.name: str = name
        self.closest = tuple(difflib.get_close_matches(name, sorted(set(known)), n=3, cutoff=0.55))
        hint = f"; did you mean {_or(self.closest)}?" if self.closest else ""
        message = f"no {kind} is called {name!r}{hint}"
        super().__init__(f"{message} {remedy}".rstrip() if remedy else message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_unknown_name, (type(self), self.kind, self.name, self.closest, self.args))


class UnknownAttributeError(UnknownNameError, AttributeError):
    """A name behind a dot that stands for nothing; ``hasattr`` sees it as absent."""

    name: str


class StreamError(UsageError, TypeError):
    """A stream, which is read once, was asked for what needs a list in memory."""


class MissingExtraError(TowheeError, ImportError):
    """A package of an optional extra is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an optional package: pip install "towhee[{extra}]"')
        self.what = what
        self.extra = extra

    def __reduce__(self) -> tuple[object, ...]:
        return (MissingExtraError, (self.what, self.extra))


class DataError(TowheeError, ValueError):
    """A file, an address or a value that cannot be used."""


class MissingFileError(DataError, FileNotFoundError):
    """No such file, or a pattern that matches none."""


class UnreadableImageError(DataError):
    """Not an image, a damaged one, or one larger than the limit."""


class FetchError(DataError):
    """An address that is refused, too slow, too large, or does not answer."""


class WeightsError(TowheeError, RuntimeError):
    """Weights that are absent, damaged, or not trusted."""


class PackageError(TowheeError, RuntimeError):
    """A package of the hub that is absent, damaged, refused or not trusted, or its home."""


class StoreError(TowheeError, RuntimeError):
    """A vector store that refuses what is asked of it, is damaged, or has no room left."""


class StoreUnavailableError(StoreError, ConnectionError):
    """A vector store that is not there, or does not answer."""


class TrainingError(TowheeError, RuntimeError):
    """A training that cannot go on: it diverged, or its checkpoints cannot be written or read."""


class OperatorError(TowheeError, RuntimeError):
    """An operator failed on one row; the cause is chained as ``__cause__``.

    Attributes:
        key: the row's key: its path, its id, or its position in the source.
        operator: the operator's name as the chain shows it.
        value: a shortened ``repr`` of what the operator was given.
    """

    def __init__(self, message: str, *, key: object, operator: str, value: str) -> None:
        super().__init__(message)
        self.key = key
        self.operator = operator
        self.value = value

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_operator_error, (self.args[0], self.key, self.operator, self.value))


def _rebuild_operator_error(message: str, key: object, operator: str, value: str) -> OperatorError:
    return OperatorError(message, key=key, operator=operator, value=value)


def _rebuild_unknown_name(
    cls: type[UnknownNameError],
    kind: str,
    name: str,
    closest: tuple[str, ...],
    args: tuple[object, ...],
) -> UnknownNameError:
    error = cls(kind, name, closest)
    error.args = args
    return error


def one_line(said: object, limit: int = 200) -> str:
    """What another library says, on one line and cut at ``limit`` characters."""
    return " ".join(str(said).split())[:limit]


def _or(names: tuple[str, ...]) -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
