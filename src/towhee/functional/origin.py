"""What makes the vectors of a plan, as a store remembers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from towhee.engine.operators import Operators
from towhee.operators.base import ModelOperator, Operator, OperatorRef
from towhee.plan.plan import Plan
from towhee.plan.step import Map
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


def told_origin(ref: OperatorRef, plan: Plan) -> OperatorRef:
    """An operator, told what makes the vectors that it is given, with which it searches a store.

    No model is loaded for it, so weights are not compared.
    """
    made_by = origin_of(plan, is_loaded=False)
    return ref if made_by is None else replace(ref, kwargs=(*ref.kwargs, ("_made_by", made_by)))


def origin_of(
    plan: Plan, pipeline: str | None = None, *, is_loaded: bool = True
) -> Fingerprint | None:
    """What makes the vectors that a plan gives; ``None`` for vectors that no operator makes.

    The operators from the first model on count, or where there is none the last one; what cuts
    texts or decodes pixels in front of them is done with rows that are written and not with
    queries, or gives the same pixels. Functions of the user do not count.

    Args:
        plan: the plan.
        pipeline: its name, where it has one.
        is_loaded: whether the models are loaded, to tell their weights.
    """
    chain = [
        step.operator
        for part in reversed(list(plan.plans_of_run()))
        for step in part.steps
        if isinstance(step, Map) and isinstance(step.operator, OperatorRef)
    ]
    if not chain:
        return None
    models = [place for place, ref in enumerate(chain) if _is_model(ref.resolve())]
    counted = chain[models[0] :] if models else chain[-1:]
    digests = _digests(counted) if is_loaded else []
    return Fingerprint(
        pipeline=pipeline,
        operators=" → ".join(str(_bare(ref)) for ref in counted),
        model=_model_name(counted[0]),
        weights=" ".join(digest[:16] for digest in digests) or None,
    )


def _digests(chain: Sequence[OperatorRef]) -> list[str]:
    """Of the weights of models in a chain, which are loaded for it."""
    operators = Operators()
    made = [operators.get(ref) for ref in chain if _is_model(ref.resolve())]
    return [digest for digest in map(_origin, made) if digest]


def _is_model(target: Callable[..., Any]) -> bool:
    return isinstance(target, type) and issubclass(target, ModelOperator)


def _origin(operator: Callable[..., Any]) -> str | None:
    return operator.origin() if isinstance(operator, Operator) else None


def _bare(ref: OperatorRef) -> OperatorRef:
    kept = tuple((name, value) for name, value in ref.kwargs if name not in _OF_A_RUN)
    return replace(ref, kwargs=kept)


def _model_name(ref: OperatorRef) -> str | None:
    named = dict(ref.kwargs).get("model_name", ref.args[0] if ref.args else None)
    return named if isinstance(named, str) else None
