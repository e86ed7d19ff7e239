"""Weights of torch networks that lie in files without a configuration beside them."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from towhee.errors import WeightsError, one_line

_SAFE = ".safetensors"

State = dict[str, torch.Tensor]

N = TypeVar("N", bound=torch.nn.Module)


def read_state(file: Path) -> State:
    """The tensors in a file, by name.

    Args:
        file: safetensors, or a pickle that the user trusts.

    Raises:
        WeightsError: if it is damaged, or holds anything but tensors.
    """
    try:
        if file.suffix == _SAFE:
            return load_file(file)
        # Even of a pickle that is trusted, nothing but tensors is taken.
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, EOFError, RuntimeError, OSError) as error:
        reason = one_line(error)
        raise WeightsError(f"{str(file)!r} is damaged, or holds no weights: {reason}") from error
    if not isinstance(state, dict) or not all(
        isinstance(tensor, torch.Tensor) for tensor in state.values()
    ):
        raise WeightsError(f"{str(file)!r} is not a table of tensors")
    return state


def with_state(
    network: N,
    state: Mapping[str, torch.Tensor],
    *,
    named: str,
    ignored: Iterable[str] = (),
) -> N:
    """The network with these weights, in evaluation mode; every weight of it has to be there.

    Args:
        network: which.
        state: its weights by the names that the network has for them.
        named: what messages call them.
        ignored: the beginnings of names that the network has no use for.

    Raises:
        WeightsError: if weights are missing, of another shape, or of another network.
    """
    own = {name: value for name, value in state.items() if not name.startswith(tuple(ignored))}
    try:
        network.load_state_dict(own)
    except RuntimeError as error:
        reason = one_line(error, 300)
        raise WeightsError(
            f"{named} does not hold the weights of a {type(network).__name__}: {reason}"
        ) from error
    return network.eval()
