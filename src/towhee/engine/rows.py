"""Row steps back to back: a chunk goes in, a chunk comes out, no queue between the steps."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import GeneratorType as Generator
from typing import Any

from towhee.engine.apply import Errors, apply_batch, apply_rows, describe, operator_error
from towhee.engine.cache.found import given_contents, passed_over
from towhee.engine.chunk import MISSING, Chunk, Column, has_missing
from towhee.engine.operators import Operators
from towhee.engine.unfold import exploded, flattened, opened
from towhee.errors import OperatorError, UnknownNameError, UsageError
from towhee.operators.base import OperatorRef, short
from towhee.plan.cache_step import Lookup, Store
from towhee.plan.options import OnError
from towhee.plan.step import VALUE, Drop, Explode, Filter, Flatten, Map, Rename, Select, Step
from towhee.types import Failure

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """A chunk, and the error that ended it early: the rows in front of it are sound.

    Attributes:
        chunk: the rows.
        error: of the first failing row, under ``on_error="raise"``.
        heaviest: the most bytes that the rows had between two steps, where that was weighed.
    """

    chunk: Chunk
    error: OperatorError | None = None
    heaviest: int = 0


Runner = Callable[["RowProgram", Chunk], Outcome]
"""One step of a program, ready to run."""


class RowProgram:
    """Steps that look at one row at a time, ready to run over chunks, from any thread.

    Args:
        steps: what the rows go through.
        operators: makes the steps' operators.
        on_error: what becomes of a row that fails.
        forward: what a model's batches are given to; its own ``forward`` if not given.
        weigh: the bytes of a chunk; nothing is weighed if not given.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        operators: Operators,
        on_error: OnError,
        forward: Callable[..., Any] | None = None,
        weigh: Callable[[Chunk], int] | None = None,
    ) -> None:
        self._on_error = on_error
        self._forward = forward
        self._weigh = weigh
        first = steps[0] if steps else None
        self._unless = first.unless if isinstance(first, Map) else ()
        self._runners = [self._runner(step, operators) for step in steps]

    def run(self, chunk: Chunk) -> Outcome:
        """Carry the chunk through all steps.

        When a row fails under ``"raise"``, the rows in front of it go on through the later
        steps, so that the first failing row, whichever step it fails in, is the one reported.
        """
        error: OperatorError | None = None
        heaviest = 0
        for runner in self._runners:
            outcome = runner(self, chunk)
            chunk = outcome.chunk
            error = outcome.error or error
            if self._weigh is not None:
                heaviest = max(heaviest, self._weigh(chunk))
        return Outcome(chunk, error, heaviest)

    def places_to_do(self, chunk: Chunk) -> Sequence[int]:
        """The places of the rows that the first step will be called for, and not pass over."""
        if not chunk.failures and not self._unless:
            return range(len(chunk))
        left_out = {*chunk.failures, *passed_over(chunk, self._unless)}
        return [place for place in range(len(chunk)) if place not in left_out]

    def _runner(self, step: Step, operators: Operators) -> Runner:
        # It is given the program and does not hold it, so that what it has open, such as a cache,
        # is let go of when the run ends and not when garbage is collected.
        if isinstance(step, Map):
            call = RowCall(step, step.operator, operators, self._forward)
            return lambda program, chunk: program._map(step, call, chunk)
        if isinstance(step, Filter):
            call = RowCall(step, step.function, operators)
            return lambda program, chunk: program._filter(step, call, chunk)
        if isinstance(step, Select):
            return lambda program, chunk: program._select(step, chunk)
        if isinstance(step, Explode):
            return lambda program, chunk: program._explode(step, chunk)
        if isinstance(step, Flatten):
            return lambda program, chunk: program._flatten(step, chunk)
        if isinstance(step, (Rename, Drop)):
            return lambda _, chunk: Outcome(_arrange(step, chunk))
        if isinstance(step, Lookup):
            from towhee.engine.cache.finder import Finder  # here, as few runs need SQLite

            find = Finder(step, operators)
            return lambda _, chunk: Outcome(find(chunk))
        if isinstance(step, Store):
            from towhee.engine.cache.keeper import Keeper

            keep = Keeper(step)
            return lambda _, chunk: Outcome(keep(chunk))
        raise UsageError(f"{step.label} is not a step over single rows")

    def _map(self, step: Map, call: RowCall, chunk: Chunk) -> Outcome:
        results, errors = call.results(chunk, self._on_error == "raise")
        written, errors = _written(step, results, errors, chunk)
        ended, failures, error = self._settle(step, call.given, chunk, errors)
        columns: dict[str, Column] = (
            {VALUE: written[VALUE]}
            if step.outputs is None
            else {
                **{name: values for name, values in chunk.columns.items() if name != VALUE},
                **written,
            }
        )
        lookups = {name: found for name, found in chunk.lookups.items() if name != step.given}
        after = Chunk(columns, chunk.keys, chunk.failures, lookups).slice(0, ended)
        if failures or after.failures:
            after = self._with_failures(after, failures, tuple(written))
        return Outcome(after, error)

    def _filter(self, step: Filter, call: RowCall, chunk: Chunk) -> Outcome:
        verdicts, errors = call.results(chunk, self._on_error == "raise")
        if not errors and not chunk.failures:
            try:
                return Outcome(chunk.compress(verdicts))
            except Exception:  # noqa: BLE001 (a verdict without a truth; the rows are told below)
                errors = _undecided(verdicts)
        ended, failures, error = self._settle(step, call.given, chunk, errors)
        after = chunk.slice(0, ended)
        unsound = {**after.failures, **failures}
        keep = not step.drop_empty and self._on_error == "keep"
        kept = [keep if i in unsound else bool(verdicts[i]) for i in range(ended)]
        if self._on_error == "keep":
            after = self._with_failures(after, failures, tuple(after.columns))
        elif failures:
            log_skipped(failures)
        return Outcome(after.compress(kept), error)

    def _select(self, step: Select, chunk: Chunk) -> Outcome:
        columns = {name: chunk.column(name) for name in step.names}
        errors = _lacking(columns, chunk)
        return self._rearranged(step, chunk, chunk.with_columns(columns), errors)

    def _explode(self, step: Explode, chunk: Chunk) -> Outcome:
        return self._rearranged(step, chunk, *exploded(step, chunk))

    def _flatten(self, step: Flatten, chunk: Chunk) -> Outcome:
        outcome = self._rearranged(step, chunk, *opened(step, chunk))
        return Outcome(flattened(step, outcome.chunk), outcome.error)

    def _rearranged(self, step: Step, before: Chunk, after: Chunk, errors: Errors) -> Outcome:
        """The chunk after a step without an operator, with its errors settled."""
        if not errors:
            return Outcome(after)
        elements = before.elements()
        ended, failures, error = self._settle(step, lambda _, i: elements[i], before, errors)
        after = after.slice(0, ended)
        if failures:
            after = self._with_failures(after, failures, tuple(after.columns))
        return Outcome(after, error)

    def _settle(
        self,
        step: Step,
        given: Callable[[Chunk, int], Any],
        chunk: Chunk,
        errors: Errors,
    ) -> tuple[int, dict[int, Failure], OperatorError | None]:
        """How many rows stand, which of them failed, and the error that ends the run if any."""
        if not errors:
            return len(chunk), {}, None
        if self._on_error == "raise":
            first = min(errors)
            value = given(chunk, first)
            return first, {}, operator_error(step, chunk.keys[first], value, errors[first])
        failures = {
            place: Failure(chunk.keys[place], describe(step), given(chunk, place), error)
            for place, error in errors.items()
        }
        return len(chunk), failures, None

    def _with_failures(
        self, chunk: Chunk, failures: dict[int, Failure], written: tuple[str, ...]
    ) -> Chunk:
        """The chunk without its failing rows under ``"skip"``, else with them marked."""
        if self._on_error == "skip":
            log_skipped(failures)
            return chunk.compress([place not in failures for place in range(len(chunk))])
        together = {**chunk.failures, **failures}
        columns = dict(chunk.columns)
        for name in written:
            column = list(columns[name])
            for place, failure in together.items():
                column[place] = failure
            columns[name] = column
        return Chunk(columns, chunk.keys, together, chunk.lookups)


