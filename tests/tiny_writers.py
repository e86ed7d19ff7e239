"""Small models that write texts, random weights and real tokenizers in the real formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tiny_tasks import SIDES, TEXT, VISION, saved
from tiny_tokenizers import byte_tokenizer, sentence_pieces, word_tokenizer
from towhee.models.transformers.importing import import_transformers


def t5(into: Path) -> Path:
    """T5, told in words what to translate."""
    transformers = import_transformers()
    tokenizer = word_tokenizer()
    config = transformers.T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=48,
        num_layers=2,
        num_heads=2,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
        task_specific_params={
            "summarization": {"prefix": "summarize: "},
            "translation_en_to_de": {"prefix": "translate English to German: "},
            "translation_en_to_fr": {"prefix": "translate English to French: "},
        },
    )
    return saved(into, "T5ForConditionalGeneration", config, tokenizer)


def marian(into: Path, *codes: str) -> Path:
    """Marian between two languages, or from one into those that codes stand for."""
    transformers = import_transformers()
    into.mkdir(parents=True)
    pieces = sentence_pieces(into / "source.spm")
    (into / "target.spm").write_bytes((into / "source.spm").read_bytes())
    words = ["</s>", "<unk>", *(f">>{code}<<" for code in codes), *pieces[3:], "<pad>"]
    (into / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    about = {"tokenizer_class": "MarianTokenizer", "model_max_length": 64}
    (into / "tokenizer_config.json").write_text(json.dumps(about))
    pad = len(words) - 1
    config = transformers.MarianConfig(
        vocab_size=len(words),
        **TEXT,
        max_position_embeddings=64,
        pad_token_id=pad,
        scale_embedding=True,
        decoder_start_token_id=pad,
        eos_token_id=0,
        forced_eos_token_id=0,
    )
    return saved(into, "MarianMTModel", config)


def m2m100(into: Path) -> Path:
    """M2M100, with a token for each of its hundred languages."""
    transformers = import_transformers()
    into.mkdir(parents=True)
    pieces = sentence_pieces(into / "sentencepiece.bpe.model")
    words = ["<s>", "<pad>", "</s>", "<unk>", *pieces[3:]]
    (into / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    about = {"tokenizer_class": "M2M100Tokenizer"}
    (into / "tokenizer_config.json").write_text(json.dumps(about))
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

    codes = [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    special = {"additional_special_tokens": codes}
    (into / "special_tokens_map.json").write_text(json.dumps(special))
    config = transformers.M2M100Config(
        vocab_size=len(words) + 108,
        **TEXT,
        max_position_embeddings=64,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
    )
    return saved(into, "M2M100ForConditionalGeneration", config)


def nllb(into: Path) -> Path:
    """NLLB: M2M100 with a fast tokenizer, whose languages have longer names."""
    transformers = import_transformers()
    words = json.loads(word_tokenizer().backend_tokenizer.to_str())["model"]
    special = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    parts = [part for part in words["vocab"] if part not in special]
    vocabulary = {**special, **{part: 4 + i for i, part in enumerate(parts)}}
    tokenizer = transformers.NllbTokenizer(
        vocab=vocabulary, merges=[tuple(pair) for pair in words["merges"]]
    )
    config = transformers.M2M100Config(
        vocab_size=len(tokenizer),
        **TEXT,
        max_position_embeddings=64,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
    )
    return saved(into, "M2M100ForConditionalGeneration", config, tokenizer)


def gpt2(into: Path, **special: Any) -> Path:
    """GPT-2."""
    transformers = import_transformers()
    tokenizer = byte_tokenizer(**special)
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer),
        n_embd=32,
        n_layer=2,
        n_head=2,
        n_positions=96,
        bos_token_id=0,
        eos_token_id=0,
    )
    return saved(into, "GPT2LMHeadModel", config, tokenizer)


def llama(into: Path) -> Path:
    """Llama, which knows conversations."""
    transformers = import_transformers()
    tokenizer = byte_tokenizer("<|user|>", "<|assistant|>")
    tokenizer.chat_template = (
        "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=96,
        bos_token_id=0,
        eos_token_id=0,
    )
    return saved(into, "LlamaForCausalLM", config, tokenizer)


def blip(into: Path) -> Path:
    """BLIP."""
    transformers = import_transformers()
    tokenizer = word_tokenizer()
    config = transformers.BlipConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "encoder_hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 48,
            "max_position_embeddings": 64,
            "bos_token_id": 3,
            "eos_token_id": 1,
            "sep_token_id": 1,
            "pad_token_id": 0,
        },
        vision_config=VISION,
        projection_dim=32,
        image_text_hidden_size=32,
    )
    processor = transformers.BlipImageProcessorPil(size=SIDES)
    return saved(into, "BlipForConditionalGeneration", config, processor, tokenizer)


def git(into: Path) -> Path:
    """GIT."""
    transformers = import_transformers()
    tokenizer = word_tokenizer()
    config = transformers.GitConfig(
        vision_config=VISION,
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=64,
        bos_token_id=3,
        eos_token_id=1,
        pad_token_id=0,
    )
    processor = transformers.CLIPImageProcessorPil(size=SIDES, crop_size=SIDES)
    return saved(into, "GitForCausalLM", config, processor, tokenizer)


def vit_gpt2(into: Path) -> Path:
    """A vision transformer with GPT-2 behind it."""
    transformers = import_transformers()
    tokenizer = byte_tokenizer()
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        transformers.ViTConfig(**VISION),
        transformers.GPT2Config(
            vocab_size=len(tokenizer),
            n_embd=32,
            n_layer=2,
            n_head=2,
            n_positions=64,
            bos_token_id=0,
            eos_token_id=0,
            add_cross_attention=True,
            is_decoder=True,
        ),
    )
    config.decoder_start_token_id = config.pad_token_id = config.eos_token_id = 0
    processor = transformers.ViTImageProcessorPil(size=SIDES)
    return saved(into, "VisionEncoderDecoderModel", config, processor, tokenizer)


_WHISPER_TOKENS = [
    "<|startoftranscript|>",
    "<|en|>",
    "<|de|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{number * 0.02:.2f}|>" for number in range(1501)),
]


def whisper(into: Path) -> Path:
    """Whisper for two languages."""
    transformers = import_transformers()
    plain = json.loads(byte_tokenizer().backend_tokenizer.to_str())["model"]
    tokenizer = transformers.WhisperTokenizer(
        vocab={**plain["vocab"]},
        merges=[tuple(pair) for pair in plain["merges"]],
        extra_special_tokens=_WHISPER_TOKENS,
    )
    number = tokenizer.convert_tokens_to_ids
    start, end = number("<|startoftranscript|>"), number("<|endoftext|>")
    config = transformers.WhisperConfig(
        vocab_size=len(tokenizer),
        **TEXT,
        num_mel_bins=20,
        max_source_positions=1500,
        max_target_positions=64,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=start,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    extractor = transformers.WhisperFeatureExtractor(feature_size=20)
    folder = saved(into, "WhisperForConditionalGeneration", config, tokenizer, extractor)
    about = transformers.GenerationConfig(
        decoder_start_token_id=start,
        eos_token_id=end,
        pad_token_id=end,
        bos_token_id=end,
        max_length=40,
        is_multilingual=True,
        lang_to_id={"<|en|>": number("<|en|>"), "<|de|>": number("<|de|>")},
        task_to_id={"transcribe": number("<|transcribe|>"), "translate": number("<|translate|>")},
        no_timestamps_token_id=number("<|notimestamps|>"),
    )
    about.save_pretrained(folder)
    return folder


def wav2vec2(into: Path) -> Path:
    """wav2vec 2.0, a letter for each moment."""
    transformers = import_transformers()
    into.mkdir(parents=True)
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]
    (into / "vocab.json").write_text(json.dumps({letter: i for i, letter in enumerate(letters)}))
    tokenizer = transformers.Wav2Vec2CTCTokenizer(str(into / "vocab.json"))
    config = transformers.Wav2Vec2Config(
        vocab_size=len(letters),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        conv_dim=(16, 16, 16),
        conv_kernel=(10, 3, 3),
        conv_stride=(5, 2, 2),
        num_feat_extract_layers=3,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        pad_token_id=0,
    )
    extractor = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=False)
    return saved(into, "Wav2Vec2ForCTC", config, tokenizer, extractor)


def sounds(sample_rate: int = 16000) -> list[tuple[np.ndarray, int]]:
    """Tones that rise and fall, of several lengths, two of one length among them."""
    made = []
    for number, seconds in enumerate((1.0, 0.5, 1.7, 1.0)):
        times = np.arange(int(seconds * sample_rate)) / sample_rate
        pitch = 200 * (number + 1) * (1 + 0.5 * np.sin(2 * np.pi * (number + 1) * times))
        noise = np.random.default_rng(number).normal(size=len(times)) * 0.05
        made.append(((np.sin(pitch * times) * 0.5 + noise).astype(np.float32), sample_rate))
    return made
