"""A learned projection behind a model's features, as the trainer leaves it beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import WeightsError
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.file_digest import file_sha256_once
from towhee.models.json_file import read_json

if TYPE_CHECKING:
    import torch

    from towhee.models.spec import ModelSpec

PROJECTION_FILE = "projection.safetensors"
CONFIG_ENTRY = "towhee"
"""What ``config.json`` has of ours; timm reads past it."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A linear map of the features of one layer, pooled in one way.

    Attributes:
        file: holds ``weight`` ``(dimension, d)`` and ``bias`` ``(dimension,)``, float32.
        dimension: the length of the vectors that it gives.
    """

    file: Path
    dimension: int

    def digest(self) -> str:
        """Of the file.

        Raises:
            WeightsError: if it does not exist.
        """
        try:
            return file_sha256_once(self.file)
        except FileNotFoundError as error:
            raise self._missing() from error

    def _missing(self) -> WeightsError:
        return WeightsError(
            f"config.json states a projection, but {str(self.file)!r} does not exist; copy the "
            "whole folder"
        )

    def behind(self, network: torch.nn.Module) -> torch.nn.Module:
        """The network with the projection behind it.

        Raises:
            WeightsError: as `linear`.
        """
        import torch

        return torch.nn.Sequential(network, self.linear()).eval()

    def linear(self) -> torch.nn.Linear:
        """The projection alone.

        Raises:
            WeightsError: if the file is missing, damaged, or does not hold what is stated of it.
        """
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            tensors = load_file(self.file)
            weight, bias = tensors["weight"].float(), tensors["bias"].float()
        except FileNotFoundError as error:
            raise self._missing() from error
        except (SafetensorError, KeyError, OSError) as error:
            raise WeightsError(
                f"{str(self.file)!r} is damaged or cut short ({error}); train or copy it again"
            ) from error
        if weight.ndim != 2 or weight.shape[0] != self.dimension or bias.shape != weight.shape[:1]:
            raise WeightsError(
                f"{str(self.file)!r} holds a projection of shape {tuple(weight.shape)} with bias "
                f"{tuple(bias.shape)}, but config.json states {self.dimension} dimensions"
            )
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        return linear


def projection_entry(dimension: int, layer: str | None, pooling: str | None) -> dict[str, Any]:
    """What ``config.json`` says of a projection, under ``CONFIG_ENTRY``."""
    return {"projection": {"dimension": dimension, "layer": layer, "pooling": pooling}}


def projection_of(spec: ModelSpec, layer: str | None, pooling: str | None) -> Projection | None:
    """The projection that was learned for a layer and pooling, ``None`` if there is none.

    Features of another layer are not what it was learned on, and are given as they are.

    Args:
        spec: which model; only a folder can have a projection.
        layer: whose output is taken.
        pooling: over positions.

    Raises:
        WeightsError: if ``config.json`` states something that is no projection.
    """
    if spec.source != "folder" or spec.weights_file is None:
        return None
    stated = stated_projection(spec.config)
    if stated is None or (stated.get("layer"), stated.get("pooling")) != (layer, pooling):
        return None
    return Projection(spec.weights_file.parent / PROJECTION_FILE, stated["dimension"])


def folder_projection(
    folder: Path, layer: str | None = None, pooling: str | None = None
) -> Projection | None:
    """The projection that the ``config.json`` of a folder states for a layer and pooling.

    Args:
        folder: of a model; it need not have a ``config.json``.
        layer: whose output is taken.
        pooling: over positions.

    Raises:
        WeightsError: if ``config.json`` states something that is no projection.
    """
    file = folder / CONFIG_FILE
    stated = stated_projection(read_json(file)) if file.is_file() else None
    if stated is None or (stated.get("layer"), stated.get("pooling")) != (layer, pooling):
        return None
    return Projection(folder / PROJECTION_FILE, stated["dimension"])


def stated_dimension(config: Mapping[str, Any]) -> int | None:
    """The length of the vectors of a model's own features; ``None`` where nothing states it.

    Raises:
        WeightsError: if ``config.json`` states something that is no projection.
    """
    stated = stated_projection(config)
    is_plain = stated is not None and stated.get("layer") is None and stated.get("pooling") is None
    return stated["dimension"] if stated and is_plain else None


def stated_projection(config: Mapping[str, Any]) -> dict[str, Any] | None:
    """The projection that a ``config.json`` states, ``None`` if it states none.

    Raises:
        WeightsError: if it is no projection.
    """
    ours = config.get(CONFIG_ENTRY)
    stated = ours.get("projection") if isinstance(ours, dict) else None
    if stated is None:
        return None
    dimension = stated.get("dimension") if isinstance(stated, dict) else None
    if not isinstance(dimension, int) or isinstance(dimension, bool) or dimension < 1:
        raise WeightsError(
            f"config.json states the projection {stated!r}, which has no dimension; train it again"
        )
    return dict(stated)
