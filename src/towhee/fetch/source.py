"""The bytes of a file, an address or a file object."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import IO, Any, TypeAlias

from towhee.errors import DataError
from towhee.fetch.location import shown_url
from towhee.fetch.policy import DEFAULT, FetchPolicy

Source: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]"
"""A path, an address, the bytes themselves, or a file opened in binary mode."""


class Content(bytes):
    """The content of a source, read, that still bears the name of where it comes from.

    Attributes:
        name: what messages call it: a path, or an address without secrets.
    """

    name: str

    def __new__(cls, content: bytes, name: str) -> Content:
        made = super().__new__(cls, content)
        made.name = name
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, in another process too, has the name."""
        return (type(self), (bytes(self), self.name))


_URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+://|data:)")


def read_bytes(source: Source, *, policy: FetchPolicy = DEFAULT) -> bytes:
    """The content of a source.

    Args:
        source: a path, an http or https address, the bytes themselves, or a file opened in
            binary mode, which is read from where it stands. A ``str`` with ``://`` in front is
            an address; ``file://`` is refused, a path does the same.
        policy: limits of a download; they do not apply to files.

    Raises:
        DataError: if a file is missing, no file, empty or not readable.
        FetchError: if an address is refused or does not answer.

    Example:
        >>> read_bytes(b"GIF89a")
        b'GIF89a'
    """
    if isinstance(source, Content):
        return source
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = bytes(source)
    elif isinstance(source, str) and is_url(source):
        from towhee.fetch.url import fetch_url  # here, so that files do not pay for urllib3

        return fetch_url(source, policy=policy)
    elif isinstance(source, (str, os.PathLike)):
        content = _read_file(source)
    elif hasattr(source, "read"):
        content = _read_object(source)
    else:
        raise DataError(
            f"a {type(source).__name__} cannot be read; pass a path, an address, bytes or a file "
            "opened in binary mode"
        )
    if not content:
        raise DataError(f"{source_name(source)} is empty (0 bytes); check how it was written")
    return content


def is_url(text: str) -> bool:
    """Whether a text is an address (of any scheme) and not a path.

    Example:
        >>> is_url("https://example.org/a.jpg"), is_url("C:/a.jpg"), is_url("a.jpg")
        (True, False, False)
    """
    return _URL.match(text) is not None


def source_name(source: object) -> str:
    """What messages call a source: its path, its address without secrets, or its kind.

    Example:
        >>> source_name(b"abc")
        '<3 bytes>'
    """
    if isinstance(source, Content):
        return source.name
    if isinstance(source, memoryview):
        return f"<{source.nbytes} bytes>"
    if isinstance(source, (bytes, bytearray)):
        return f"<{len(source)} bytes>"
    if isinstance(source, str):
        name = shown_url(source) if is_url(source) else source
    elif isinstance(source, os.PathLike):
        name = os.fsdecode(source)
    else:
        given = getattr(source, "name", None)
        name = given if isinstance(given, str) and given else f"<{type(source).__name__}>"
    return name if len(name) <= 300 else f"{name[:299]}…"


def _read_file(source: str | os.PathLike[str]) -> bytes:
    name = source_name(source)
    try:
        kind = os.stat(source).st_mode
        if stat.S_ISDIR(kind):
            raise DataError(f"{name} is a folder; pass the path of a file in it")
        if not stat.S_ISREG(kind):  # a device or a pipe may never end
            raise DataError(f"{name} is not a regular file; read it yourself and pass the bytes")
        with open(source, "rb") as file:
            return file.read()
    except FileNotFoundError as error:
        raise DataError(_missing(name)) from error
    except PermissionError as error:
        raise DataError(f"{name} may not be read by this user; change its permissions") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{name} cannot be read ({reason}); check the path and the disk") from error


def _missing(name: str) -> str:
    if re.match(r"[A-Za-z]{2,}:/", name):
        return f"{name} does not exist; an address is passed as a str, not as a path"
    folder = Path(name).parent
    if folder.is_dir():
        where = "the working folder" if folder == Path() else f"its folder {folder}"
        return f"{name} does not exist, though {where} does; check the file's name"
    return f"{name} does not exist, nor does its folder {folder}; check the path"


def _read_object(source: IO[bytes]) -> bytes:
    name = source_name(source)
    try:
        content: object = source.read()
    except (OSError, ValueError) as error:  # ValueError: closed already
        raise DataError(f"{name} cannot be read ({error}); open it again") from error
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise DataError(f"{name} is opened as text; open it in binary mode, 'rb'")
    if not content and _is_at_end(source):
        raise DataError(f"{name} has been read to its end already; call seek(0) first")
    return bytes(content)


def _is_at_end(source: IO[bytes]) -> bool:
    try:
        return source.tell() > 0
    except (AttributeError, OSError):
        return False
