"""Documents that are ZIP archives: those of Word and of spreadsheets, and what may lie in them."""

from __future__ import annotations

import io
import zipfile
import zlib

from towhee.errors import DataError

MOST_BYTES = 1 << 29
"""Of an archive when it is unpacked: half a gigabyte is a large book, a bomb is a thousand."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_zip(content: bytes) -> bool:
    """Whether the content begins as a ZIP archive does."""
    return content.startswith(_ZIP)


def is_old_office(content: bytes) -> bool:
    """Whether it begins as files of Office before 2007 do, and encrypted ones of today."""
    return content.startswith(_OLE)


def is_encrypted_office(content: bytes) -> bool:
    """Whether it is a file of Office behind a password."""
    return is_old_office(content) and _ENCRYPTED in content


def checked_members(content: bytes, name: str) -> list[str]:
    """The names of an archive's members, every one of which can be unpacked within the bound.

    Args:
        content: of the archive.
        name: what messages call it.

    Raises:
        DataError: if it is damaged, encrypted, or larger when unpacked than a document is.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > MOST_BYTES:
                raise DataError(
                    f"{name} unpacks to {unpacked:,} bytes, more than the {MOST_BYTES:,} that are "
                    "allowed; it is no document, or a trap"
                )
            # It reads each as far as it says that it goes, so that one that goes on is found out.
            damaged = archive.testzip()
    except DataError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        LookupError,
        OSError,
        RuntimeError,  # that it is encrypted, or compressed in a way that is not known
        ValueError,
    ) as error:
        raise DataError(f"{name} is damaged, cut short or encrypted: {error}") from error
    if damaged is not None:
        raise DataError(f"{name} is damaged: its part {damaged} is not what was written")
    return [member.filename for member in members]
