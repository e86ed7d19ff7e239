"""A transformer as stages: what is in front of its layers, and the layers, one after the other."""

from __future__ import annotations

from typing import Any

from towhee.errors import UsageError


def transformer_stages(*towers: Any) -> list[list[Any]]:
    """The parameters of each stage, the first in front.

    What comes behind the layers belongs to the last of them. Towers that stand beside each other
    share their stages, counted from their last layers.

    Args:
        towers: transformers, whose layers are the greatest ``ModuleList`` that they have.

    Raises:
        UsageError: for a network that has no such list.
    """
    found = [_stages(tower) for tower in towers]
    count = max(map(len, found))
    together: list[list[Any]] = [[] for _ in range(count)]
    for stages in found:
        for place, parameters in enumerate(stages):
            # The front of the shorter tower goes with the front of the longer.
            at = place and count - len(stages) + place
            together[at] += parameters
    return together


def _stages(tower: Any) -> list[list[Any]]:
    import torch

    lists = [module for module in tower.modules() if isinstance(module, torch.nn.ModuleList)]
    if not lists:
        raise UsageError(
            f"a {type(tower).__name__} has no list of layers, so that none of them can be trained "
            "alone: take method='full', 'lora' or 'linear_probe'"
        )
    layers = max(lists, key=lambda each: sum(weight.numel() for weight in each.parameters()))
    inside = {id(weight) for weight in layers.parameters()}
    stages: list[list[Any]] = [[], *(list(layer.parameters()) for layer in layers)]
    is_behind = False
    for weight in tower.parameters():
        if id(weight) in inside:
            is_behind = True
        else:
            stages[-1 if is_behind else 0].append(weight)
    return stages
