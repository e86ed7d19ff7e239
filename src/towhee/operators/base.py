"""The contract of an operator, and the reference by which a plan names one.

A plain function is an operator. A class becomes one of the library's own by inheriting
``Operator`` and giving ``batch``; a model that prepares each value on its own before the
batched forward pass inherits ``ModelOperator`` and gives ``prepare`` and ``forward``, so
that the engine can prepare in many threads and keep the model busy.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from towhee.errors import MissingExtraError, TowheeError, UsageError
from towhee.models.known_model import KnownModel

if TYPE_CHECKING:
    import numpy.typing as npt

In = TypeVar("In")
Out = TypeVar("Out")

Placement = Literal["inline", "threads", "model"]
"""Where a step runs: between its neighbours, in the pool of threads, or batched on its device."""


class Operator(Generic[In, Out]):
    """One transformation of values, made once per worker and called on batches.

    Class attributes:
        placement: ``"inline"`` for cheap functions, ``"threads"`` for work that releases the
            interpreter lock (reading, decoding), ``"model"`` for what wants whole batches.
        reads_files: whether a text or a path names a file, whose content is what it works on.
        extra: the extra to install for it, ``None`` if the core is enough.
        models: the published models that it is known to run, by their names; its default first.
        takes_operators: its arguments that stand for another operator, which a user may name.
        wants_origin_of: the place of the input with vectors of which a chain tells it what makes
            them, as the argument ``_made_by``; ``None`` for most.

    ``setup`` is called once before the first batch and is the place to load weights.
    """

    placement: ClassVar[Placement] = "inline"
    reads_files: ClassVar[bool] = False
    extra: ClassVar[str | None] = None
    models: ClassVar[Mapping[str, KnownModel]] = {}
    takes_operators: ClassVar[tuple[str, ...]] = ()
    wants_origin_of: ClassVar[int | None] = None

    def setup(self) -> None:
        """Load what the operator needs; called once, before the first ``batch``."""

    def batch(self, values: Sequence[In]) -> Sequence[Out] | npt.NDArray[Any]:
        """One result for each value, in order; several inputs come as several sequences."""
        raise NotImplementedError(f"{type(self).__name__} defines no batch()")

    # Any: what a value holds may be of another type than the value.
    def content(self, value: In) -> Any:
        """What the operator works on, in the form by which it is known again: a file's bytes.

        The operator gives the same result for it as for the value. A cache asks for it, and
        hands it on, so that nothing is read twice.
        """
        return value

    def fingerprint(self) -> str | None:
        """What the results depend on besides the operator's name, arguments and code.

        That is, for a model: its weights, and what computes with them. A cache keeps no results
        of an operator that gives ``None``, because they are never the same again.
        """
        return ""

    def origin(self) -> str | None:
        """A digest of what was learned that the results come from: weights, layer, preprocessing.

        Whatever computes with it, on whatever device: results of one origin can be compared.
        ``None`` where nothing was learned, or it is not known.
        """
        return None

    def stands_for(self) -> Mapping[str, str | None] | None:
        """What made vectors that this operator's can be compared with, where that is another one.

        Of a model that was exported, the fields of the ``Fingerprint`` of the operator that it
        was exported from; ``None`` for all others.
        """
        return None

    def __call__(self, value: In) -> Out:
        """The result for one value: ``batch([value])[0]``."""
        self.ensure_setup()
        result: Out = self.batch([value])[0]
        return result

    def ensure_setup(self) -> None:
        """Call ``setup`` unless it has been called; another thread that asks waits for it.

        The lock is the operator's own: a setup that runs a plan may set up other operators in
        other threads.

        Raises:
            MissingExtraError: which names the operator's own extra, that brings all it needs.
        """
        if self.__dict__.get("_is_set_up", False):
            return
        with self.__dict__.setdefault("_setup_lock", threading.RLock()):
            try:
                if not self.__dict__.get("_is_set_up", False):
                    self.setup()
                    self._is_set_up = True
            except MissingExtraError as error:
                if self.extra in (None, error.extra):
                    raise
                raise MissingExtraError(error.what, self.extra) from error
            finally:
                self.__dict__.pop("_setup_lock", None)  # a lock cannot be pickled


@dataclass(frozen=True, slots=True)
class Streams:
    """How an engine runs a model over many rows.

    Attributes:
        forward: the results for a batch of prepared values, in order.
        parallel: how many calls of it may be under way at once.
        threads: the cores that each call keeps busy; 0 where the work is done elsewhere (a GPU),
            ``None`` if it is not known.
        batch_size: the number of rows that suits it, ``None`` to find it by measuring.
        length: how long a prepared value is, where a batch is as wide as its longest; rows of
            like length are then put together. It needs a ``batch_size``.
        usual_length: the length at which that number of rows suits it; of longer ones a batch
            has fewer.
    """

    forward: Callable[[Sequence[Any]], Sequence[Any] | npt.NDArray[Any]]
    parallel: int = 1
    threads: int | None = None
    batch_size: int | None = None
    length: Callable[[Any], int] | None = None
    usual_length: int = 1

    def by_length(
        self,
        usual_length: int,
        *,
        batch_size: int,
        gpu_batch_size: int,
        length: Callable[[Any], int] = len,
    ) -> Streams:
        """The same for rows of different length, of which those of like length share a batch.

        Args:
            usual_length: of a row.
            batch_size: rows of that length in a batch on the CPU, where it was not measured.
            gpu_batch_size: the same where the work is done elsewhere.
            length: of a prepared value.
        """
        size = self.batch_size or (batch_size if self.threads else gpu_batch_size)
        return replace(self, batch_size=size, length=length, usual_length=usual_length)


class ModelOperator(Operator[In, Out]):
    """An operator whose work on one value (``prepare``) and on a batch (``forward``) are apart.

    Class attributes:
        is_shared: whether all runs of the process may use the same one, which is kept for them;
            not where it holds the user's data, which may change between two runs.
    """

    placement: ClassVar[Placement] = "model"
    is_shared: ClassVar[bool] = True

    def prepare(self, value: In) -> Any:
        """What the model takes for this value; called from several threads at once."""
        raise NotImplementedError(f"{type(self).__name__} defines no prepare()")

    def forward(self, prepared: Sequence[Any]) -> Sequence[Out] | npt.NDArray[Any]:
        """The results for a batch of prepared values, in order."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward()")

    def load(self) -> None:
        """Load what ``forward`` needs, so that the first call is as quick as the others."""
        self.ensure_setup()

    def least_side(self) -> int | None:
        """The shorter side, in pixels, that an image keeps where decoding may make it smaller.

        ``None`` where the model takes images as they are.
        """
        return None

    def how_it_runs(self) -> list[str]:
        """What is known here of the backend that runs it, in lines; none if nothing is known."""
        return []

    def streams(self) -> Streams:
        """How to run ``forward`` over many rows: one call at a time, unless a class knows better.

        It is called instead of ``setup`` where an engine runs the model.
        """
        self.ensure_setup()
        return Streams(self.forward)

    def batch(self, values: Sequence[In]) -> Sequence[Out] | npt.NDArray[Any]:
        return self.forward([self.prepare(value) for value in values])


