"""Small models for tasks on images, random weights in the real formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.types import Image

SIZE = 32
SIDES = {"height": SIZE, "width": SIZE}
NAMES = ["bird", "cat", "dog", "house", "tree"]
TEXT = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
}
VISION = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "image_size": SIZE,
    "patch_size": 8,
}
RESNET = {
    "embedding_size": 8,
    "hidden_sizes": [8, 12, 16, 20],
    "depths": [1, 1, 1, 1],
    "layer_type": "basic",
}
_LISTENING = re.compile(r"(encoder_attn|EncDecAttention|crossattention)\.")


def saved(into: Path, kind: str, config: Any, *beside: Any, gain: float = 2.0) -> Path:
    """A model of a class of transformers with random weights, and what lies beside it.

    The weights are spread so that signals neither grow nor fade on their way, and so that what
    writes listens to what was read, or every input would have the same output.
    """
    import torch

    transformers = import_transformers()
    with torch.random.fork_rng(devices=[]), quiet_transformers():
        torch.manual_seed(0)
        model = getattr(transformers, kind)(config)
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                more = 6.0 if _LISTENING.search(name) else 1.0
                torch.nn.init.normal_(parameter, std=more * gain / parameter[0].numel() ** 0.5)
            else:  # zeros and ones would hide that they are not used
                torch.nn.init.normal_(parameter, float(name.endswith("weight")), 0.2)
        model.save_pretrained(into)
        for each in beside:
            each.save_pretrained(into)
    return into


def labels(names: Sequence[str] = NAMES) -> dict[str, Any]:
    """What a configuration says of its classes."""
    return {
        "id2label": dict(enumerate(names)),
        "label2id": {name: number for number, name in enumerate(names)},
    }


def pictures() -> list[Image]:
    """Images of several sizes, two of one size among them."""
    sizes = [(48, 40), (40, 48), (33, 97), (48, 40), (64, 64)]
    blocks = [np.random.default_rng(seed).integers(0, 256, (4, 4, 3)) for seed in range(5)]
    return [
        Image(np.asarray(PIL.Image.fromarray(block.astype(np.uint8)).resize(size)))
        for block, size in zip(blocks, sizes, strict=True)
    ]


def resnet(**about: Any) -> Any:
    """The configuration of a small backbone."""
    return import_transformers().ResNetConfig(**RESNET, **about)


def vit(into: Path, **about: Any) -> Path:
    """A vision transformer with five classes."""
    transformers = import_transformers()
    config = transformers.ViTConfig(**VISION, **labels(), **about)
    return saved(
        into, "ViTForImageClassification", config, transformers.ViTImageProcessorPil(size=SIDES)
    )


def residual(into: Path) -> Path:
    """A residual network with five classes."""
    transformers = import_transformers()
    processor = transformers.ConvNextImageProcessorPil(size={"shortest_edge": 224})
    return saved(into, "ResNetForImageClassification", resnet(**labels()), processor)


def yolos(into: Path) -> Path:
    """YOLOS, whose images keep their aspect."""
    transformers = import_transformers()
    config = transformers.YolosConfig(
        **{**VISION, "image_size": [48, 48]}, num_detection_tokens=9, **labels()
    )
    processor = transformers.YolosImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 64})
    return saved(into, "YolosForObjectDetection", config, processor)


def detr(into: Path, kind: str = "DetrForObjectDetection") -> Path:
    """DETR, whose images keep their aspect, and come with a mask of what is in them."""
    transformers = import_transformers()
    config = transformers.DetrConfig(
        backbone_config=resnet(out_features=["stage1", "stage2", "stage3", "stage4"]),
        use_timm_backbone=False,
        num_queries=9,
        **{**TEXT, "encoder_attention_heads": 8, "decoder_attention_heads": 8},
        **labels(),
    )
    processor = transformers.DetrImageProcessorPil(size={"shortest_edge": 48, "longest_edge": 96})
    return saved(into, kind, config, processor)


def rt_detr(into: Path) -> Path:
    """RT-DETR, whose images all have one size."""
    transformers = import_transformers()
    backbone = transformers.RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 12, 16, 20],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = transformers.RTDetrConfig(
        backbone_config=backbone,
        encoder_hidden_dim=16,
        encoder_in_channels=[12, 16, 20],
        d_model=16,
        decoder_in_channels=[16, 16, 16],
        num_queries=9,
        decoder_layers=1,
        encoder_ffn_dim=24,
        decoder_ffn_dim=24,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_denoising=0,
        **labels(),
    )
    processor = transformers.RTDetrImageProcessorPil(size={"height": 64, "width": 64})
    return saved(into, "RTDetrForObjectDetection", config, processor)


def segformer(into: Path) -> Path:
    """SegFormer, which decides pixel by pixel."""
    transformers = import_transformers()
    config = transformers.SegformerConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 8, 16, 16],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        **labels(),
    )
    processor = transformers.SegformerImageProcessorPil(size={"height": 64, "width": 64})
    return saved(into, "SegformerForSemanticSegmentation", config, processor)


def mask2former(into: Path) -> Path:
    """Mask2Former, which does all three kinds of segmentation."""
    transformers = import_transformers()
    backbone = transformers.SwinConfig(
        image_size=64,
        patch_size=4,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = transformers.Mask2FormerConfig(
        backbone_config=backbone,
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=24,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        dim_feedforward=24,
        num_queries=7,
        **labels(),
    )
    processor = transformers.Mask2FormerImageProcessorPil(size={"height": 64, "width": 64})
    return saved(into, "Mask2FormerForUniversalSegmentation", config, processor, gain=1.0)


def swin2sr(into: Path) -> Path:
    """Swin2SR, which makes images twice as large."""
    transformers = import_transformers()
    config = transformers.Swin2SRConfig(
        image_size=16,
        embed_dim=12,
        depths=[1, 1],
        num_heads=[2, 2],
        window_size=8,
        upscale=2,
    )
    return saved(
        into, "Swin2SRForImageSuperResolution", config, transformers.Swin2SRImageProcessorPil()
    )
