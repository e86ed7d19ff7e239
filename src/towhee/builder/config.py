"""How one node of a pipe is to run."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import OperatorRef, short

CPU = -1


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """What ``config=`` of a node takes; a mapping of the same names does too.

    Attributes:
        name: what ``debug`` calls the node.
        device: the number of a GPU, or -1 for the CPU, for an operator that takes a ``device``.

    Example:
        >>> NodeConfig(device=0) | NodeConfig(name="embed")
        NodeConfig(name='embed', device=0)
    """

    name: str | None = None
    device: int | None = None

    def __or__(self, other: NodeConfig) -> NodeConfig:
        stated = {f.name: getattr(other, f.name) for f in fields(other)}
        return replace(self, **{name: value for name, value in stated.items() if value is not None})

    __add__ = __or__


def node_config(config: Any) -> NodeConfig:
    """What was given as ``config=``.

    Raises:
        UsageError: if it is neither a ``NodeConfig`` nor a mapping, or holds what there is not.
    """
    if config is None:
        return NodeConfig()
    if isinstance(config, NodeConfig):
        return config
    if not isinstance(config, Mapping):
        raise UsageError(f"config is a NodeConfig or a mapping, not {short(config)}")
    known = [each.name for each in fields(NodeConfig)]
    for name in config:
        if name not in known:
            raise UnknownNameError("setting", str(name), known, "in config")
    device = config.get("device")
    if device is not None and (not isinstance(device, int) or device < CPU):
        raise UsageError(f"device is the number of a GPU, or -1 for the CPU, not {device!r}")
    return NodeConfig(**config)


def placed(ref: OperatorRef, config: NodeConfig) -> OperatorRef:
    """The operator on the device that is asked for, if it takes one and names none itself."""
    if config.device is None or "device" in dict(ref.kwargs):
        return ref
    if "device" not in inspect.signature(ref.resolve()).parameters:
        return ref
    device = "cpu" if config.device == CPU else f"cuda:{config.device}"
    return replace(ref, kwargs=tuple(sorted([*ref.kwargs, ("device", device)])))
