"""The sources as functions, with a column's name in brackets where one is wanted.

``towhee.glob("*.jpg")`` gives bare paths, ``towhee.glob["path"]("*.jpg")`` rows with a column.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from towhee.engine.function import PlanFunction
from towhee.errors import UsageError
from towhee.functional import sources
from towhee.functional.data_collection import DataCollection
from towhee.functional.data_frame import DataFrame
from towhee.functional.operator_call import parse_columns
from towhee.hub import registry
from towhee.plan.plan import Plan
from towhee.plan.source import Argument
from towhee.plan.step import VALUE, Explode

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = [
    "api",
    "dc",
    "glob",
    "param_scope",
    "range",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_zip",
]


class SourceFunction:
    """A function that makes a collection; an index names the column of its elements."""

    def __init__(self, name: str, make: Callable[..., Plan], doc: str) -> None:
        self._name, self._make = name, make
        self.__doc__ = doc

    def __call__(self, *args: Any, **kwargs: Any) -> DataCollection:
        return DataCollection(self._make(*args, **kwargs))

    def __getitem__(self, columns: Any) -> Callable[..., DataFrame]:
        names, _ = parse_columns((columns, None))

        def make(*args: Any, **kwargs: Any) -> DataFrame:
            if names is not None and len(names) == 1:
                return DataFrame(self._make(*args, **kwargs, column=names[0]))
            return DataFrame(self._make(*args, **kwargs).then(Explode(names)))

        return make

    def __repr__(self) -> str:
        return f"<towhee.{self._name}>"


dc = SourceFunction(
    "dc", sources.from_iterable, "A collection over data; ``dc['a']([1, 2])`` names its column."
)
glob = SourceFunction("glob", sources.from_glob, "A collection of the paths that match patterns.")
range = SourceFunction(
    "range",
    lambda *bounds, column=VALUE: sources.from_iterable(builtins.range(*bounds), column),
    "A collection of integers, as the built-in ``range`` gives them.",
)
read_csv = DataCollection.from_csv
read_json = DataCollection.from_json
read_zip = DataCollection.from_zip
read_parquet = DataCollection.read_parquet


class Api:
    """A chain that becomes a function of one argument.

    Example:
        >>> import towhee
        >>> with towhee.api["x"]() as api:
        ...     chain = api.runas_op["x", "y"](func=lambda x: x + 1).select["y"]()
        ...     add = chain.as_raw().as_function()
        >>> add(1)
        2
    """

    def __init__(self, column: str = VALUE) -> None:
        self._column = column

    def __getitem__(self, column: str) -> Api:
        names, _ = parse_columns((column, None))
        if names is None or len(names) != 1:
            raise UsageError(f"an api takes one argument, so one column, not {column!r}")
        return Api(names[0])

    @contextlib.contextmanager
    def __call__(self) -> Iterator[ApiChain]:
        yield ApiChain(Plan.of(Argument((self._column,))))


class ApiChain(DataFrame):
    """A chain over the argument of a call; ``as_function()`` ends it."""

    def as_function(self) -> PlanFunction:
        """The chain as a function: one value in, its result out; ``.batch(values)`` for many."""
        return PlanFunction(self._plan)

    def serve(self, path: str = "/", app: FastAPI | None = None, **settings: Any) -> FastAPI:
        """The chain behind HTTP: ``POST path`` takes the argument of a call and gives its result.

        Args:
            path: of the route.
            app: an application of yours, which gets the route; a whole one is made if not given.
            settings: ``name``, ``settings`` and ``reads_paths`` of ``towhee.serve.serve``.
        """
        from towhee.serve import serve

        return serve(self, app, path, **settings)

    def _like(self, plan: Plan) -> ApiChain:
        return self._passed_on(ApiChain(plan))


api = Api()


@contextlib.contextmanager
def param_scope(*, dispatcher: Mapping[str, registry.Target] | None = None) -> Iterator[None]:
    """Within the ``with``, let names stand for functions, classes or other operators.

    Args:
        dispatcher: what each name stands for: ``{"my_embedding": "image_embedding.timm"}``,
            ``{"add": MyAdd}``.

    Raises:
        UnknownNameError: if a name stands for an operator that there is not.
    """
    with registry.dispatcher(dispatcher or {}):
        yield
