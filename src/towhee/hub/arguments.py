"""Arguments of operators as a package states them: plain values, and paths within the package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from towhee.errors import PackageError, UsageError
from towhee.hub.names import file_path
from towhee.operators.base import short

HERE = "./"
"""What a path within the package begins with."""

_PLAIN = (str, int, float, bool, type(None))
_TRUST = "trust_"


def written_value(value: Any, what: str) -> Any:
    """An argument as YAML holds it; a tuple becomes ``{"tuple": [...]}``.

    Raises:
        UsageError: for what cannot be written.
    """
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: written_value(each, what) for name, each in value.items()}
    if isinstance(value, tuple):
        return {"tuple": [written_value(each, what) for each in value]}
    if isinstance(value, list):
        return [written_value(each, what) for each in value]
    raise UsageError(f"{short(value)}, {what}, cannot be part of a package")


def read_value(value: Any, folder: Path) -> Any:
    """The argument that was written, with paths within the package as they are from here."""
    if isinstance(value, str):
        return str(folder / value.removeprefix(HERE)) if value.startswith(HERE) else value
    if isinstance(value, list):
        return [read_value(each, folder) for each in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"tuple"} and isinstance(value["tuple"], list):
        return tuple(read_value(each, folder) for each in value["tuple"])
    return {name: read_value(each, folder) for name, each in value.items()}


def check_arguments(value: Any, paths: frozenset[str], source: str) -> None:
    """Refuse arguments that trust on behalf of the user, or lead out of the package.

    Args:
        value: the arguments, or any part of a file that holds some.
        paths: of the files in the package.
        source: what they are called in messages.

    Raises:
        PackageError: for such arguments.
    """
    folders = {str(parent) for path in paths for parent in Path(path).parents}
    for name, each in _named_values(value, ""):
        if name.startswith(_TRUST):
            raise PackageError(
                f"{source} sets {name}, which only whoever uses the package may do; leave it out"
            )
        if not isinstance(each, str):
            continue
        if each.startswith(HERE):
            path = each.removeprefix(HERE).rstrip("/")
            if path and file_path(path) not in paths and path not in folders:
                raise PackageError(f"{source} names {each!r}, which is not in the package")
        elif _leads_out(each):
            raise PackageError(
                f"{source} names the path {each!r}, which leads out of the package; paths in it "
                f"begin with {HERE}"
            )


def _leads_out(text: str) -> bool:
    """Whether a text looks like a path outside: absolute, in a home folder, or upwards."""
    plain = text.replace("\\", "/")
    drive = len(plain) > 2 and plain[0].isalpha() and plain[1:3] == ":/"
    absolute = plain.startswith("/") and plain[1:2].isalnum()
    return absolute or drive or plain.startswith(("~/", "../", "file:")) or "/../" in plain


def _named_values(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every value, and the name under which it, or what it is part of, is given."""
    yield name, value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _named_values(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _named_values(each, name)
