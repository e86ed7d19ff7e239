"""How long a model's vectors are, found without its weights."""

from __future__ import annotations

from towhee.models.layers import with_layer
from towhee.models.projection import projection_of
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import import_timm, preprocess_of, repository_spec
from towhee.models.timm_network import untrained


def vector_dimension(spec: ModelSpec, layer: str | None, pooling: str | None) -> int:
    """The length of the vectors of a layer, pooled.

    The network is built and run on torch's "meta" device, which computes shapes only.

    Raises:
        UnknownNameError: if timm has no such model, or the model no such layer.
        WeightsError: if a projection is stated that cannot be one.
    """
    projection = projection_of(spec, layer, pooling)
    if projection is not None:
        return projection.dimension
    import_timm()
    import torch

    if spec.source == "hub":
        spec = repository_spec(spec)
    size = preprocess_of(spec).input_size
    with torch.device("meta"), torch.inference_mode():
        model = with_layer(untrained(spec), layer, pooling)
        return int(model(torch.empty(1, *size)).shape[1])
