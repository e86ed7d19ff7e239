"""Small image models with random weights, saved as transformers and open_clip save theirs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from towhee.models.text.sample_sentences import sample_sentences
from towhee.models.transformers.importing import import_transformers
from towhee.types import Image

SIZE = 32
SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
SEES = {**SMALL, "image_size": SIZE, "patch_size": 8}
SIZES = [(48, 40), (40, 48), (32, 32), (20, 17), (33, 97), (224, 151), (1, 1)]
"""``(width, height)`` of images: greater and smaller than the model's, odd, and the least."""


def photograph(size: tuple[int, int], mode: str = "RGB") -> PIL.Image.Image:
    """Smooth colours with noise on them, the same every time."""
    width, height = size
    noise = np.random.default_rng(width * 1000 + height).integers(0, 60, (height, width, 3))
    ramp = np.linspace(0, 195, width * height * 3).reshape(height, width, 3)
    return PIL.Image.fromarray((ramp + noise).astype(np.uint8)).convert(mode)


def photographs(count: int) -> list[Image]:
    """Images of several sizes, no two alike."""
    return [
        Image(np.asarray(photograph((40 + 7 * number, 61 - 5 * number)))[:, :: (-1) ** number])
        for number in range(count)
    ]


def saved(into: Path, kind: str, config: Any, processor: Any) -> Path:
    """A model of a class of transformers with random weights, and its image processor."""
    import torch

    transformers = import_transformers()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = getattr(transformers, kind)(config)
        for parameter in model.parameters():  # zeros and ones would hide that they are not used
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(into)
    processor.save_pretrained(into)
    return into


def processor(kind: str = "CLIPImageProcessorPil", **settings: Any) -> Any:
    """An image processor in its Pillow form, for images of ``SIZE``."""
    sides = {"height": SIZE, "width": SIZE}
    usual = {"size": {"shortest_edge": SIZE}, "crop_size": sides}
    if "CLIP" not in kind and "Bit" not in kind:
        usual = {"size": sides}
    return getattr(import_transformers(), kind)(**{**usual, **settings})


def dinov2(into: Path, **settings: Any) -> Path:
    """A DINOv2, prepared in its way: the shorter side resized, and the middle cropped."""
    config = import_transformers().Dinov2Config(**{**SEES, **settings})
    prepare = processor("BitImageProcessorPil", size={"shortest_edge": 37})
    return saved(into, "Dinov2Model", config, prepare)


TEXTS = [
    "a photo of a towhee",
    "two dogs on the lawn",
    "",
    "a text that is much longer than what so small a model reads, so that it is cut somewhere",
    "Où est la bibliothèque ? 今天的天气很好。",
]
READS = {**SMALL, "vocab_size": 600, "max_position_embeddings": 40}


def dinov3(into: Path) -> Path:
    """A DINOv3 with registers; its processor has no Pillow form."""
    transformers = import_transformers()
    config = transformers.DINOv3ViTConfig(**SEES, num_register_tokens=3)
    sides = {"height": SIZE, "width": SIZE}
    prepare = transformers.DINOv3ViTImageProcessor(size=sides)
    return saved(into, "DINOv3ViTModel", config, prepare)


def data2vec(into: Path) -> Path:
    """A data2vec without the pooler of its fine-tuned kin."""
    config = import_transformers().Data2VecVisionConfig(**SEES, use_mean_pooling=False)
    return saved(into, "Data2VecVisionModel", config, processor("BeitImageProcessorPil"))


def vit(into: Path) -> Path:
    """A ViT with its pooler."""
    config = import_transformers().ViTConfig(**SEES)
    return saved(into, "ViTModel", config, processor("ViTImageProcessorPil"))


def resnet(into: Path) -> Path:
    """A ResNet, which makes no tokens, with the processor of ConvNeXT."""
    transformers = import_transformers()
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"
    )
    prepare = processor("ConvNextImageProcessorPil", size={"shortest_edge": SIZE})
    return saved(into, "ResNetModel", config, prepare)


