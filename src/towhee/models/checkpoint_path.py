"""Where weights of the user's own lie."""

from __future__ import annotations

import os
from pathlib import Path

from towhee.errors import UsageError


def checkpoint_path(checkpoint: str | os.PathLike[str]) -> Path:
    """The path of a file or a folder, with ``~`` written out.

    Raises:
        UsageError: if it is no path; an empty one would be the working folder.
    """
    if not isinstance(checkpoint, (str, os.PathLike)) or not os.fspath(checkpoint):
        raise UsageError(f"checkpoint is the path of a file or a folder, not {checkpoint!r}")
    return Path(os.path.expanduser(checkpoint))
