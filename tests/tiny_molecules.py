"""Molecules for tests, and a small model that reads SMILES with a tokenizer of its own."""

from __future__ import annotations

import string
from pathlib import Path

from towhee.models.transformers.importing import import_transformers

MOLECULES = {
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "salicylic acid": "OC(=O)c1ccccc1O",
    "ibuprofen": "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "paracetamol": "CC(=O)Nc1ccc(O)cc1",
    "caffeine": "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
    "theophylline": "Cn1c2nc[nH]c2c(=O)n(C)c1=O",
    "glucose": "OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O",
    "galactose": "OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@H]1O",
    "ethanol": "CCO",
    "propanol": "CCCO",
    "testosterone": "C[C@]12CC[C@H]3[C@@H](CCC4=CC(=O)CC[C@]34C)[C@@H]1CC[C@@H]2O",
    "progesterone": "CC(=O)[C@H]1CC[C@H]2[C@@H]3CCC4=CC(=O)CC[C@]4(C)[C@H]3CC[C@]12C",
}


def tiny_chemberta(into: Path) -> Path:
    """A RoBERTa with random weights and a byte-level tokenizer with a few merges, as ChemBERTa."""
    import tokenizers
    import torch

    transformers = import_transformers()
    signs = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *string.ascii_letters, *string.digits]
    merges = [("C", "C"), ("c", "1"), ("c", "c"), ("(", "=")]
    signs += [*"()[]=#@+-/\\.%", *("".join(merge) for merge in merges)]
    made = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            {sign: place for place, sign in enumerate(signs)}, merges, unk_token="<unk>"
        )
    )
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
    ).save_pretrained(into)
    config = transformers.RobertaConfig(
        vocab_size=len(signs),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=515,
        initializer_range=0.2,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.RobertaForMaskedLM(config).save_pretrained(into)
    return into
