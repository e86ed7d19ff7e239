"""A folder that holds a folder of files for each class."""

from __future__ import annotations

import logging
import os
from collections import Counter
from dataclasses import dataclass

from towhee.errors import DataError, UsageError
from towhee.trainer.media import Kind, kind_of_file

_log = logging.getLogger(__name__)
_SPLITS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation", "eval"})


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a folder, in the order of their names.

    Attributes:
        paths: where they lie, absolute.
        keys: their paths in the folder, with ``/``.
        labels: the names of their class folders; empty for data without labels.
    """

    paths: list[str]
    keys: list[str]
    labels: list[str]


def class_folders(folder: str) -> FolderFiles:
    """The files in the class folders, however deep they lie there.

    Raises:
        DataError: if there is no class folder, or one without files.
        UsageError: if the folders are parts to train on and to test with, not classes.
    """
    names = sorted(
        entry.name for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] not in "._"
    )
    if not names:
        raise DataError(
            f"{folder!r} holds no folders of classes; put the files of each class into a folder "
            "of its own, or pass label=False for files without labels"
        )
    if len(names) > 1 and {name.lower() for name in names} <= _SPLITS:
        raise UsageError(
            f"the folders in {folder!r} are parts, not classes ({', '.join(names)}); pass one of "
            f"them: dataset({os.path.join(folder, names[0])!r})"
        )
    found = _files(folder, names)
    empty = sorted(set(names) - set(found.labels))
    if empty:
        raise DataError(
            f"{len(empty)} class folders of {folder!r} hold no files, first {empty[0]!r}; fill or "
            "remove them"
        )
    return found


def unlabelled_files(folder: str) -> FolderFiles:
    """All files of a folder, however deep, as data without labels.

    Raises:
        DataError: if there is none.
    """
    found = _files(folder, [""])
    if not found.paths:
        raise DataError(f"{folder!r} holds no files")
    return FolderFiles(found.paths, found.keys, [])


def _files(folder: str, names: list[str]) -> FolderFiles:
    """The files below these folders, of the kind that most of them are."""
    all_files = [
        (name, os.path.join(path, file))
        for name in names
        for path, folders, files in _walk(os.path.join(os.path.abspath(folder), name))
        for file in files
    ]
    kinds = Counter(kind for _, path in all_files if (kind := kind_of_file(path)))
    most: Kind | None = kinds.most_common(1)[0][0] if kinds else None
    kept = [(name, path) for name, path in all_files if not most or kind_of_file(path) == most]
    if len(kept) < len(all_files):
        _log.warning(
            "%d of %d files in %s are passed over, because most are of another kind (%s)",
            *(len(all_files) - len(kept), len(all_files), folder, most),
        )
    keys = [os.path.relpath(path, folder).replace(os.sep, "/") for _, path in kept]
    return FolderFiles([path for _, path in kept], keys, [name for name, _ in kept])


def _walk(folder: str) -> list[tuple[str, list[str], list[str]]]:
    """What is in a folder and those below it, sorted, without what is hidden.

    Links are followed, but into no folder twice.
    """
    found = []
    seen = {os.path.realpath(folder)}
    for path, folders, files in os.walk(folder, followlinks=True, onerror=_refuse):
        kept = []
        for name in sorted(folders):
            real = os.path.realpath(os.path.join(path, name))
            if not name.startswith(".") and real not in seen:
                seen.add(real)
                kept.append(name)
        folders[:] = kept
        found.append((path, folders, sorted(name for name in files if not name.startswith("."))))
    return found


def _refuse(error: OSError) -> None:
    raise DataError(
        f"the folder {error.filename!r} cannot be read ({error.strerror}); check its permissions"
    ) from error
