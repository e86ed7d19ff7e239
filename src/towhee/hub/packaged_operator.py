"""From a package to the operator in it."""

from __future__ import annotations

import inspect
import os
import re
from typing import Any

from towhee.errors import PackageError
from towhee.hub.code import packaged_code
from towhee.hub.home import Home
from towhee.hub.package import Package
from towhee.hub.pulling import installed
from towhee.hub.reference import reference
from towhee.hub.registry import check_arguments, find
from towhee.operators.base import OperatorRef

TRUST_PICKLE = "trust_pickle"


def operator(
    name: str,
    *,
    revision: str | None = None,
    home: str | os.PathLike[str] | Home | None = None,
    trust_remote_code: bool = False,
    trust_pickle: bool = False,
    **overrides: Any,
) -> OperatorRef:
    """The reference of an operator that was pushed as a package, pulled if it is not here.

    Args:
        name: ``"owner/name"``, or ``"owner/name@revision"``.
        revision: a revision, the beginning of one, or a version.
        home: where to pull it from.
        trust_remote_code: run the Python that the package brings.
        trust_pickle: load weights in it that can run code.
        overrides: arguments of the operator in place of the package's.

    Raises:
        PackageError: if it cannot be had, is damaged, is no operator, or is not trusted.
    """
    package = installed(name, revision=revision, home=home)
    return operator_of(
        package, trust_remote_code=trust_remote_code, trust_pickle=trust_pickle, **overrides
    )


def operator_of(
    package: Package, *, trust_remote_code: bool = False, trust_pickle: bool = False, **given: Any
) -> OperatorRef:
    """The reference of the operator in a verified package."""
    if package.manifest.kind != "operator":
        kind = package.manifest.kind
        remedy = {
            "pipeline": f"pipeline({package.name!r})",
            "model": "checkpoint=hub.pull(…).folder",
        }
        raise PackageError(f"{package.name} is a {kind}, no operator: use {remedy[kind]}")
    check_trust(package, trust_pickle)
    arguments = {**package.arguments(), **given}
    stated = package.manifest.operator
    if stated is None:
        code = packaged_code(package, trust_remote_code=trust_remote_code)
        called = ".".join(re.sub(r"^(?=\d)|\W", "_", part) for part in package.name.split("/"))
        check_arguments(called, code, (), arguments)
        return OperatorRef(called, code, (), tuple(sorted(arguments.items())))
    if trust_pickle and takes(stated, TRUST_PICKLE):
        arguments[TRUST_PICKLE] = True
    return reference(stated, **arguments)


def check_trust(package: Package, trust_pickle: bool) -> None:
    """Refuse a package whose files can run code when they are read, unless they are trusted.

    Raises:
        PackageError: if there are any.
    """
    pickles = package.manifest.pickles
    if pickles and not trust_pickle:
        raise PackageError(
            f"{package.name} holds {pickles[0]}, a pickle, which can run any code when it is "
            "loaded; pass trust_pickle=True if you trust whoever made it"
        )


def takes(name: str, argument: str) -> bool:
    """Whether an operator takes an argument of that name."""
    _, target = find(name)
    resolved = OperatorRef(name, target).resolve()
    return isinstance(resolved, type) and argument in inspect.signature(resolved).parameters
