"""Dotted names behind a collection: ``dc.image_embedding.timm["img", "vec"](...)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from towhee.errors import UnknownAttributeError, UsageError
from towhee.hub import registry
from towhee.hub.reference import reference
from towhee.operators.base import OperatorRef

R = TypeVar("R")
F = TypeVar("F")

Columns = tuple[str, ...] | None
Build = Callable[[OperatorRef, Columns, Columns], R]
"""What is done with an operator: its reference, its input and its output columns."""


class OperatorCall(Generic[R, F]):
    """An operator's name, waiting for its arguments, or the first part of one.

    Calling it gives what ``build`` makes of the operator; an index before the call names the
    columns that it reads and writes. ``R`` is the type of what is made of a plain call, ``F`` of
    one with columns.
    """

    __slots__ = ("_build", "_inputs", "_name", "_outputs")

    def __init__(
        self, build: Build[Any], name: str, inputs: Columns = None, outputs: Columns = None
    ) -> None:
        self._build = build
        self._name = name
        self._inputs = inputs
        self._outputs = outputs

    def __call__(self, *args: Any, **kwargs: Any) -> R:
        made: R = self._build(reference(self._name, *args, **kwargs), self._inputs, self._outputs)
        return made

    def __getitem__(self, columns: Any) -> OperatorCall[F, F]:
        inputs, outputs = parse_columns(columns)
        kind: type[OperatorCall[F, F]] = type(self)  # type: ignore[assignment]  # R changes to F
        return kind(self._build, self._name, inputs, outputs)

    def __getattr__(self, name: str) -> OperatorCall[R, F]:
        if name.startswith("_"):
            raise AttributeError(name)
        return namespace(self._build, f"{self._name}.{name}")

    def __dir__(self) -> list[str]:
        prefix = f"{registry.canonical(self._name)}."
        found = (name for name in registry.names() if name.startswith(prefix))
        return sorted({name[len(prefix) :].split(".")[0] for name in found})

    def __repr__(self) -> str:
        return f"<operator {self._name}>"


def namespace(
    build: Build[Any], name: str, known: list[str] | None = None
) -> OperatorCall[Any, Any]:
    """The name, if an operator's begins with it.

    Raises:
        UnknownAttributeError: if none does; it offers the closest of the operators' names and
            of ``known``.
    """
    if name == registry.DEFAULT_NAMESPACE or registry.has_namespace(name):
        return OperatorCall(build, name)
    depth = name.count(".") + 1
    spaces = {".".join(full.split(".")[:depth]) for full in registry.names()}
    candidates = [*spaces, *registry.names(), *(known or [])]
    raise UnknownAttributeError("operator or method", name, candidates)


def parse_columns(index: Any) -> tuple[Columns, Columns]:
    """``["a", "b"]`` or ``[("a", "b"), ("c", "d")]`` as input and output columns.

    Raises:
        UsageError: if it is neither.
    """
    if not isinstance(index, tuple):
        return _names(index), None
    if len(index) != 2:
        raise UsageError(
            "columns are given as [inputs, outputs], each a name or a tuple of names, "
            f"not {index!r}"
        )
    return _names(index[0]), _names(index[1])


def _names(columns: Any) -> Columns:
    names = (columns,) if isinstance(columns, str) else columns
    if names is None:
        return None
    if not isinstance(names, (tuple, list)) or not names:
        raise UsageError(f"a column is named by a string, several by a tuple, not {columns!r}")
    for name in names:
        if not isinstance(name, str) or not name.isidentifier():
            raise UsageError(f"a column's name is an identifier, as in Python, not {name!r}")
    return tuple(names)
