"""The steps that a rewriting pass puts in for a cache: looking up, and keeping."""

from __future__ import annotations

from dataclasses import dataclass

from towhee.operators.base import OperatorRef
from towhee.plan.step import Columns, Step, require_columns


@dataclass(frozen=True, slots=True)
class Keyed:
    """A model's results as a cache knows them: by what enters the first of these operators.

    Attributes:
        name: of the result, for the steps that ask whether it was found.
        operators: the way from what is looked up to the result, the model last.
    """

    name: str
    operators: tuple[OperatorRef, ...]


@dataclass(frozen=True, slots=True)
class Lookup(Step):
    """Look in a cache for the results of models; put in by a rewriting pass.

    Attributes:
        name: by which the next operator finds what was read here.
        folder: of the cache.
        limit: bytes that the cache keeps within.
        inputs: the columns that the results are known by; ``None`` for the whole element.
        results: what is looked for.
    """

    name: str
    folder: str
    limit: int
    inputs: tuple[str, ...] | None
    results: tuple[Keyed, ...]

    def columns_after(self, before: Columns) -> Columns:
        require_columns(self.inputs, before, self.label)
        return before

    @property
    def label(self) -> str:
        names = ", ".join(keyed.operators[-1].name for keyed in self.results)
        return f"look up {names}"


@dataclass(frozen=True, slots=True)
class Store(Step):
    """Keep in a cache what a model gave for rows that were not found; put in by a pass.

    Attributes:
        name: of the result, as the ``Lookup`` knows it.
        folder: of the cache.
        limit: bytes that the cache keeps within.
        outputs: the columns of the result; ``None`` for the whole element.
    """

    name: str
    folder: str
    limit: int
    outputs: tuple[str, ...] | None

    @property
    def label(self) -> str:
        return "keep what is new"
