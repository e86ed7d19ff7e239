"""What makes the vectors of a plan, as a store remembers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from towhee.engine.operators import Operators
from towhee.operators.base import ModelOperator, Operator, OperatorRef
from towhee.plan.plan import Plan
from towhee.plan.source import Join, Shared
from towhee.plan.step import Map, Rename
from towhee.search.stores import Fingerprint

_OF_A_RUN = frozenset(
    # How a model runs, how much at once, and where its files are: its weights have a digest.
    {
        "backend",
        "batch_size",
        "calibration",
        "checkpoint",
        "device",
        "fidelity",
        "num_worker",
        "precision",
        "trust_pickle",
        # What tells queries from documents, and texts from images, whose vectors are compared.
        "modality",
        "prompt",
        "prompt_name",
    }
)


def origin_of(
    plan: Plan,
    pipeline: str | None = None,
    *,
    column: str | None = None,
    is_loaded: bool = True,
) -> Fingerprint | None:
    """What makes the vectors that a plan gives; ``None`` for vectors that no operator makes.

    The operators that lead to them count, from the first one on that embeds, or else from the
    last model on: what reads, cuts or decodes in front of it is done with rows that are written
    and not with queries, or gives the same. Functions of the user do not count.

    Args:
        plan: the plan.
        pipeline: its name, where it has one.
        column: with the vectors; all columns are followed if ``None``.
        is_loaded: whether the models are loaded, to tell their weights.
    """
    chain = list(reversed(list(_leading_to(plan, None if column is None else {column}))))
    embedding = [place for place, ref in enumerate(chain) if _embeds(ref)]
    models = [place for place, ref in enumerate(chain) if _is_model(ref.resolve())]
    if not embedding and not models:
        return None
    counted = chain[embedding[0] if embedding else models[-1] :]
    exported = _exported(counted)
    if exported is not None:
        return Fingerprint(**{**exported, "pipeline": pipeline})
    return Fingerprint(
        pipeline=pipeline,
        operators=" → ".join(str(_bare(ref)) for ref in counted),
        model=_model_name(counted[0]),
        weights=" ".join(each[:16] for each in _digests(counted)) or None if is_loaded else None,
    )


def _exported(chain: Sequence[OperatorRef]) -> Mapping[str, str | None] | None:
    """What a single operator stands for that was exported from another one."""
    if len(chain) != 1 or not _is_model(chain[0].resolve()):
        return None
    operator = chain[0].instantiate()
    return operator.stands_for() if isinstance(operator, Operator) else None


def _leading_to(plan: Plan, needed: set[str] | None) -> Iterator[OperatorRef]:
    """The operators that lead to columns, the last first; to all columns if ``None``."""
    for step in reversed(plan.steps):
        if isinstance(step, Rename) and needed is not None:
            old_names = {new: old for old, new in step.names}
            needed = {old_names.get(name, name) for name in needed}
        if not isinstance(step, Map):
            continue
        outputs = None if step.outputs is None else set(step.outputs)
        if outputs is not None and needed is not None and not outputs & needed:
            continue
        if isinstance(step.operator, OperatorRef):
            yield step.operator
        inputs = None if step.inputs is None else set(step.inputs)
        if outputs is None or inputs is None or needed is None:
            needed = inputs if outputs is None else None
        else:
            needed = (needed - outputs) | inputs
    if isinstance(plan.source, (Join, Shared)):
        for read in plan.source.read_plans:  # which may call the columns by other names
            yield from _leading_to(read, None)


def _digests(chain: Sequence[OperatorRef]) -> list[str]:
    """Of the weights of models in a chain, which are loaded for it."""
    operators = Operators()
    made = [operators.get(ref) for ref in chain if _is_model(ref.resolve())]
    return [digest for digest in map(_origin, made) if digest]


def _embeds(ref: OperatorRef) -> bool:
    """Whether it is an operator of a task that gives vectors, by its name."""
    return ref.name.partition(".")[0].endswith(("embedding", "fingerprinting"))


def _is_model(target: Callable[..., Any]) -> bool:
    is_model = isinstance(target, type) and issubclass(target, ModelOperator)
    return is_model and getattr(target, "wants_origin_of", None) is None


def _origin(operator: Callable[..., Any]) -> str | None:
    return operator.origin() if isinstance(operator, Operator) else None


def _bare(ref: OperatorRef) -> OperatorRef:
    kept = tuple((name, value) for name, value in ref.kwargs if name not in _OF_A_RUN)
    return replace(ref, kwargs=kept)


def _model_name(ref: OperatorRef) -> str | None:
    named = dict(ref.kwargs).get("model_name", ref.args[0] if ref.args else None)
    return named if isinstance(named, str) else None
