"""Which pretrained weights a short model name stands for.

A name such as ``resnet50`` alone is ambiguous: its ``tv_in1k`` weights are evaluated with
bilinear resizing and a crop of 0.875, its ``a1_in1k`` weights with bicubic and 0.95, and their
vectors have nothing in common. Each name is pinned here to the tag that timm 1.0 takes for it,
so that vectors stay comparable when timm changes its mind, and equal what
``timm.create_model(name, pretrained=True)`` gives today.

``resnet50`` is therefore ``a1_in1k`` and not ``tv_in1k``, torchvision's first weights: a name
that means one thing in timm and another here would be the very trap that pinning removes. Who
wants those writes ``resnet50.tv_in1k``.
"""

from __future__ import annotations

PINNED: dict[str, tuple[str, int, str]] = {
    "resnet18": ("a1_in1k", 512, "apache-2.0"),
    "resnet34": ("a1_in1k", 512, "apache-2.0"),
    "resnet50": ("a1_in1k", 2048, "apache-2.0"),
    "resnet101": ("a1h_in1k", 2048, "apache-2.0"),
    "resnet152": ("a1h_in1k", 2048, "apache-2.0"),
    "mobilenetv2_100": ("ra_in1k", 1280, "apache-2.0"),
    "mobilenetv3_large_100": ("ra_in1k", 1280, "apache-2.0"),
    "efficientnet_b0": ("ra_in1k", 1280, "apache-2.0"),
    "efficientnet_b1": ("ra4_e3600_r240_in1k", 1280, "apache-2.0"),
    "efficientnet_b2": ("ra_in1k", 1408, "apache-2.0"),
    "efficientnet_b3": ("ra2_in1k", 1536, "apache-2.0"),
    "efficientnet_b4": ("ra2_in1k", 1792, "apache-2.0"),
    "tf_efficientnetv2_s": ("in21k_ft_in1k", 1280, "apache-2.0"),
    "convnext_tiny": ("in12k_ft_in1k", 768, "apache-2.0"),
    "convnext_small": ("in12k_ft_in1k", 768, "apache-2.0"),
    "convnext_base": ("fb_in22k_ft_in1k", 1024, "apache-2.0"),
    "vit_tiny_patch16_224": ("augreg_in21k_ft_in1k", 192, "apache-2.0"),
    "vit_small_patch16_224": ("augreg_in21k_ft_in1k", 384, "apache-2.0"),
    "vit_base_patch16_224": ("augreg2_in21k_ft_in1k", 768, "apache-2.0"),
    "vit_small_patch14_dinov2": ("lvd142m", 384, "apache-2.0"),
    "vit_base_patch14_dinov2": ("lvd142m", 768, "apache-2.0"),
    "vit_large_patch14_dinov2": ("lvd142m", 1024, "apache-2.0"),
    "swin_tiny_patch4_window7_224": ("ms_in1k", 768, "mit"),
    "swin_small_patch4_window7_224": ("ms_in22k_ft_in1k", 768, "mit"),
    "swin_base_patch4_window7_224": ("ms_in22k_ft_in1k", 1024, "mit"),
    "regnety_032": ("ra_in1k", 1512, "apache-2.0"),
    "densenet121": ("ra_in1k", 1024, "apache-2.0"),
}
"""Model name → (pretrained tag, length of its vectors, licence of the weights)."""
