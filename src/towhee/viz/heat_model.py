"""Which network stands behind what a user wants explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import Operator, OperatorRef, short
from towhee.operators.image_classification.timm import TimmImageClassification
from towhee.operators.image_embedding.timm import TimmImageEmbedding
from towhee.operators.network_operator import NetworkOperator
from towhee.plan.plan import Plan
from towhee.plan.step import Map

if TYPE_CHECKING:
    from towhee.models.image_network import ImageNetwork

_EXPLAINED = (
    "what can be explained: image_classification.timm; image_embedding.timm, transformers, dinov2, "
    "dinov3, data2vec, siglip and open_clip; image_text_embedding.* with modality='image'; and a "
    "pipeline with one of them"
)


def explained_operator(op: object) -> Operator[Any, Any]:
    """The operator that is meant: itself, that of a handle or reference, or of a pipeline.

    It is made, but not set up: what embeds is not touched.

    Raises:
        UsageError: for anything else, and for operators that nothing explains.
    """
    if isinstance(op, Operator):
        if not _may_be_explained(type(op)):
            raise UsageError(f"a heatmap cannot explain {type(op).__name__}; {_EXPLAINED}")
        return op
    ref = op if isinstance(op, OperatorRef) else getattr(op, "ref", None)
    plan = getattr(op, "plan", None)
    if isinstance(plan, Plan):
        ref = _only_model(plan, op)
    if not isinstance(ref, OperatorRef):
        raise UsageError(f"a heatmap explains an operator, not {short(op)}; {_EXPLAINED}")
    if not _may_be_explained(ref.resolve()):
        raise UsageError(f"a heatmap cannot explain {ref.name}; {_EXPLAINED}")
    made = ref.instantiate()
    assert isinstance(made, Operator)
    return made


def image_network(operator: Operator[Any, Any]) -> ImageNetwork:
    """The network of an operator on images.

    Raises:
        UsageError: for one on texts or sounds.
    """
    from towhee.models.image_network import ImageNetwork

    assert isinstance(operator, NetworkOperator)
    # An operator whose setup is its own may refuse there to read what it was given.
    if type(operator).setup not in (NetworkOperator.setup, TimmImageEmbedding.setup):
        operator.ensure_setup()
    network = operator.network()
    if not isinstance(network, ImageNetwork):
        raise UsageError(
            f"a heatmap cannot explain {type(operator).__name__} of {network.name}, which sees no "
            f"images; {_EXPLAINED}"
        )
    return network


def class_number(target: int | str, names: Sequence[str], model: str) -> int:
    """The class of a number, or of a name: a whole one, or one of those between commas.

    Args:
        target: the number or the name, in any case.
        names: of all classes.
        model: whose classes they are.

    Raises:
        UsageError: for a number that no class has, and a name that several have.
        UnknownNameError: for a name that none has.

    Example:
        >>> class_number("Pitta", ["crane", "goldfinch, Carduelis carduelis", "pitta"], "a model")
        2
    """
    if not isinstance(target, str):
        if not 0 <= target < len(names):
            raise UsageError(
                f"target is a class between 0 and {len(names) - 1} of {model}, not {target}"
            )
        return target
    asked = target.strip().lower()
    whole = [name.strip().lower() for name in names]
    parts = [[part.strip() for part in name.split(",")] for name in whole]
    found = [number for number, name in enumerate(whole) if name == asked]
    found = found or [number for number, each in enumerate(parts) if asked in each]
    if not found:
        known = [part for each in parts for part in each]
        raise UnknownNameError("class", target, known, f"in {model}")
    if len(found) > 1:
        numbers = " and ".join(map(str, found))
        raise UsageError(f"{target!r} names the classes {numbers}: pass target={found[0]}")
    return found[0]


def _may_be_explained(target: object) -> bool:
    kinds = (NetworkOperator, TimmImageClassification)
    return isinstance(target, type) and issubclass(target, kinds)


def _only_model(plan: Plan, op: object) -> OperatorRef:
    steps = [step.operator for step in plan.steps if isinstance(step, Map)]
    refs = [each for each in steps if isinstance(each, OperatorRef)]
    found = [ref for ref in refs if _may_be_explained(ref.resolve())]
    if len(found) != 1:
        names = ", ".join(ref.name for ref in found or refs) or "no operators"
        raise UsageError(
            f"a heatmap explains one model of images, but {short(op)} has {names}: pass the "
            f"operator itself; {_EXPLAINED}"
        )
    return found[0]
