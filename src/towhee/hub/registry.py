"""Names to operators: a dict, filled by declaration.

A name is looked for among the operators registered in this process, those that come with
towhee, and those that installed packages declare under the entry point group
``towhee.operators``. Nothing else is consulted, and nothing is downloaded or installed.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, TypeVar, overload

from towhee.errors import UnknownNameError, UsageError
from towhee.hub.builtin_operators import ALIASES, BUILTIN_OPERATORS
from towhee.operators.base import is_operator_class

Target = str | Callable[..., Any]
T = TypeVar("T", bound=Callable[..., Any])

DEFAULT_NAMESPACE = "towhee"

_registered: dict[str, Callable[..., Any]] = {}
_NO_SCOPE: Mapping[str, Target] = MappingProxyType({})
_scoped = contextvars.ContextVar("towhee_dispatcher", default=_NO_SCOPE)


@overload
def register(name: T, /) -> T: ...
@overload
def register(
    name: str | None = None, *, output_schema: object = None, replace: bool = False
) -> Callable[[T], T]: ...
def register(name: Any = None, *, output_schema: object = None, replace: bool = False) -> Any:
    """Make a function or a class an operator that chains and pipes can name.

    Args:
        name: its dotted name, ``"my_task.my_way"``; without one, the name of the function.
        output_schema: accepted for code written for earlier versions; columns are named where
            the operator is used.
        replace: let it take the place of an operator registered under the name before.

    Raises:
        UsageError: if the name is taken, or is not one that can be written after a dot.

    Example:
        >>> @register("demo_task.add_one", replace=True)
        ... def add_one(x):
        ...     return x + 1
        >>> from towhee import DataCollection
        >>> DataCollection([1, 2]).demo_task.add_one().to_list()
        [2, 3]
    """
    if callable(name):
        return register()(name)

    def declare(operator: T) -> T:
        chosen = _plain(name or operator.__name__)
        if not all(part.isidentifier() for part in chosen.split(".")):
            raise UsageError(f"{chosen!r} cannot be written after a dot, so it names no operator")
        known = _registered.get(chosen)
        built_in = chosen in BUILTIN_OPERATORS or chosen in ALIASES
        if not replace and (built_in or known not in (None, operator)):
            raise UsageError(
                f"an operator is registered as {chosen!r} already; "
                "choose another name or pass replace=True"
            )
        _registered[chosen] = operator
        return operator

    return declare


def unregister(name: str) -> None:
    """Forget an operator that this process registered."""
    if _registered.pop(_plain(name), None) is None:
        raise UnknownNameError("registered operator", name, _registered)


def canonical(name: str) -> str:
    """A name as the registry keeps it: no default namespace, ``_`` for ``-``, ``.`` for ``/``."""
    plain = _plain(name)
    other = _scoped.get().get(plain, plain)
    return other if isinstance(other, str) else plain


def _plain(name: str) -> str:
    return re.sub(r"^towhee[./]", "", name.strip()).replace("-", "_").replace("/", ".")


def find(name: str) -> tuple[str, Target]:
    """The canonical name of an operator and where it is: a callable, or ``"module:attribute"``.

    An alias gives the operator that it stands for.

    Raises:
        UnknownNameError: if there is none; it offers the closest names.
    """
    chosen = canonical(name)
    for table in (_scoped_operators(), _registered, BUILTIN_OPERATORS, installed_operators()):
        if chosen in table:
            return chosen, table[chosen]
    if chosen in ALIASES:
        return find(ALIASES[chosen])
    raise UnknownNameError("operator", chosen, names())


def names() -> list[str]:
    """The names of all operators, aliases among them, sorted."""
    ours = {*BUILTIN_OPERATORS, *ALIASES}
    return sorted({*_scoped.get(), *_registered, *ours, *installed_operators()})


def has_namespace(prefix: str) -> bool:
    """Whether an operator's dotted name begins with these parts, or is just them."""
    chosen = canonical(prefix)
    return any(name == chosen or name.startswith(f"{chosen}.") for name in names())


def _scoped_operators() -> dict[str, Target]:
    return {name: target for name, target in _scoped.get().items() if callable(target)}


@functools.cache
def installed_operators() -> dict[str, str]:
    """The operators that installed packages declare, read once."""
    return {
        point.name.replace("-", "_"): point.value
        for point in entry_points(group="towhee.operators")
    }


def check_arguments(
    name: str, target: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> None:
    """Raise ``UsageError`` if a class cannot be called with these arguments.

    A wrong keyword is answered with the closest right one.
    """
    if not is_operator_class(target):
        if args or kwargs:
            raise UsageError(f"{name} is a function: it takes no arguments when it is named")
        return
    try:
        signature = inspect.signature(target)
    except ValueError:  # a class written in C may not tell its signature
        return
    parameters = signature.parameters.values()
    accepts_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    known = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    for keyword in kwargs:
        if keyword not in known and not accepts_any:
            raise UnknownNameError(f"argument of {name}", keyword, known, f"(it takes {known})")
    try:
        signature.bind(*args, **kwargs)
    except TypeError as mismatch:
        needed = [p.name for p in parameters if p.default is p.empty and p.name in known]
        lacking = [each for each in needed[len(args) :] if each not in kwargs]
        if lacking:
            raise UsageError(
                f"{name} needs {', '.join(lacking)}; it takes {', '.join(known)}"
            ) from mismatch
        raise UsageError(f"{name}{signature}: {mismatch}") from mismatch


@contextlib.contextmanager
def dispatcher(names: Mapping[str, Target]) -> Iterator[None]:
    """Within the ``with``, let names stand for functions, classes, or other operators' names."""
    known = dict(_scoped.get())
    for name, target in names.items():
        if not callable(target) and not isinstance(target, str):
            raise UsageError(f"{name!r} can stand for a function, a class or a name: {target!r}")
        known[_plain(name)] = target if callable(target) else find(target)[0]
    token = _scoped.set(known)
    try:
        yield
    finally:
        _scoped.reset(token)
