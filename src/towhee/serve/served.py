"""What is served: anything that is called with an input, in one form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from towhee.builder import CallablePipe
from towhee.builder.callable_pipe import NestedPipe
from towhee.engine.function import PlanFunction
from towhee.engine.operators import shared_model
from towhee.errors import UsageError
from towhee.functional import DataCollection
from towhee.functional.front import ApiChain
from towhee.operators.base import ModelOperator, OperatorRef, short
from towhee.operators.text_embedding.text import ReadText
from towhee.pipelines import Pipeline
from towhee.pipelines.graph_function import GraphFunction
from towhee.plan.plan import Plan
from towhee.plan.source import Argument
from towhee.plan.step import VALUE, Explode, Map
from towhee.serve.runner import Here, runner_of


@dataclass(frozen=True, slots=True)
class Input:
    """A value that a call takes.

    Attributes:
        name: of its column.
        is_file: whether it is the content of a file, which a client sends or gives the address
            of. A text in its place would name a file of the server.
    """

    name: str
    is_file: bool


class Served:
    """A pipeline, a pipe or a chain, as a service calls it.

    Args:
        name: by which clients ask for it.
        function: carries out calls.
        data: the kind of data that it takes.
        dimension: the length of the vectors it gives, ``None`` if it is not known.
        summary: what it gives, in one line.
        reads_paths: whether clients may name files of the server, which is refused otherwise.
    """

    def __init__(
        self,
        name: str,
        function: PlanFunction | GraphFunction,
        *,
        data: str = "any",
        dimension: int | None = None,
        summary: str = "",
        reads_paths: bool = False,
    ) -> None:
        self.name = name
        self.data = data
        self.dimension = dimension
        self.summary = summary
        self.plan = function.plan
        self.runner = runner_of(name, function)
        self._reader: _Reader | None = None
        files = () if reads_paths else files_of(function.plan, function.input_names)
        self.inputs = tuple(Input(each or "input", each in files) for each in function.input_names)

    def preload(self) -> None:
        """Load the weights, where batches are carried out."""
        self.runner.load()
        self._reader = _reader_of(self.plan) if isinstance(self.runner, Here) else None

    def look(self, value: Any) -> tuple[Any, int]:
        """A value as its model takes it, and how long it is, by which batches are formed.

        A text has its tokens then, if a model of this process reads it first. The length of all
        else is 0.
        """
        if self._reader is None or not isinstance(value, str):
            return value, 0
        try:
            return self._reader.read(value)
        except Exception:  # noqa: BLE001 (raised again by the batch, which tells whose it is)
            return value, 0

    @cached_property
    def explains(self) -> bool:
        """Whether it can be seen which parts of two images make its vectors alike."""
        from towhee.viz.heat_model import explained_operator

        try:
            explained_operator(self)
        except UsageError:
            return False
        return True

    def __repr__(self) -> str:
        return f"<served {self.name}>"


def served(thing: Any, name: str | None = None, *, reads_paths: bool = False) -> Served:
    """Anything that is called with an input, as a service calls it.

    Args:
        thing: a ``Pipeline``, a pipe, a chain over ``towhee.api()``, its ``as_function()``, or a
            function of one value.
        name: by which clients ask for it; its own, or ``"pipeline"``, if not given.
        reads_paths: whether clients may name files of the server.

    Raises:
        UsageError: for anything else, and a collection over data.
    """
    if isinstance(thing, Served):
        return thing
    if isinstance(thing, Pipeline):
        about = thing.spec
        return Served(
            name or about.name,
            thing.function,
            data=about.data,
            dimension=about.dimension,
            summary=about.summary,
            reads_paths=reads_paths,
        )
    function: PlanFunction | GraphFunction | None = None
    if isinstance(thing, CallablePipe):
        function = GraphFunction(thing)
    elif isinstance(thing, (PlanFunction, GraphFunction)):
        function = thing
    elif isinstance(thing, ApiChain):
        function = thing.as_function()
    elif callable(thing) and not isinstance(thing, DataCollection):
        name = name or getattr(thing, "__name__", "").strip("<>")
        function = PlanFunction(Plan.of(Argument()).then(Map(thing)))
    if function is not None:
        return Served(name or "pipeline", function, reads_paths=reads_paths)
    raise UsageError(
        f"{short(thing)} cannot be served; serve a pipeline, a pipe, a function, or a chain over "
        "the argument of a call: with towhee.api() as api: …"
    )


def files_of(plan: Plan, inputs: Sequence[str]) -> Collection[str]:
    """Which inputs of a plan are files, by the operators that read them.

    Where what is read as a file was made of the inputs in a way that is not known (by a function
    of the user), all of them count: any text in them could have become a path.
    """
    read: set[str] = set()
    written: set[str] = set()
    for each in plan.plans_of_run():
        for step in each.steps:
            if isinstance(step, Map):
                reads = _reads_files(step.operator)
                columns = (step.inputs if reads else step.outputs) or (VALUE,)
                (read if reads else written).update(columns)
            elif isinstance(step, Explode):
                written.update(inputs)
    return read if read <= set(inputs) - written else inputs


def _reads_files(operator: OperatorRef | Callable[..., Any]) -> bool:
    if isinstance(operator, NestedPipe):
        names = [column.name for column in operator.pipe.graph.arguments]
        return bool(files_of(operator.pipe.plan, names))
    target = operator.resolve() if isinstance(operator, OperatorRef) else operator
    return bool(getattr(target, "reads_files", False))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes the tokens of texts, as the model does that takes them.

    Attributes:
        model: the operator.
        length: of the tokens of a text, as it counts in a batch.
    """

    model: ModelOperator[Any, Any]
    length: Callable[[Any], int]

    def read(self, text: str) -> tuple[ReadText, int]:
        """The text with its tokens, and its length."""
        tokens = self.model.prepare(text)
        return ReadText(text, tokens, self.model), self.length(tokens)


def _reader_of(plan: Plan) -> _Reader | None:
    """What reads texts, where a plan begins with a model that takes one."""
    first = next((step for step in plan.steps if isinstance(step, Map)), None)
    if first is None or not isinstance(first.operator, OperatorRef) or len(first.inputs or "1") > 1:
        return None
    target = first.operator.resolve()
    if not (isinstance(target, type) and issubclass(target, ModelOperator) and target.is_shared):
        return None
    model = shared_model(first.operator)
    assert isinstance(model, ModelOperator)
    length = model.streams().length
    return None if length is None else _Reader(model, length)
