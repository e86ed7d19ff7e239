"""The kinds of dual encoders that are known: CLIP, SigLIP and BLIP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from towhee.models.transformers.dual_encoder import DualEncoder

if TYPE_CHECKING:
    import torch

# Any: the library's models have no type of their own to offer before it is imported.


def _clip_image(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    vectors: torch.Tensor = model.vision_model(pixel_values=pixels).pooler_output
    return model.visual_projection(vectors)  # type: ignore[no-any-return]


def _clip_text(model: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    vectors: torch.Tensor = model.text_model(input_ids=ids, attention_mask=mask).pooler_output
    return model.text_projection(vectors)  # type: ignore[no-any-return]


def _siglip_image(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    vectors: torch.Tensor = model.vision_model(pixel_values=pixels).pooler_output
    return vectors


def _siglip_text(model: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    vectors: torch.Tensor = model.text_model(input_ids=ids, attention_mask=mask).pooler_output
    return vectors


def _blip_image(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    tokens: torch.Tensor = model.vision_model(pixel_values=pixels).last_hidden_state
    return model.vision_proj(tokens[:, 0])  # type: ignore[no-any-return]


def _blip_text(model: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    tokens: torch.Tensor = model.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return model.text_proj(tokens[:, 0])  # type: ignore[no-any-return]


CLIP = DualEncoder(
    "CLIPModel",
    "clip",
    dimension=lambda config: int(config.projection_dim),
    image=_clip_image,
    text=_clip_text,
    image_parts=("vision_model", "visual_projection"),
    text_parts=("text_model", "text_projection"),
    heads=("visual_projection", "text_projection"),
)
SIGLIP = DualEncoder(
    "SiglipModel",
    "siglip",
    dimension=lambda config: int(config.vision_config.hidden_size),
    image=_siglip_image,
    text=_siglip_text,
    image_parts=("vision_model",),
    text_parts=("text_model",),
    is_filled=True,
    extra="siglip",
)
BLIP = DualEncoder(
    "BlipForImageTextRetrieval",
    "blip",
    dimension=lambda config: int(config.image_text_hidden_size),
    image=_blip_image,
    text=_blip_text,
    image_parts=("vision_model", "vision_proj", "itm_head"),
    text_parts=("text_encoder", "text_proj", "itm_head"),
    heads=("vision_proj", "text_proj"),
)
