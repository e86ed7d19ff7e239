"""Tokenizers of the real kinds, trained here on a few sentences."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from towhee.models.transformers.importing import import_transformers

SENTENCES = [
    "A towhee scratches in the leaves.",
    "The house is wonderful.",
    "It rains.",
    "Where does the old road lead, and who has built the bridge over the river?",
    "Seven birds sat on a branch and sang until the evening came.",
    "No.",
]
"""Texts of several lengths, from which tokenizers are trained."""


def word_tokenizer(**special: str) -> Any:
    """A fast tokenizer of parts of words, trained on ``SENTENCES``."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=150,
        special_tokens=["<pad>", "</s>", "<unk>", "<s>"],
        show_progress=False,
    )
    made.train_from_iterator(SENTENCES, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return import_transformers().PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        bos_token="<s>",
        **special,
    )


def byte_tokenizer(*more: str, **special: Any) -> Any:
    """A fast tokenizer over bytes, as GPT-2's, trained on ``SENTENCES``."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>", *more],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(SENTENCES, trainer)
    return import_transformers().PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|endoftext|>", bos_token="<|endoftext|>", **special
    )


def sentence_pieces(file: Path, size: int = 90) -> list[str]:
    """A model of sentencepiece trained on ``SENTENCES``, and its pieces."""
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 3),
        model_writer=written,
        vocab_size=size,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    file.write_bytes(written.getvalue())
    loaded = sentencepiece.SentencePieceProcessor(model_file=str(file))
    return [loaded.id_to_piece(number) for number in range(len(loaded))]
