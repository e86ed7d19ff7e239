"""scikit-learn's estimators: made, fitted, asked and written, with its refusals as ours."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from zipfile import BadZipFile

from towhee.errors import DataError, MissingExtraError, UnknownNameError, UsageError
from towhee.operators.tabular.soundness import require_sound

_ALSO_TRUSTED = ["numpy.dtype", "sklearn.tree._tree.Tree"]
"""What estimators hold besides the types that skops trusts by itself.

Making one runs no code; that a tree is sound is looked at, which scikit-learn does not do.
"""

_DAMAGE = (BadZipFile, zlib.error, KeyError, IndexError, ValueError, TypeError, AttributeError)
"""What skops raises for a file that it did not write, or that holds what it does not trust."""


# Any: the estimators of scikit-learn have no type in common.
def make_estimator(name: str, parameters: Mapping[str, Any], wanted_by: str) -> Any:
    """A new estimator.

    Args:
        name: its module and class, ``"svm:SVC"``.
        parameters: those of the class.
        wanted_by: the operator that it is for, as messages call it.

    Raises:
        MissingExtraError: if scikit-learn is not installed.
        UnknownNameError: if it has no parameter of that name.
    """
    kind = _estimator_class(name, wanted_by)
    known = list(inspect.signature(kind).parameters)
    for parameter in parameters:
        if parameter not in known:
            raise UnknownNameError(
                f"argument of {wanted_by}", parameter, known, f"(it takes {known})"
            )
    return kind(**parameters)


def dump_estimator(estimator: Any, **beside: int | bool) -> bytes:
    """A fitted estimator, and numbers beside it, in a form that is read without running code.

    Raises:
        MissingExtraError: if skops is not installed.
    """
    data: bytes = _skops().dumps({"estimator": estimator, "beside": beside})
    return data


def load_estimator(data: bytes, name: str, wanted_by: str) -> tuple[Any, dict[str, Any]]:
    """What ``dump_estimator`` wrote: only classes of scikit-learn and NumPy are made.

    Raises:
        MissingExtraError: if scikit-learn or skops is not installed.
        DataError: if it holds anything else.
    """
    skops = _skops()
    kind = _estimator_class(name, wanted_by)
    try:
        read = skops.loads(data, trusted=_ALSO_TRUSTED)
        estimator, beside = read["estimator"], read["beside"]
    except _DAMAGE as damage:
        raise DataError(f"this is no {wanted_by} as a state saves it: {damage}") from damage
    if type(estimator) is not kind or not isinstance(beside, dict):
        raise DataError(f"this is no {wanted_by} but a {type(estimator).__name__}")
    require_sound(estimator)
    return estimator, beside


@contextlib.contextmanager
def telling_refusals(work: str) -> Iterator[None]:
    """Give scikit-learn's refusals as ours.

    Raises:
        UsageError: for a parameter's value, which it raises as both ``ValueError`` and
            ``TypeError``.
        DataError: for data that it cannot work with.
    """
    try:
        yield
    except (DataError, UsageError):
        raise
    except ValueError as refusal:
        kind = UsageError if isinstance(refusal, TypeError) else DataError
        raise kind(f"{work}: {refusal}") from refusal


def _estimator_class(name: str, wanted_by: str) -> type[Any]:
    module, _, attribute = name.partition(":")
    try:
        kind: type[Any] = getattr(importlib.import_module(f"sklearn.{module}"), attribute)
    except ImportError as missing:
        raise MissingExtraError(wanted_by, "sklearn") from missing
    return kind


def _skops() -> Any:
    try:
        from skops import io
    except ImportError as missing:
        raise MissingExtraError("saving what an operator learned", "sklearn") from missing
    return io
