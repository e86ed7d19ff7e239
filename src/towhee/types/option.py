"""``Option``: a value that is there (``Some``) or failed to come (``Empty``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Option(Generic[T]):
    """What ``exception_safe()`` makes of an element: ``Some(value)`` or ``Empty()``.

    Example:
        >>> Some(2).map(lambda x: x + 1), Empty().get_or_else(0)
        (Some(3), 0)
    """

    __slots__ = ()

    @staticmethod
    def of(value: Any) -> Some[Any]:
        """A value that is there."""
        return Some(value)

    @staticmethod
    def empty() -> Empty:
        """No value, for no reason."""
        return Empty()

    def is_some(self) -> bool:
        """Whether a value is there."""
        return isinstance(self, Some)

    def is_empty(self) -> bool:
        """Whether no value is there."""
        return not self.is_some()

    def get(self) -> Any:
        """The value; of ``Empty`` the reason, which has ``value`` and ``exception``."""
        return self

    def get_or_else(self, default: Any) -> Any:
        """The value, or ``default`` where there is none."""
        return default

    def map(self, function: Callable[[T], Any]) -> Option[Any]:
        """``Some`` of the function's result; ``Empty`` if it raises or there is no value."""
        return self

    def flat_map(self, function: Callable[[T], Option[Any]]) -> Option[Any]:
        """The ``Option`` that the function returns for the value; ``Empty`` stays."""
        return self


class Some(Option[T]):
    """A value that is there."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def get(self) -> T:
        return self._value

    def get_or_else(self, default: Any) -> Any:
        return self._value

    def map(self, function: Callable[[T], Any]) -> Option[Any]:
        return self.flat_map(lambda value: Some(function(value)))

    def flat_map(self, function: Callable[[T], Option[Any]]) -> Option[Any]:
        try:
            return function(self._value)
        except Exception as error:  # noqa: BLE001 (what Option is for: a failure becomes a value)
            return Empty(self._value, error)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Some) and bool(self._value == other._value)

    def __hash__(self) -> int:
        return hash(("Some", self._value))

    def __repr__(self) -> str:
        return f"Some({self._value!r})"


class Empty(Option[Any]):
    """No value: ``value`` is what the function was given, ``exception`` what it raised.

    Example:
        >>> Some(0).map(lambda x: 1 / x).get().exception
        ZeroDivisionError('division by zero')
    """

    __slots__ = ("exception", "value")

    def __init__(self, value: Any = None, exception: BaseException | None = None) -> None:
        self.value = value
        self.exception = exception

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Empty)

    def __hash__(self) -> int:
        return hash("Empty")

    def __repr__(self) -> str:
        return "Empty()"
