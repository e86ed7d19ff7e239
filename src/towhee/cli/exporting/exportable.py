"""What of a pipeline can be exported."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError, WeightsError

if TYPE_CHECKING:
    from towhee.models.network import Batch, Graph
    from towhee.operators.base import OperatorRef
    from towhee.pipelines import Pipeline

_SAMPLES = 16
_EXPORTED = "pipelines that end in a model which makes vectors of images or of texts are exported"


@dataclass(frozen=True, slots=True)
class Exportable:
    """A pipeline that ends in one model.

    Attributes:
        pipeline: the reference, which torch runs in float32.
        graph: the network of its model.
        before: the operators in front of it.
        data: what the model sees.
        normalize: whether vectors are brought to unit length behind the network.
        beside: the files that say how a value becomes what the network takes, by their names.
    """

    pipeline: Pipeline
    graph: Graph
    before: tuple[OperatorRef, ...]
    data: Literal["image", "text"]
    normalize: bool
    beside: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Of the pipeline."""
        return self.pipeline.spec.name

    @property
    def plain_name(self) -> str:
        """The same of letters, digits, dots and dashes alone."""
        return re.sub(r"[^A-Za-z0-9.-]+", "-", self.name).strip(".-") or "pipeline"

    def samples(self) -> list[Any]:
        """Real inputs: photographs or sentences of the package."""
        if self.data == "image":
            from towhee.models.calibration import sample_photographs

            return list(sample_photographs()[:_SAMPLES])
        from towhee.models.text.sample_sentences import sample_sentences

        return list(sample_sentences()[:_SAMPLES])

    def rows(self) -> Batch:
        """The same as the network takes them, in one batch."""
        return self.graph.joined(self.graph.calibration()[:_SAMPLES])

    def vectors(self) -> npt.NDArray[np.float32]:
        """What the pipeline gives for them, ``(n, d) float32``."""
        return cast("npt.NDArray[np.float32]", self.pipeline.batch(self.samples()))


def exportable(name: str, arguments: Mapping[str, Any]) -> Exportable:
    """The pipeline of a name, as far as it can be exported.

    Args:
        name: of the pipeline, or its file or folder.
        arguments: of its last operator.

    Raises:
        UnknownNameError: if there is none of that name.
        UsageError: if it is none that can be exported.
    """
    from towhee.cli.written_steps import operators_of
    from towhee.functional.origin import origin_of
    from towhee.hub.packaged_operator import takes
    from towhee.pipelines import Pipeline, pipeline

    made = pipeline(name, **arguments)
    if not isinstance(made, Pipeline) or made.spec.graph is not None:
        raise UsageError(f"{name!r} is a graph: {_EXPORTED}")
    last = operators_of(made)[-1]
    reference = {
        argument: value
        for argument, value in {"backend": "torch", "precision": "float32", "device": "cpu"}.items()
        if takes(last.name, argument) and takes(last.name, "fidelity")
    }
    made = pipeline(name, **{**reference, **arguments})
    *before, last = operators_of(made)
    graph, data, beside = _graph(last)
    origin = origin_of(made.plan)
    if origin is not None:
        stated = {"operators": origin.operators, "model": origin.model, "weights": origin.weights}
        beside = {**beside, "model.json": {**beside["model.json"], "stands_for": stated}}
    signature = inspect.signature(last.resolve())
    bound = signature.bind(*last.args, **dict(last.kwargs))
    bound.apply_defaults()
    normalize = bool(bound.arguments.get("normalize", False))
    return Exportable(made, graph, tuple(before), data, normalize, beside)


def _graph(ref: OperatorRef) -> tuple[Graph, Literal["image", "text"], Mapping[str, Any]]:
    """The network of an operator, what it sees, and what lies beside it."""
    from towhee.models.embedded_model import embedded_model
    from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding
    from towhee.operators.network_operator import NetworkOperator

    operator = ref.instantiate()
    if isinstance(operator, EmbeddedImageEmbedding):
        model = embedded_model()
        return model, "image", {"model.json": model.preprocess.as_config()}
    if not isinstance(operator, NetworkOperator):
        raise UsageError(f"{ref.name} cannot be exported: {_EXPORTED}")
    from towhee.models.image_network import ImageNetwork
    from towhee.models.text.token_network import TokenNetwork
    from towhee.models.text.tokens import Tokenizer

    operator.ensure_setup()
    network = operator.running.network
    if network.key is None:
        raise WeightsError(f"{ref.name} has random weights, which are worth nothing elsewhere")
    if isinstance(network, ImageNetwork):
        return network, "image", {"model.json": network.preprocess.as_config()}
    if isinstance(network, TokenNetwork) and isinstance(network.tokenizer, Tokenizer):
        tokenizer = network.tokenizer
        how = {**tokenizer.how, "padding": network.padding, "filled_to": network.filled_to}
        return network, "text", {"model.json": how, "tokenizer.json": tokenizer.as_json()}
    raise UsageError(
        f"{ref.name} of {network.name} cannot be exported: {_EXPORTED}, and of texts those whose "
        "tokenizer is a tokenizer.json alone"
    )
