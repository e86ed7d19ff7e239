"""Networks for time series with random weights, saved as published ones are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from towhee.models.transformers.importing import import_transformers, quiet_transformers

_T5 = {"d_model": 32, "d_ff": 64, "d_kv": 8, "num_layers": 2, "num_heads": 4, "dropout_rate": 0.0}


def _saved(model: Any, into: Path) -> Path:
    with torch.no_grad():
        for weights in model.parameters():  # so that the mean over time does not hide differences
            weights.add_(0.02 * torch.randn_like(weights))
    with quiet_transformers():
        model.save_pretrained(into)
    return into


def chronos_t5(into: Path) -> Path:
    """A first-generation Chronos: a T5 over the bins of scaled values."""
    transformers = import_transformers()
    tokens = {
        "tokenizer_class": "MeanScaleUniformBins",
        "tokenizer_kwargs": {"low_limit": -15.0, "high_limit": 15.0},
        "context_length": 64,
        "prediction_length": 8,
        "n_tokens": 256,
        "n_special_tokens": 2,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "use_eos_token": True,
        "model_type": "seq2seq",
        "num_samples": 2,
        "temperature": 1.0,
        "top_k": 50,
        "top_p": 1.0,
    }
    torch.manual_seed(0)
    config = transformers.T5Config(**_T5, vocab_size=256, chronos_config=tokens)
    return _saved(transformers.T5ForConditionalGeneration(config).eval(), into)


def chronos_bolt(into: Path) -> Path:
    """A Chronos-Bolt: a T5 over patches of the series."""
    transformers = import_transformers()
    from chronos.chronos_bolt import ChronosBoltModelForForecasting

    patches = {
        "context_length": 128,
        "prediction_length": 8,
        "input_patch_size": 8,
        "input_patch_stride": 8,
        "quantiles": [0.1, 0.5, 0.9],
        "use_reg_token": True,
    }
    torch.manual_seed(0)
    config = transformers.T5Config(
        **_T5, vocab_size=2, feed_forward_proj="relu", chronos_config=patches
    )
    config.chronos_pipeline_class = "ChronosBoltPipeline"
    config.architectures = ["ChronosBoltModelForForecasting"]
    return _saved(ChronosBoltModelForForecasting(config).eval(), into)


def chronos_2(into: Path) -> Path:
    """A Chronos-2, which sees the channels of a series together."""
    import_transformers()
    from chronos.chronos2 import Chronos2CoreConfig, Chronos2Model

    forecasting = {
        "context_length": 128,
        "input_patch_size": 8,
        "input_patch_stride": 8,
        "output_patch_size": 8,
        "quantiles": [0.1, 0.5, 0.9],
        "use_reg_token": True,
        "use_arcsinh": True,
        "max_output_patches": 4,
    }
    torch.manual_seed(0)
    config = Chronos2CoreConfig(**_T5, chronos_config=forecasting)
    config.chronos_pipeline_class = "Chronos2Pipeline"
    config.architectures = ["Chronos2Model"]
    return _saved(Chronos2Model(config).eval(), into)


def patchtst(into: Path, *, mixer: bool = False) -> Path:
    """A PatchTST or PatchTSMixer for three channels of 32 steps."""
    transformers = import_transformers()
    sizes = {
        "num_input_channels": 3,
        "context_length": 32,
        "prediction_length": 4,
        "d_model": 16,
        "patch_length": 8,
        "patch_stride": 8,
    }
    torch.manual_seed(0)
    if mixer:
        config = transformers.PatchTSMixerConfig(**sizes, num_layers=2)
        return _saved(transformers.PatchTSMixerForPrediction(config).eval(), into)
    config = transformers.PatchTSTConfig(
        **sizes, num_attention_heads=2, num_hidden_layers=2, ffn_dim=32
    )
    return _saved(transformers.PatchTSTForPrediction(config).eval(), into)


def timesfm(into: Path, *, version: str = "2.5") -> Path:
    """A TimesFM of either generation."""
    transformers = import_transformers()
    sizes = {
        "patch_length": 8,
        "context_length": 64,
        "horizon_length": 8,
        "num_hidden_layers": 2,
        "hidden_size": 32,
        "intermediate_size": 32,
        "head_dim": 8,
        "num_attention_heads": 4,
    }
    torch.manual_seed(0)
    if version == "2.0":
        config = transformers.TimesFmConfig(**sizes)
        return _saved(transformers.TimesFmModelForPrediction(config).eval(), into)
    config = transformers.TimesFm2_5Config(
        **sizes, num_key_value_heads=4, output_quantile_len=16, max_position_embeddings=64
    )
    return _saved(transformers.TimesFm2_5ModelForPrediction(config).eval(), into)
