"""Features of a layer are pooled over the image's positions, whatever shape they have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from towhee.errors import UsageError
from towhee.models.layers import pooled, with_layer
from towhee.models.timm_models import import_timm

torch = pytest.importorskip("torch")

VIT = SimpleNamespace(num_prefix_tokens=1, patch_embed=SimpleNamespace(num_patches=196))


@pytest.mark.parametrize(("height", "width", "channels"), [(7, 7, 96), (40, 40, 16), (6, 9, 9)])
def test_maps_are_pooled_over_height_and_width(height: int, width: int, channels: int) -> None:
    features = torch.rand(2, channels, height, width)
    for given in (features, features.permute(0, 2, 3, 1)):
        mean = pooled(given, "avg", SimpleNamespace(), height / width)
        assert torch.allclose(mean, features.mean((2, 3)), atol=1e-6)
        most = pooled(given, "max", SimpleNamespace(), height / width)
        assert torch.equal(most, features.amax((2, 3)))


def test_a_map_as_deep_as_it_is_wide_is_taken_as_the_model_says() -> None:
    features = torch.rand(2, 8, 8, 8)
    last = pooled(features, "avg", SimpleNamespace(output_fmt="NHWC"), 1.0)
    assert torch.allclose(last, features.mean((1, 2)))
    first = pooled(features, "avg", SimpleNamespace(), 1.0)
    assert torch.allclose(first, features.mean((2, 3)))


def test_tokens_are_pooled_over_patches_only() -> None:
    tokens = torch.rand(2, 197, 5)
    assert torch.allclose(pooled(tokens, "avg", VIT, 1.0), tokens[:, 1:].mean(1))
    assert torch.equal(pooled(tokens, "token", VIT, 1.0), tokens[:, 0])
    before_the_class_token = tokens[:, 1:]
    assert torch.allclose(pooled(before_the_class_token, "avg", VIT, 1.0), tokens[:, 1:].mean(1))


def test_all_positions_are_laid_side_by_side() -> None:
    assert pooled(torch.rand(2, 3, 4, 5), "none", SimpleNamespace(), 1.0).shape == (2, 60)


def test_what_cannot_be_pooled_is_told() -> None:
    with pytest.raises(UsageError, match="first token of a transformer"):
        pooled(torch.rand(2, 3, 4, 4), "token", SimpleNamespace(), 1.0)
    with pytest.raises(UsageError, match="choose another layer"):
        pooled({"a": 1}, "avg", SimpleNamespace(), 1.0)


def test_threads_that_share_a_model_do_not_take_each_others_features() -> None:
    model = import_timm().create_model("resnet18", pretrained=False, num_classes=0).eval()
    embed = with_layer(model, "layer2", "avg")
    pictures = [torch.full((1, 3, 64, 64), float(value)) for value in range(8)]

    def vector(picture: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return embed(picture)

    alone = [vector(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(vector, pictures * 4))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(alone * 4, together, strict=True))
