"""Attention maps of vision transformers that were trained on a pattern among noise lie on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from towhee.models.heatmaps.explanation import explained_class, explained_vector
from towhee.models.heatmaps.trace import traced
from towhee.models.pixel_network import pixel_network
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm

GRID = 4
PATTERNS = np.array(
    [
        [[1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]],
        [[1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 1, 0]],
        [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]],
        [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]],
    ]
)
"""Of each class, to be drawn twice as large in one of ``GRID`` by ``GRID`` patches."""


def images(
    count: int, random: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Noise with a pattern in one patch, the pattern's class, and row and column of the patch."""
    pixels = random.integers(60, 196, (count, 32, 32, 3), dtype=np.uint8)
    classes, places = random.integers(0, 4, count), random.integers(0, GRID, (count, 2))
    drawn = (PATTERNS.repeat(2, 1).repeat(2, 2) * 255).astype(np.uint8)
    for image, number, (row, column) in zip(pixels, classes, places * 8, strict=True):
        image[row : row + 8, column : column + 8] = drawn[number][:, :, None]
    return pixels, classes, places


def trained(seed: int) -> Any:
    import_timm()
    import torch
    from timm.models.vision_transformer import VisionTransformer

    random = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        vit: Any = VisionTransformer(
            img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=2, num_classes=4
        )
    half = Preprocess(input_size=(3, 32, 32), mean=(0.5,) * 3, std=(0.25,) * 3)
    network = pixel_network(vit, half).train()
    optimiser = torch.optim.AdamW(vit.parameters(), 3e-3)
    for _ in range(150):
        pixels, classes, _ = images(64, random)
        logits = network(torch.from_numpy(pixels))
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(classes))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()


@pytest.fixture(scope="module")
def found() -> npt.NDArray[np.float64]:
    """Heat on the pattern's patch by the class and by the vector, and whether the class is found.

    It is ``(images, 3)``, over networks of three seeds: what one learns differs.
    """
    rows = []
    for seed in range(3):
        network = trained(seed)
        for pixels, number, place in zip(*images(32, np.random.default_rng(9)), strict=True):
            trace = traced(network, pixels)
            maps = explained_class(trace, int(number)), explained_vector(trace)
            is_right = int(trace.vector.argmax()) == number
            rows.append([*(each.grid[tuple(place)] for each in maps), is_right])
            assert [each.method for each in maps] == ["weighted rollout", "attention rollout"]
    return np.array(rows, np.float64)


def test_the_networks_know_the_patterns(found: npt.NDArray[np.float64]) -> None:
    assert found[:, 2].mean() > 0.95


@pytest.mark.parametrize("column", [0, 1], ids=["weighted rollout", "attention rollout"])
def test_the_heat_lies_on_the_pattern(found: npt.NDArray[np.float64], column: int) -> None:
    assert found[:, column].mean() > 4 / GRID**2
