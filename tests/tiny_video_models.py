"""Networks for videos with random weights, saved as published ones are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from towhee.models.transformers.importing import import_transformers, quiet_transformers

FRAMES, SIDE = 4, 32
ACTIONS = ["climbing", "cooking", "dancing", "juggling", "reading", "swimming"]


def videomae(into: Path, kind: str = "VideoMAEForVideoClassification", **changed: Any) -> Path:
    """A VideoMAE that takes four frames of 32 pixels.

    Args:
        into: the folder to make.
        kind: its class in transformers.
        changed: other settings of its configuration.
    """
    transformers = import_transformers()
    settings = {
        "image_size": SIDE,
        "patch_size": 8,
        "num_frames": FRAMES,
        "tubelet_size": 2,
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 48,
        "decoder_hidden_size": 24,
        "decoder_num_hidden_layers": 1,
        "decoder_num_attention_heads": 2,
        "decoder_intermediate_size": 48,
        "id2label": dict(enumerate(ACTIONS)),
        "label2id": {name: number for number, name in enumerate(ACTIONS)},
    }
    torch.manual_seed(0)
    config = transformers.VideoMAEConfig(**{**settings, **changed})
    model = getattr(transformers, kind)(config).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.add_(0.05 * torch.randn_like(weights))
    about = {"size": {"shortest_edge": SIDE}, "crop_size": {"height": SIDE, "width": SIDE}}
    with quiet_transformers():
        model.save_pretrained(into)
        processor(**about).save_pretrained(into)
    return into


def processor(**about: Any) -> Any:
    """The preprocessing of transformers itself, by Pillow."""
    import_transformers()
    from transformers.models.videomae.image_processing_pil_videomae import VideoMAEImageProcessorPil

    return VideoMAEImageProcessorPil(**about)