class RowCall:
    """The call of one step's operator on the rows of a chunk."""

    def __init__(
        self,
        step: Map | Filter,
        operator: OperatorRef | Callable[..., Any],
        operators: Operators,
        forward: Callable[..., Any] | None = None,
    ) -> None:
        self._step = step
        made = operators.get(operator)
        role = step.role if isinstance(step, Map) else "call"
        placement = step.placement if isinstance(step, Map) else "inline"
        self._function: Callable[..., Any] = made
        self._whole_batches = role == "forward"
        if role == "forward" and forward is not None:
            self._function = forward
        elif role != "call":
            self._function = getattr(made, role)
        elif placement != "threads" and hasattr(made, "batch"):
            self._function, self._whole_batches = made.batch, True

    def results(self, chunk: Chunk, stop_at_error: bool) -> tuple[Sequence[Any], Errors]:
        """A result for each row, and what was raised by the place of the row.

        Rows that failed before are passed over, and those whose result was found in a cache.
        With ``stop_at_error`` the results may end at the first row that raised.
        """
        columns: Sequence[Column] = self._inputs(chunk)
        lacking = _lacking(dict(zip(self._step.inputs or (), columns, strict=False)), chunk)
        found: Mapping[int, Any] = {}
        if isinstance(self._step, Map):
            found = passed_over(chunk, self._step.unless, self._step.found)
            if self._step.given is not None:
                columns, unread = given_contents(chunk, self._step.given, columns)
                lacking = {**unread, **lacking}
        if not chunk.failures and not lacking and not found:
            return self._apply(columns, stop_at_error)
        unsound = {**chunk.failures, **lacking, **found}
        sound = [place for place in range(len(chunk)) if place not in unsound]
        results: list[Any] = [found.get(place) for place in range(len(chunk))]
        if not sound:
            return results, lacking
        picked = [[column[place] for place in sound] for column in columns]
        some, some_errors = self._apply(picked, stop_at_error)
        for place, result in zip(sound, some, strict=False):
            results[place] = result
        return results, lacking | {sound[place]: error for place, error in some_errors.items()}

    def given(self, chunk: Chunk, place: int) -> Any:
        """What the operator was given for one row."""
        values = [column[place] for column in self._inputs(chunk)]
        return values[0] if len(values) == 1 else tuple(values)

    def _apply(
        self, columns: Sequence[Column], stop_at_error: bool
    ) -> tuple[Sequence[Any], Errors]:
        if self._whole_batches:
            return apply_batch(self._function, columns)
        return apply_rows(self._function, columns, stop_at_error)

    def _inputs(self, chunk: Chunk) -> list[Column]:
        inputs = self._step.inputs
        if inputs is None:
            return [chunk.elements()]
        return [chunk.column(name) for name in inputs]


