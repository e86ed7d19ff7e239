"""Which optional packages are installed, by the extra that asks for them."""

from __future__ import annotations

import functools
import re
from importlib import metadata

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)\s*(\[(?P<extras>[^]]*)\])?.*\bextra\s*==\s*['\"](?P<of>[^'\"]+)"
)
_OWN = "towhee"


@functools.cache
def packages_of_extras() -> dict[str, frozenset[str]]:
    """The packages of each extra, those of the extras that it includes among them."""
    direct: dict[str, set[str]] = {}
    included: dict[str, set[str]] = {}
    for requirement in metadata.requires(_OWN) or ():
        match = _REQUIREMENT.match(requirement)
        if match is None:
            continue
        direct.setdefault(match["of"], set())
        if match["name"].lower() == _OWN:
            names = {name.strip() for name in (match["extras"] or "").split(",")}
            included.setdefault(match["of"], set()).update(names)
        else:
            direct[match["of"]].add(match["name"])

    def packages(extra: str) -> frozenset[str]:
        inner = (packages(other) for other in included.get(extra, ()))
        return frozenset(direct.get(extra, ())).union(*inner)

    return {extra: packages(extra) for extra in sorted(direct)}


def is_installed(extra: str) -> bool:
    """Whether all packages of an extra are installed, whatever their versions."""
    return all(map(_version, packages_of_extras().get(extra, ())))


def extras() -> dict[str, dict[str, str | None]]:
    """The version of each package of each extra, ``None`` for one that is not installed."""
    return {
        extra: {package: _version(package) for package in sorted(packages)}
        for extra, packages in packages_of_extras().items()
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
