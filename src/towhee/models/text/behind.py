"""What comes behind the pooling of a sentence model: linear layers, and scaling to unit length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from towhee.errors import WeightsError
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.json_file import read_json
from towhee.models.text.files import ModelFiles

if TYPE_CHECKING:
    import torch

_ACTIVATIONS = {
    "torch.nn.modules.linear.Identity": "Identity",
    "torch.nn.modules.activation.Tanh": "Tanh",
}
_OF_VECTORS = ("sentence_embedding", None)


@dataclass(frozen=True, slots=True)
class Behind:
    """One step behind the pooling.

    Attributes:
        dense: the folder of a linear layer within the model, ``"2_Dense/"``; ``None`` for scaling
            to unit length.
        inputs, outputs: of the linear layer.
        activation: behind it, ``"Identity"`` or ``"Tanh"``.
    """

    dense: str | None = None
    inputs: int = 0
    outputs: int = 0
    activation: str = "Identity"


def behind_pooling(
    files: ModelFiles, modules: Sequence[tuple[str, str]], width: int
) -> tuple[Behind, ...]:
    """The steps that a model lists.

    Args:
        files: of the model.
        modules: kind and folder of each, ``"Dense"`` or ``"Normalize"``.
        width: of the pooled vectors.

    Raises:
        WeightsError: for a linear layer that is of another kind, or does not fit.

    Source: https://sbert.net/docs/package_reference/sentence_transformer/modules.html
    """
    found = []
    for kind, folder in modules:
        if kind == "Normalize":
            found.append(Behind())
            continue
        found.append(_dense(files.needed(folder + CONFIG_FILE), folder, width))
        width = found[-1].outputs
    return tuple(found)


def _dense(file: Path, folder: str, width: int) -> Behind:
    stated = read_json(file)
    inputs, outputs = stated.get("in_features"), stated.get("out_features")
    if not isinstance(inputs, int) or not isinstance(outputs, int):
        raise WeightsError(f"{str(file)!r} states no in_features and out_features")
    if inputs != width:
        raise WeightsError(
            f"{str(file)!r} states {inputs} in_features, and what is in front gives {width}"
        )
    named = stated.get("activation_function", "torch.nn.modules.activation.Tanh")
    activation = _ACTIVATIONS.get(named)
    is_plain = (
        not stated.get("use_residual")
        and stated.get("module_input_name", "sentence_embedding") in _OF_VECTORS
        and stated.get("module_output_name") in _OF_VECTORS
    )
    if activation is None or not is_plain:
        raise WeightsError(
            f"{str(file)!r} asks for a linear layer with {named}, a residual, or other inputs; "
            f"towhee computes plain ones with {' or '.join(_ACTIVATIONS)}"
        )
    return Behind(folder, inputs, outputs, activation)


def dense_module(file: Path, step: Behind) -> torch.nn.Module:
    """A linear layer with its activation, as sentence-transformers saves it.

    Raises:
        WeightsError: if the file is damaged, or holds something else than is stated.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(file)
        weight, bias = tensors["linear.weight"].float(), tensors.get("linear.bias")
    except (SafetensorError, KeyError, OSError) as error:
        raise WeightsError(f"{str(file)!r} is damaged or cut short ({error})") from error
    if tuple(weight.shape) != (step.outputs, step.inputs):
        raise WeightsError(
            f"{str(file)!r} holds weights of shape {tuple(weight.shape)}, not of "
            f"({step.outputs}, {step.inputs}) as its {CONFIG_FILE} states"
        )
    linear = torch.nn.Linear(step.inputs, step.outputs, bias=bias is not None)
    with torch.no_grad():
        linear.weight.copy_(weight)
        if bias is not None:
            linear.bias.copy_(bias.float())
    activation: torch.nn.Module = getattr(torch.nn, step.activation)()
    return torch.nn.Sequential(linear, activation)


def unit_length_module() -> torch.nn.Module:
    """Scales vectors ``(n, d)`` to unit length."""
    import torch

    class UnitLength(torch.nn.Module):
        def forward(self, vectors: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.normalize(vectors, p=2, dim=-1)

    return UnitLength()