def ended_by_failure(step: Step, chunk: Chunk, on_error: OnError) -> Outcome:
    """What becomes of a chunk behind a step whose failures were kept, if they are not to be.

    Args:
        step: the step in which rows failed.
        chunk: the rows behind it, in which no row had failed before unless failures are kept.
        on_error: what becomes of them.
    """
    if not chunk.failures or on_error == "keep":
        return Outcome(chunk)
    if on_error == "skip":
        log_skipped(chunk.failures)
        return Outcome(chunk.compress([place not in chunk.failures for place in range(len(chunk))]))
    first = min(chunk.failures)
    failure = chunk.failures[first]
    error = operator_error(step, failure.key, failure.value, failure.error)
    return Outcome(chunk.slice(0, first), error)


def log_skipped(failures: Mapping[int, Failure]) -> None:
    """Tell of rows that are left out because they failed."""
    for failure in failures.values():
        logger.warning("skipped row %r: %s: %s", failure.key, failure.operator, failure.error)


def _lacking(columns: Mapping[str, Column], chunk: Chunk) -> Errors:
    """The error of each row that lacks one of the columns; rows of one chunk may differ."""
    errors: Errors = {}
    for name, values in columns.items():
        if not has_missing(values):
            continue
        for place, value in enumerate(values):
            if value is MISSING and place not in chunk.failures:
                have = chunk.names(place)
                remedy = f"(the row has {', '.join(have) or 'none'})"
                errors.setdefault(place, UnknownNameError("column", name, have, remedy))
    return errors


def _undecided(verdicts: Sequence[Any]) -> Errors:
    """What is raised by verdicts that are neither true nor false, such as arrays."""
    errors: Errors = {}
    for place, verdict in enumerate(verdicts):
        try:
            bool(verdict)
        except Exception as error:  # noqa: BLE001 (whatever a value's __bool__ raises)
            errors[place] = error
    return errors


def _written(
    step: Map, results: Sequence[Any], errors: Errors, chunk: Chunk
) -> tuple[dict[str, Column], Errors]:
    """The columns that a map writes; a row with the wrong number of outputs is an error too."""
    if step.outputs is None:
        return {VALUE: results}, errors
    if not step.lazy and Generator in set(map(type, results)):
        results, errors = _read_out(results, errors)
    if len(step.outputs) < 2:
        return dict.fromkeys(step.outputs, results), errors
    wanted = len(step.outputs)
    errors = dict(errors)
    rows: list[Sequence[Any]] = []
    nothing = (None,) * wanted
    for place, result in enumerate(results):
        row: Sequence[Any] = nothing
        if place not in errors and place not in chunk.failures:
            try:
                row = unpacked(result, step.outputs)
            except UsageError as error:
                errors[place] = error
        rows.append(row)
    together = zip(*rows, strict=True) if rows else iter([()] * wanted)
    columns = {name: list(values) for name, values in zip(step.outputs, together, strict=True)}
    return dict(columns), errors


def _read_out(results: Sequence[Any], errors: Errors) -> tuple[Sequence[Any], Errors]:
    """The results with generators as the lists that they give."""
    errors = dict(errors)
    whole = list(results)
    for place, result in enumerate(whole):
        if isinstance(result, Generator):
            try:
                whole[place] = list(result)
            except Exception as error:  # noqa: BLE001 (whatever a user's generator raises)
                whole[place], errors[place] = None, error
    return whole, errors


def unpacked(result: Any, names: tuple[str, ...]) -> Sequence[Any]:
    """A result as the values of columns: the only one's, those of several, or discarded.

    Raises:
        UsageError: if it is no tuple or list of so many.
    """
    if len(names) < 2:
        return (result,) * len(names)
    if isinstance(result, (tuple, list)) and len(result) == len(names):
        return result
    got = f"{len(result)} values" if isinstance(result, (tuple, list)) else short(result)
    raise UsageError(f"{len(names)} outputs ({', '.join(names)}) were declared, it gave {got}")


def _arrange(step: Rename | Drop, chunk: Chunk) -> Chunk:
    if isinstance(step, Rename):
        names = dict(step.names)
        return chunk.with_columns({names.get(n, n): v for n, v in chunk.columns.items()})
    return chunk.with_columns({n: v for n, v in chunk.columns.items() if n not in step.names})
