"""What packages and the files in them may be called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from towhee.errors import PackageError, UsageError
from towhee.operators.base import short

_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FILE_PART = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|]{1,200}")
_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 400


def is_package_name(text: object) -> bool:
    """Whether it can be the name of a package: ``"owner/name"``."""
    if not isinstance(text, str) or text.count("/") != 1:
        return False
    return all(
        _PART.fullmatch(part) and ".." not in part and not _OF_WINDOWS.fullmatch(part)
        for part in text.split("/")
    )


def package_name(text: str) -> str:
    """The name itself.

    Raises:
        UsageError: if it is none.
    """
    if not is_package_name(text):
        raise UsageError(
            f'a package is called "owner/name", in letters, digits and - _ . , not {short(text)}'
        )
    return text


def name_and_revision(text: str, revision: str | None = None) -> tuple[str, str | None]:
    """The parts of ``"owner/name@revision"``.

    Args:
        text: a name, with a revision behind it or not.
        revision: one that was given apart from it.

    Raises:
        UsageError: if it is no name, there are two revisions, or what is given is none.

    Example:
        >>> name_and_revision("me/birds@1.0")
        ('me/birds', '1.0')
    """
    if not isinstance(text, str):
        raise UsageError(f"a package is asked for by its name, not by {short(text)}")
    name, at, behind = text.partition("@")
    if at and revision is not None and revision != behind:
        raise UsageError(f"{text!r} and revision={revision!r} name two revisions")
    chosen = behind if at else revision
    if chosen is not None and not _REVISION.fullmatch(chosen):
        raise UsageError(f"{chosen!r} is no revision of a package")
    return package_name(name), chosen


def file_path(text: object) -> str:
    """The path of a file in a package, as its manifest may state it: ``"weights/a.safetensors"``.

    Raises:
        PackageError: if it leads out of the package, or cannot be on every file system.
    """
    parts = text.split("/") if isinstance(text, str) else []
    sound = bool(parts) and len(str(text)) <= _LONGEST
    for part in parts:
        sound &= _FILE_PART.fullmatch(part) is not None and not _OF_WINDOWS.fullmatch(part)
        sound &= not part.startswith(".") and not part.endswith((".", " "))
    if not sound:
        raise PackageError(
            f"a package cannot hold a file called {short(text)}: paths are relative, with / "
            "between their parts, of which none begins with a dot"
        )
    return str(PurePosixPath(*parts))
