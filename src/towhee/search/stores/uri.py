"""Where a store is: ``milvus:///photos.db``, ``qdrant://host:6333``, ``postgresql://…``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from towhee.errors import UsageError


def uri_of_folder(scheme: str, folder: str | os.PathLike[str]) -> str:
    """The address of an embedded store in a folder.

    Example:
        >>> uri_of_folder("faiss", "/data/index #1")
        'faiss:////data/index %231'
    """
    path = str(Path(folder).expanduser().absolute())
    return f"{scheme}:///{re.sub('[%#?]', lambda sign: f'%{ord(sign[0]):02X}', path)}"


@dataclass(frozen=True, slots=True)
class StoreUri:
    """The parts of the address of a store.

    As in SQLAlchemy, three slashes lead to a path relative to the working folder, four to an
    absolute one: ``milvus:///photos.db``, ``milvus:////data/photos.db``.

    Attributes:
        text: the address as it was given, with its password.
        scheme: the kind of store, in small letters: ``"milvus"``, ``"qdrant+https"``.
        path: of an embedded store, absolute; ``None`` for a server.
        host: of a server, ``None`` for an embedded store.
        port: of a server, ``None`` if the address names none.
        options: behind the question mark.
        shown: the address as messages show it, without its password and without options, which
            may hold a token.

    Example:
        >>> uri = StoreUri.parse("postgresql://me:secret@localhost:5432/photos")
        >>> uri.scheme, uri.host, uri.port, uri.shown
        ('postgresql', 'localhost', 5432, 'postgresql://me@localhost:5432/photos')
    """

    text: str = field(repr=False)
    scheme: str
    path: Path | None
    host: str | None
    port: int | None
    options: dict[str, str] = field(repr=False)
    shown: str

    @classmethod
    def parse(cls, text: str) -> StoreUri:
        """The parts of an address.

        Raises:
            UsageError: if it is none.
        """
        if not isinstance(text, str) or "://" not in text:
            raise UsageError(
                f"a store is named by an address such as 'milvus:///photos.db', not {text!r}"
            )
        if "\0" in text:
            raise UsageError("the address of a store holds a NUL character")
        if "#" in text:
            raise UsageError(
                "the address of a store holds a '#', behind which nothing would be read; write it "
                "as %23"
            )
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:  # whose words may be a part of the password
            raise UsageError(
                "the address of the store cannot be read: its host or port is none; in a user's "
                "name and password, write / as %2F, ? as %3F, @ as %40 and [ as %5B"
            ) from None
        path = None
        if host is None:
            name = unquote(parts.path).removeprefix("/")
            if not name:
                raise UsageError(
                    f"{parts.scheme}:// names neither a host nor a path, as in "
                    f"'{parts.scheme}:///folder/name'"
                )
            path = Path(name).expanduser().absolute()
        user = f"{parts.username}@" if parts.username else ""
        at = f"[{host}]" if host and ":" in host else host or ""
        netloc = f"{user}{at}{f':{port}' if port else ''}"
        shown = urlunsplit((parts.scheme, netloc, parts.path, "", ""))
        if host is None:  # urlunsplit drops the empty host
            shown = f"{parts.scheme}://{parts.path}"
        return cls(
            text, parts.scheme.lower(), path, host, port, dict(parse_qsl(parts.query)), shown
        )

    @property
    def kind(self) -> str:
        """The scheme without what follows its plus sign: ``"qdrant"`` of ``"qdrant+https"``."""
        return self.scheme.partition("+")[0]

    @property
    def transport(self) -> str | None:
        """What follows the plus sign of the scheme: ``"https"`` of ``"qdrant+https"``."""
        return self.scheme.partition("+")[2] or None

    def __str__(self) -> str:
        return self.shown
