"""Larger images are those that transformers' own model makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image

from tiny_tasks import pictures, swin2sr
from towhee.models.transformers.importing import import_transformers
from towhee.operators.image_to_image.transformers import TransformersImageToImage


def test_pixels_are_those_of_transformers(tmp_path: Path) -> None:
    import torch

    transformers = import_transformers()
    folder = swin2sr(tmp_path / "model")
    model = transformers.Swin2SRForImageSuperResolution.from_pretrained(folder)
    processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    ours = TransformersImageToImage(checkpoint=folder, device="cpu").batch(pictures())
    for image, larger in zip(pictures(), ours, strict=True):
        given = processor(images=PIL.Image.fromarray(image), return_tensors="pt")
        with torch.inference_mode():
            values = model(**given).reconstruction[0].clamp(0, 1).permute(1, 2, 0).numpy()
        height, width = image.shape[:2]
        theirs = values[: 2 * height, : 2 * width] * 255
        assert larger.mode == "RGB"
        assert larger.shape == theirs.shape == (2 * height, 2 * width, 3)
        assert np.abs(larger - theirs).max() <= 0.5 + 1e-2, "the nearest of 255 levels"
    assert np.std(ours[0]) > 1
