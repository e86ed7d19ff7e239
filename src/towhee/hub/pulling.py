"""``pull``: a package from its home onto this machine, whole and verified."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from towhee.errors import PackageError
from towhee.hub.home import Home, Progress, no_progress
from towhee.hub.homes import HOME, home_of
from towhee.hub.manifest import Manifest, PackageFile, read_manifest
from towhee.hub.names import name_and_revision
from towhee.hub.package import Package, damage_of, is_sound
from towhee.hub.package_cache import PackageCache
from towhee.models.hub_errors import NO_ROOM

logger = logging.getLogger(__name__)

_ROOM = 1 << 20  # bytes beside the files themselves


def pull(
    name: str,
    *,
    revision: str | None = None,
    home: str | os.PathLike[str] | Home | None = None,
    progress: Progress = no_progress,
) -> Package:
    """Bring a package onto this machine; nothing is downloaded that is here already.

    Args:
        name: ``"owner/name"``, or ``"owner/name@revision"``.
        revision: a revision, the beginning of one, or a version; the newest if not given.
        home: a directory, the address of an index, or ``"hf"`` for the Hugging Face Hub; if not
            given, what the variable ``TOWHEE_HUB`` says, or else where it was pulled from before,
            or else the Hub.
        progress: is told of each piece that comes.

    Returns:
        The package, whose ``folder`` holds its files.

    Raises:
        UnknownNameError: if the home has no such package or revision.
        PackageError: if the home does not answer, what it sends is not what the manifest lists,
            or there is no room.

    Example:
        >>> pull("me/birds", home="/srv/packages")  # doctest: +SKIP
    """
    name, revision = name_and_revision(name, revision)
    cache = PackageCache()
    place = _home(home, name, cache)
    exact, content = place.manifest(name, revision)
    manifest = read_manifest(content)
    if manifest.name != name:
        raise PackageError(f"{place.address} has {manifest.name} where {name} should be")
    with _disk_errors(cache), cache.lock(name):
        found = cache.package(name, exact)
        if found is None:
            parts = cache.parts(name, exact)
            _check_room(parts, manifest)
            for file in manifest.files:
                _fetch(place, name, exact, file, parts / file.path, progress)
            found = cache.install(name, exact, content, place.address)
        else:
            _mend(found, place, cache, progress)
        cache.remember(name, exact, place.address)
    return found


def installed(
    name: str,
    *,
    revision: str | None = None,
    home: str | os.PathLike[str] | Home | None = None,
) -> Package:
    """A package that is here, verified; pulled first if it is not.

    What was pulled before is taken without asking its home, so that it works offline and stays
    what it is until it is pulled again. A damaged file is named in a warning, and pulled again.

    Args:
        name: ``"owner/name"``, or ``"owner/name@revision"``.
        revision: a revision, the beginning of one, or a version; the one that was pulled last if
            not given.
        home: as for ``pull``; any that it was pulled from before, if not given.

    Raises:
        UnknownNameError: if the home has no such package or revision.
        PackageError: if it is neither here nor to be had, or is damaged.
    """
    name, revision = name_and_revision(name, revision)
    cache = PackageCache()
    found = cache.find(name, revision, None if home is None else home_of(home).address)
    if found is None:
        found = pull(name, revision=revision, home=home)
    elif found.damaged():
        with _disk_errors(cache), cache.lock(name):
            _mend(found, home_of(cache.origin(found)), cache, no_progress)
    found.verify()
    return found


def _home(home: str | os.PathLike[str] | Home | None, name: str, cache: PackageCache) -> Home:
    if home is None and not os.environ.get(HOME):
        home = cache.last_home(name)
    return home_of(home)


def _fetch(
    place: Home, name: str, revision: str, file: PackageFile, target: Path, progress: Progress
) -> None:
    """Bring one file, of which a part may be there; what is not sound is begun anew, once."""
    if is_sound(target, file):
        progress(file.bytes)
        return
    was_begun = target.exists()
    place.fetch(name, revision, file, target, progress)
    if not is_sound(target, file) and was_begun:
        target.unlink(missing_ok=True)
        place.fetch(name, revision, file, target, progress)
    if not is_sound(target, file):
        damage = damage_of(target, file)
        if target.is_file() and target.stat().st_size == file.bytes:
            target.unlink()  # going on from it would lead nowhere
        raise PackageError(f"{place.address} does not send what {name} lists: {damage}")


def _mend(package: Package, place: Home, cache: PackageCache, progress: Progress) -> None:
    """Pull the files of a package again that are damaged."""
    for file in package.damaged():
        path = package.folder / file.path
        damage = damage_of(path, file)
        logger.warning("%s; pulling it again", damage)
        beside = cache.parts(package.name, package.revision) / file.path
        try:
            _fetch(place, package.name, package.revision, file, beside, progress)
        except PackageError as error:
            raise PackageError(f"{damage}, and cannot be pulled again: {error}") from error
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(beside, path)


def _check_room(folder: Path, manifest: Manifest) -> None:
    there = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    free = shutil.disk_usage(folder).free
    if manifest.bytes - there + _ROOM > free:
        raise PackageError(
            f"{manifest.name} takes {manifest.bytes / 1e6:,.1f} MB and {str(folder)!r} has room "
            f"for {free / 1e6:,.1f} MB: make room (`towhee hub rm`), or set XDG_CACHE_HOME to a "
            "folder on a larger disk"
        )


@contextlib.contextmanager
def _disk_errors(cache: PackageCache) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise PackageError(
                f"there is no room on the disk of {str(cache.root)!r}: make room (`towhee hub rm`),"
                f" or set XDG_CACHE_HOME to a folder on a larger disk ({error.strerror})"
            ) from error
        raise PackageError(f"the packages at {str(cache.root)!r} cannot be changed: {error}") from (
            error
        )