@dataclass(frozen=True, slots=True)
class OperatorRef:
    """An operator by name and arguments: what a plan holds, prints, pickles and compares.

    Attributes:
        name: the dotted name, ``"image_embedding.timm"``.
        target: ``"module:attribute"``, or the callable itself for one of this process.
        args: positional arguments.
        kwargs: keyword arguments as sorted ``(name, value)`` pairs.
    """

    name: str
    target: str | Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()

    def resolve(self) -> Callable[..., Any]:
        """The class or function itself, imported if need be."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        resolved: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
        return resolved

    def instantiate(self) -> Callable[..., Any]:
        """A new operator: the class called with the arguments, or the function itself.

        Raises:
            UsageError: if an operator that is known by its name does not take the arguments.
        """
        target = self.resolve()
        if not is_operator_class(target):
            return target
        try:
            made: Callable[..., Any] = target(*self.args, **dict(self.kwargs))
        except TowheeError:
            raise
        # What a wrong type meets in a constructor; a user's own class says it in its own way.
        except (TypeError, ValueError, ArithmeticError, LookupError, OSError) as error:
            if not isinstance(self.target, str):
                raise
            raise UsageError(
                f"{self} cannot be made: {error}; check the types of its arguments"
            ) from error
        return made

    def __str__(self) -> str:
        shown = [_argument(value) for value in self.args]
        named = (pair for pair in self.kwargs if not pair[0].startswith("_"))  # of the library
        shown += [f"{name}={_argument(value)}" for name, value in named]
        return f"{self.name}({', '.join(shown)})"


def _argument(value: object) -> str:
    """An argument as a chain shows it; a function by its name, not by its address."""
    if isinstance(value, OperatorRef):
        return str(value)
    name = getattr(value, "__name__", None)
    return name if callable(value) and isinstance(name, str) else short(value)


def is_operator_class(target: object) -> bool:
    """Whether it is a class whose objects are called; ``str`` is a class, but a function here."""
    return isinstance(target, type) and any(
        "__call__" in vars(base) or "batch" in vars(base) for base in target.__mro__
    )


def short(value: object, limit: int = 80) -> str:
    """A ``repr`` fit for a message: cut at ``limit`` characters, arrays by shape and dtype."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        return f"<{type(value).__name__} {tuple(shape)} {dtype}>"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(value)} bytes>"
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 (a user's __repr__ must not hide the error reported)
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
