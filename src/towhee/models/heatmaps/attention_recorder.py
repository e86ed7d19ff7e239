"""The attention of a network, taken down while it runs, without a change to the network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@contextlib.contextmanager
def recorded_attention() -> Iterator[list[torch.Tensor]]:
    """Take down each attention of the networks that run within it, in order.

    Fused attention never has its weights in memory; here it is computed in the steps of its
    definition, so that they are there, with their gradients. A softmax over four axes is taken to
    be attention too, as networks write it that do not use the fused form.

    Yields:
        A list that fills up: ``(n, heads, queries, keys)``, or ``(n * heads, queries, keys)`` of
        ``torch.nn.MultiheadAttention``; every row sums to 1.

    Source: https://docs.pytorch.org/docs/stable/torch.overrides.html
    """
    import torch
    from torch.overrides import TorchFunctionMode

    functional = torch.nn.functional
    softmaxes = (torch.softmax, torch.Tensor.softmax, functional.softmax)
    found: list[torch.Tensor] = []

    class Recorder(TorchFunctionMode):
        # Any: it is given every function of torch.
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            if function is functional.scaled_dot_product_attention:
                result, attention = plain_attention(*args, **kwargs)
                found.append(attention)
                return result
            if function is functional.multi_head_attention_forward:
                asked = {**kwargs, "need_weights": True, "average_attn_weights": False}
                both: Any = function(*args, **asked)
                # What it hands out is a view of what the result was computed from.
                found.append(both[1] if both[1]._base is None else both[1]._base)
                return both[0], None
            result = function(*args, **kwargs)
            if function in softmaxes and result.ndim == 4:
                found.append(result)
            return result

    with Recorder():
        yield found


def plain_attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """What ``torch.nn.functional.scaled_dot_product_attention`` gives, and its weights.

    Args:
        query, key, value: ``(…, length, d)``.
        attn_mask: what is added to the products, or which of them count.
        dropout_p: nothing is dropped, whatever it says: networks are explained as they embed.
        is_causal: whether a query attends to the keys up to its own place only.
        scale: of the products; one over the square root of ``d`` if not given.
        enable_gqa: whether several heads of queries share one of keys.

    Returns:
        The result ``(…, queries, d)`` and the weights ``(…, queries, keys)``.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
    """
    if enable_gqa:
        shared = query.shape[-3] // key.shape[-3]
        key, value = (each.repeat_interleave(shared, -3) for each in (key, value))
    products = query @ key.transpose(-2, -1) * (scale or query.shape[-1] ** -0.5)
    if is_causal:
        after = products.new_ones(products.shape[-2:]).triu(1).bool()
        products = products.masked_fill(after, float("-inf"))
    if attn_mask is not None:
        if attn_mask.dtype == products.dtype:
            products = products + attn_mask
        else:  # a mask of booleans
            products = products.masked_fill(attn_mask.logical_not(), float("-inf"))
    attention = products.softmax(-1)
    return attention @ value, attention