def clip(into: Path) -> Path:
    """A CLIP with a tokenizer that spells most words."""
    transformers = import_transformers()
    ends = {"bos_token_id": 510, "eos_token_id": 511, "pad_token_id": 511}
    config = transformers.CLIPConfig(
        text_config={**READS, **ends}, vision_config=SEES, projection_dim=24
    )
    saved(into, "CLIPModel", config, processor())
    _clip_tokenizer().save_pretrained(into)
    return into


def siglip_with_mask(into: Path) -> Path:
    """A SigLIP whose tokenizer tells tokens and padding apart, which published ones do not."""
    return siglip(into, ["input_ids", "attention_mask"])


def siglip(into: Path, input_names: Sequence[str] = ("input_ids",)) -> Path:
    """A SigLIP with a tokenizer of sentencepiece that was trained on a few lines."""
    transformers = import_transformers()
    ends = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 1}
    reads = {**READS, **ends, "max_position_embeddings": 64}  # as many as all of its kind
    config = transformers.SiglipConfig(text_config=reads, vision_config=SEES)
    saved(into, "SiglipModel", config, processor("SiglipImageProcessorPil"))
    (into / "spiece.model").write_bytes(_pieces())
    transformers.SiglipTokenizer(
        vocab_file=str(into / "spiece.model"),
        model_max_length=64,
        model_input_names=list(input_names),
    ).save_pretrained(into)
    return into


def blip(into: Path) -> Path:
    """A BLIP for retrieval with a tokenizer that knows letters."""
    transformers = import_transformers()
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    vocabulary += [f"##{letter}" for letter in letters]
    reads = {**READS, "encoder_hidden_size": 32, "projection_dim": 32}
    ends = {"bos_token_id": 2, "sep_token_id": 3, "pad_token_id": 0}
    config = transformers.BlipConfig(
        text_config={**reads, **ends}, vision_config=SEES, image_text_hidden_size=24
    )
    saved(into, "BlipForImageTextRetrieval", config, processor("BlipImageProcessorPil"))
    (into / "vocab.txt").write_text("\n".join(vocabulary))
    transformers.BertTokenizer(vocab=str(into / "vocab.txt")).save_pretrained(into)
    return into


def open_clip(into: Path, **prepared: Any) -> Path:
    """A model of open_clip in the form in which it puts models on the Hub."""
    import safetensors.torch
    import torch

    from towhee.models.open_clip.importing import import_open_clip

    library = import_open_clip()
    sees = {"image_size": SIZE, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8}
    reads = {"context_length": 40, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}
    about = {"embed_dim": 24, "vision_cfg": sees, "text_cfg": reads}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = library.CLIP(**about)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
    into.mkdir(parents=True)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    safetensors.torch.save_file(state, into / "open_clip_model.safetensors")
    config = {"model_cfg": about, "preprocess_cfg": prepared}
    (into / "open_clip_config.json").write_text(json.dumps(config))
    return into


def _clip_tokenizer() -> Any:
    """A byte-level tokenizer in which every letter is a token, and a few pairs are."""
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    tokens = [*letters, *(letter + "</w>" for letter in letters)][:510]
    vocabulary = {token: place for place, token in enumerate(tokens)}
    merges = [("c", "a"), ("d", "o"), ("ca", "t</w>"), ("do", "g</w>"), ("o", "f</w>")]
    for place, (left, right) in enumerate(merges, 512):
        vocabulary[left + right] = place
    vocabulary |= {"<|startoftext|>": 510, "<|endoftext|>": 511}
    tokenizer = import_transformers().CLIPTokenizer
    return tokenizer(vocab=vocabulary, merges=merges, model_max_length=40)


def _pieces() -> bytes:
    """A model of sentencepiece with the special tokens of SigLIP."""
    import io

    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sample_sentences()),
        model_writer=written,
        vocab_size=200,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return written.getvalue()
