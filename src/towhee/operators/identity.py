"""What an operator is, apart from its input: by this its results are known again in another run."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from towhee.cache.versions import installed_versions
from towhee.operators.base import Operator, OperatorRef

_OURS = "towhee."
_codes: weakref.WeakKeyDictionary[Callable[..., Any], str | None] = weakref.WeakKeyDictionary()


class _Unknowable(Exception):
    """An argument whose content cannot be told."""


def reference_identity(ref: OperatorRef) -> str | None:
    """The operator's name, arguments and code as a text, the same in every process.

    ``None`` if they cannot be told: an argument is a function or another object without a
    content of its own, or the operator is defined in no file (a notebook, a console, inside a
    function), so that nothing would show that its code has changed.

    Example:
        >>> reference_identity(OperatorRef("length", len)) is None
        True
    """
    code = _code(ref.resolve())
    if code is None:
        return None
    try:
        arguments = [_plain(ref.args), _plain(dict(ref.kwargs))]
    except _Unknowable:
        return None
    return json.dumps([ref.name, *arguments, code], sort_keys=True)


def operator_fingerprint(operator: Callable[..., Any]) -> str | None:
    """What the results depend on besides, as the operator itself says; a function says nothing."""
    return operator.fingerprint() if isinstance(operator, Operator) else ""


def _code(target: Callable[..., Any]) -> str | None:
    """A version or a digest of the code of a class or function.

    It is worked out once for each object: a module that is imported again makes new ones.
    """
    try:
        if target not in _codes:
            _codes[target] = _code_now(target)
        return _codes[target]
    except TypeError:  # it has no hash, or cannot be referred to weakly
        return None


def _code_now(target: Callable[..., Any]) -> str | None:
    name, module = getattr(target, "__qualname__", None), getattr(target, "__module__", None)
    home = sys.modules.get(module) if isinstance(module, str) else None
    file = getattr(home, "__file__", None)
    if not isinstance(name, str) or home is None or file is None:
        return None
    try:
        found: object = functools.reduce(getattr, name.split("."), home)
        if found is not target:  # decorated, or made by a function
            return None
        if home.__name__.startswith(_OURS):
            return f"towhee {installed_versions('towhee')}"
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except (AttributeError, OSError):
        return None


def _plain(value: object) -> Any:
    """An argument as JSON, with its type where two types look alike."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return {"float": value.hex()}
    if type(value) in (bytes, bytearray):
        return {"bytes": hashlib.sha256(value).hexdigest()}  # type: ignore[arg-type]  # narrowed
    if isinstance(value, OperatorRef):
        identity = reference_identity(value)
        if identity is None:
            raise _Unknowable
        return {"operator": identity}
    if isinstance(value, PurePath):
        return {"path": str(value)}
    if isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject:
        digest = hashlib.sha256(value.tobytes()).hexdigest()
        return {"array": [type(value).__name__, value.dtype.str, list(value.shape), digest]}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_plain(item) for item in value]}  # type: ignore[attr-defined]  # narrowed
    if isinstance(value, Mapping) and type(value) is dict:
        return {"dict": [[_plain(key), _plain(value[key])] for key in sorted(value, key=repr)]}
    if type(value) in (set, frozenset):
        return {"set": sorted(json.dumps(_plain(item)) for item in value)}  # type: ignore[attr-defined]  # narrowed
    raise _Unknowable
