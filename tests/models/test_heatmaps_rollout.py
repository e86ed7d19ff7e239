"""Attention is taken down as it is computed, and rolled out as it is defined."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from towhee.models.heatmaps.attention_recorder import plain_attention, recorded_attention
from towhee.models.heatmaps.attention_rollout import attention_rollout, weighted_rollout
from towhee.models.heatmaps.explanation import explained_similarity, explained_vector
from towhee.models.heatmaps.trace import traced
from towhee.models.pixel_network import pixel_network
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm

STEEPNESS = 6.0


@pytest.fixture(scope="module")
def bright_vit() -> Any:
    """A ViT of one layer whose tokens hold the brightness of their patch.

    Its class token attends to a patch by ``exp(STEEPNESS * brightness)``, and its vector is the
    mean brightness under that attention.
    """
    import_timm()
    import torch
    from timm.models.vision_transformer import VisionTransformer

    vit: Any = VisionTransformer(
        img_size=32, patch_size=8, embed_dim=4, depth=1, num_heads=1, num_classes=0
    )
    with torch.no_grad():
        for parameter in vit.parameters():
            parameter.zero_()
        vit.patch_embed.proj.weight[0] = 1 / (3 * 8 * 8)
        block = vit.blocks[0]
        block.norm1 = vit.norm = torch.nn.Identity()
        block.attn.qkv.bias[0] = STEEPNESS / block.attn.scale  # queries: the same for all
        block.attn.qkv.weight[4, 0] = 1  # keys: the brightness
        block.attn.qkv.weight[8, 0] = 1  # values: too
        block.attn.proj.weight[0, 0] = 1
    plain = Preprocess(input_size=(3, 32, 32), mean=(0.0,) * 3, std=(1.0,) * 3)
    return pixel_network(vit, plain)


@pytest.fixture(scope="module")
def brightness() -> npt.NDArray[np.float64]:
    """Of the 4 by 4 patches, between 0 and 1."""
    levels: npt.NDArray[np.float64] = np.random.default_rng(0).integers(0, 256, (4, 4)) / 255
    return levels


@pytest.fixture(scope="module")
def pixels(brightness: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    levels = np.rint(brightness * 255).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    return np.stack([levels] * 3, axis=2)


def test_rollout_of_a_vit_is_what_its_attention_says(
    bright_vit: Any, pixels: npt.NDArray[np.uint8], brightness: npt.NDArray[np.float64]
) -> None:
    found = explained_vector(traced(bright_vit, pixels))
    attention = np.exp(STEEPNESS * brightness)
    assert found.method == "attention rollout"
    np.testing.assert_allclose(found.grid, attention / attention.sum(), rtol=1e-4)


def test_weighted_rollout_of_a_vit_is_attention_times_what_the_score_gains_by_it(
    bright_vit: Any, pixels: npt.NDArray[np.uint8], brightness: npt.NDArray[np.float64]
) -> None:
    brighter = np.array([1, 0, 0, 0], np.float32)
    found = explained_similarity(traced(bright_vit, pixels), brighter)
    gained = np.exp(STEEPNESS * brightness) * brightness
    assert found.method == "weighted rollout"
    np.testing.assert_allclose(found.grid, gained / gained.sum(), rtol=1e-4)


def test_even_attention_rolls_out_to_a_token_that_is_half_itself_in_each_layer() -> None:
    import torch

    tokens, layers = 5, 3
    even = torch.full((2, tokens, tokens), 1 / tokens)
    rest = 0.5**layers
    expected = rest * np.eye(tokens) + (1 - rest) / tokens
    np.testing.assert_allclose(attention_rollout([even] * layers), expected, rtol=1e-6)


def test_attention_that_passes_tokens_on_is_followed_through_the_layers_in_their_order() -> None:
    import torch

    to_second = torch.tensor([[[0.0, 1, 0], [0, 1, 0], [0, 0, 1]]])
    to_third = torch.tensor([[[1.0, 0, 0], [0, 0, 1], [0, 0, 1]]])
    # In the first layer the second token takes from the third, in the second the first from it.
    rolled = attention_rollout([to_third, to_second])
    assert rolled[0].tolist() == [0.5, 0.25, 0.25]


def test_attention_by_which_a_score_loses_counts_for_nothing() -> None:
    import torch

    attention = torch.full((1, 2, 2), 0.5)
    slopes = torch.tensor([[[-1.0, 4.0], [0.0, 0.0]]])
    assert weighted_rollout([attention], [slopes]).tolist() == [[1, 2], [0, 1]]


@pytest.mark.parametrize("options", [{}, {"is_causal": True}, {"scale": 0.3}, {"enable_gqa": True}])
def test_attention_in_steps_is_torchs_fused_attention(options: dict[str, Any]) -> None:
    import torch

    query, key, value = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 2, 4, 6, 8)))
    if "enable_gqa" in options:
        key, value = key[:, ::2], value[:, ::2]
    fused = torch.nn.functional.scaled_dot_product_attention(query, key, value, **options)
    result, attention = plain_attention(query, key, value, **options)
    np.testing.assert_allclose(result, fused, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(attention.sum(-1), 1, rtol=1e-12)


@pytest.mark.parametrize("kind", ["added", "boolean"])
def test_attention_in_steps_heeds_a_mask_as_torch_does(kind: str) -> None:
    import torch

    numbers = torch.from_numpy(np.random.default_rng(1).normal(size=(4, 2, 6, 6)))
    mask = numbers[3] if kind == "added" else numbers[3] > -1
    fused = torch.nn.functional.scaled_dot_product_attention(*numbers[:3], attn_mask=mask)
    result, _ = plain_attention(*numbers[:3], attn_mask=mask)
    np.testing.assert_allclose(result, fused, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("fused", [True, False])
def test_attention_is_found_whether_a_network_fuses_it_or_not(fused: bool) -> None:
    import_timm()
    import torch
    from timm.layers import Attention

    layer: Any = Attention(dim=8, num_heads=2).eval()
    layer.fused_attn = fused
    tokens = torch.from_numpy(np.random.default_rng(2).normal(size=(1, 5, 8)).astype(np.float32))
    with recorded_attention() as found:
        within = layer(tokens)
    assert [tuple(each.shape) for each in found] == [(1, 2, 5, 5)]
    np.testing.assert_allclose(within.detach(), layer(tokens).detach(), rtol=1e-5, atol=1e-6)
    query, key, _ = layer.qkv(tokens).reshape(5, 3, 2, 4).permute(1, 2, 0, 3)
    expected = (query @ key.transpose(-2, -1) / 2).softmax(-1)
    np.testing.assert_allclose(found[0][0].detach(), expected.detach(), rtol=1e-4)


def test_attention_of_torchs_own_module_is_found_with_its_gradient() -> None:
    import torch

    layer = torch.nn.MultiheadAttention(8, 2, batch_first=True).eval()
    tokens = torch.from_numpy(np.random.default_rng(3).normal(size=(1, 5, 8)).astype(np.float32))
    with recorded_attention() as found:
        result, _ = layer(tokens, tokens, tokens, need_weights=False)
    _, weights = layer(tokens, tokens, tokens, average_attn_weights=False)
    (attention,) = found
    np.testing.assert_allclose(attention.detach(), weights[0].detach(), rtol=1e-5)
    (slope,) = torch.autograd.grad(result.sum(), [attention])
    assert float(slope.abs().max()) > 0
