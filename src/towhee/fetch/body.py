"""The content of a response, read and unpacked no further than the limit."""

from __future__ import annotations

import zlib
from typing import Protocol

from towhee.errors import FetchError

_CHUNK = 64 * 1024


class Readable(Protocol):
    """What gives a response's content piece by piece, as it was sent."""

    def read(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        """Up to ``amt`` bytes; none at the end."""


def read_body(response: Readable, *, encoding: str, limit: int, shown: str) -> bytes:
    """All of a response's content, unpacked where the server packed it unasked.

    Args:
        response: where it is read from.
        encoding: the Content-Encoding header, ``""`` for none.
        limit: the most bytes, packed and unpacked.
        shown: the address as messages show it.

    Raises:
        FetchError: if it is larger, empty, or packed in another way than gzip or deflate.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(
            f"{shown} sent its content packed as {encoding[:40]!r}, which was not asked for; "
            "download it with your own client and pass the bytes"
        )
    unpacker = None if encoding in ("", "identity") else _Unpacker(shown)
    body = bytearray()
    received = 0
    while chunk := response.read(_CHUNK, decode_content=False):
        received += len(chunk)
        body += chunk if unpacker is None else unpacker.unpack(chunk, limit + 1 - len(body))
        if max(len(body), received) > limit:
            raise FetchError(f"{shown} {too_large(limit)}")
    if unpacker is not None and not unpacker.is_complete:
        raise FetchError(f"{shown} sent gzip content that is cut off; try again")
    if not body:
        raise FetchError(f"{shown} sent nothing (0 bytes); check the address")
    return bytes(body)


def too_large(limit: int) -> str:
    """What is said of content above the limit, and what to do."""
    return (
        f"sent more than the limit of {limit:,} bytes; fetch a smaller file, or raise max_bytes "
        "of the FetchPolicy"
    )


class _Unpacker:
    """gzip and zlib streams, one after another, with a limit on what each call makes."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.stream = zlib.decompressobj(zlib.MAX_WBITS | 32)

    @property
    def is_complete(self) -> bool:
        return self.stream.eof

    def unpack(self, chunk: bytes, most: int) -> bytes:
        made = bytearray()
        try:
            while chunk and len(made) < most:
                if self.stream.eof:
                    self.stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
                made += self.stream.decompress(chunk, most - len(made))
                chunk = self.stream.unused_data
        except zlib.error as error:
            raise FetchError(
                f"{self.shown} sent damaged gzip content ({error}); try again"
            ) from error
        return bytes(made)
