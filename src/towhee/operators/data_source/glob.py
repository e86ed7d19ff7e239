"""``data_source.glob``: the files that match a pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence

from towhee.errors import DataError, MissingFileError
from towhee.operators.base import Operator, short


class GlobDataSource(Operator[str, list[str]]):
    """The paths that match a pattern, sorted; give it to ``flat_map`` for a row a path.

    ``*`` stands for anything within a name, ``**`` for folders within folders.

    Raises:
        MissingFileError: if no file matches.

    Example:
        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pathlib.Path(folder, "a.txt").touch()
        ...     [path] = GlobDataSource()(f"{folder}/*.txt")
        >>> path.endswith("a.txt")
        True
    """

    def fingerprint(self) -> str | None:
        """``None``, as a folder has other files tomorrow."""
        return None

    def batch(self, values: Sequence[str | os.PathLike[str]]) -> list[list[str]]:
        """The paths for each pattern."""
        return [_matching(value) for value in values]


def _matching(pattern: object) -> list[str]:
    if not isinstance(pattern, (str, os.PathLike)):
        raise DataError(f"a pattern is a text, such as 'docs/*.pdf', not {short(pattern)}")
    found = sorted(glob.glob(os.fspath(pattern), recursive=True))
    if not found:
        raise MissingFileError(f"no file matches {short(os.fspath(pattern))} in {os.getcwd()!r}")
    return found
