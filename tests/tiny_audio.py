"""Models of sound for tests: real architectures in the real format, small, with random weights."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.models.transformers.importing import import_transformers, quiet_transformers

_SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


def saved(into: Path, kind: str, config: Any, *processors: Any) -> Path:
    """A model of transformers with random weights, saved beside what prepares its inputs."""
    import torch

    transformers = import_transformers()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = getattr(transformers, kind)(config)
        for name, values in model.named_parameters():
            if "norm" not in name:  # a fresh network gives all inputs nearly the same vector
                torch.nn.init.normal_(values, std=0.2)
    with quiet_transformers():
        model.save_pretrained(into)
        for processor in processors:
            processor.save_pretrained(into)
    return into


def tiny_ast(into: Path, *, kind: str = "ASTForAudioClassification", **settings: Any) -> Path:
    """A small Audio Spectrogram Transformer over 128 frames (1.3 s) of 64 bands."""
    transformers = import_transformers()
    config = transformers.ASTConfig(
        **_SMALL, intermediate_size=64, max_length=128, num_mel_bins=64, **settings
    )
    extractor = transformers.ASTFeatureExtractor(max_length=128, num_mel_bins=64)
    return saved(into, kind, config, extractor)


def glide(
    seconds: float,
    *,
    sample_rate: int = 16000,
    start: float = 200,
    end: float = 2000,
    seed: int = 0,
) -> npt.NDArray[np.float32]:
    """A tone that rises, in a little noise."""
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    hertz = start * (end / start) ** (times / max(seconds, 1e-9))
    noise = np.random.default_rng(seed).standard_normal(len(times))
    sound = 0.4 * np.sin(2 * np.pi * np.cumsum(hertz) / sample_rate) + 0.01 * noise
    return sound.astype(np.float32)


def tiny_waveform_model(into: Path, kind: str = "Wav2Vec2Model", **settings: Any) -> Path:
    """A small network over the waveform: wav2vec 2.0, HuBERT, WavLM or data2vec."""
    transformers = import_transformers()
    sizes = {"conv_dim": (16, 16, 16), "conv_kernel": (10, 3, 3), "conv_stride": (5, 4, 4)}
    more = {"intermediate_size": 64, "num_conv_pos_embedding_groups": 2, "vocab_size": 12}
    if kind != "Data2VecAudioModel":
        more["num_conv_pos_embeddings"] = 16
    given = {**_SMALL, **sizes, **more, **settings}
    config = getattr(transformers, re.sub("(Model|ForCTC)$", "Config", kind))(**given)
    return saved(into, kind, config, transformers.Wav2Vec2FeatureExtractor())


def tiny_clap(into: Path, *, fusion: bool = False) -> Path:
    """A small CLAP with a tokenizer that has learnt a few sentences."""
    import tokenizers

    transformers = import_transformers()
    text = {**_SMALL, "intermediate_size": 64, "vocab_size": 300, "max_position_embeddings": 130}
    audio = {
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "patch_embeds_hidden_size": 16,
        "hidden_size": 32,
        "projection_hidden_size": 32,
        "spec_size": 256,
        "num_mel_bins": 64,
        "enable_fusion": fusion,
    }
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
    tokenizer = tokenizers.ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator([], vocab_size=300, special_tokens=special)
    tokenizer.post_processor = tokenizers.processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    extractor = transformers.ClapFeatureExtractor(
        max_length_s=2, truncation="fusion" if fusion else "rand_trunc"
    )
    words = transformers.RobertaTokenizerFast(tokenizer_object=tokenizer._tokenizer)
    return saved(into, "ClapModel", config, extractor, words)


def tiny_vggish(into: Path) -> Path:
    """A VGGish with a few channels, under the names of torchvggish's weights."""
    import torch
    from safetensors.torch import save_file

    random = torch.Generator().manual_seed(0)
    weights: dict[str, torch.Tensor] = {}

    def layer(name: str, *shape: int) -> None:
        fan_in = torch.Size(shape[1:]).numel()
        weights[f"{name}.weight"] = torch.randn(shape, generator=random) * (2 / fan_in) ** 0.5
        weights[f"{name}.bias"] = 0.1 * torch.randn(shape[0], generator=random)

    widths = {0: (4, 1), 3: (6, 4), 6: (8, 6), 8: (8, 8), 11: (10, 8), 13: (10, 10)}
    for place, (wide, deep) in widths.items():
        layer(f"features.{place}", wide, deep, 3, 3)
    for place, (wide, deep) in {0: (32, 10 * 6 * 4), 2: (32, 32), 4: (128, 32)}.items():
        layer(f"embeddings.{place}", wide, deep)
    weights["pproc.pca_means"] = torch.zeros(128, 1)  # as torchvggish may have it; it is not needed
    into.mkdir()
    save_file(weights, into / "model.safetensors")
    return into
