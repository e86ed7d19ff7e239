"""A folder that is incomplete, damaged or of another kind is told in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sentence_models import MINILM, edited_copy
from towhee.errors import WeightsError
from towhee.models.text.behind import Behind
from towhee.models.text.files import FolderFiles
from towhee.models.text.layout import sentence_layout
from towhee.models.text.sentence_network import SentenceNetwork
from towhee.models.text.spec import sentence_spec

MODULES = json.loads((MINILM / "modules.json").read_text())
DENSE = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}


def test_the_layout_of_a_real_model() -> None:
    layout = sentence_layout(FolderFiles(MINILM))
    assert layout.poolings == ("mean",)
    assert layout.behind == (Behind(),)
    assert (layout.max_tokens, layout.dimension, layout.padding) == (256, 384, 0)
    assert layout.prompt == ""


def test_without_a_length_of_its_own_the_least_of_the_others_holds(tmp_path: Path) -> None:
    folder = edited_copy(tmp_path / "model", sentence_bert_config={"do_lower_case": False})
    assert sentence_layout(FolderFiles(folder)).max_tokens == 512


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"modules": None}, "has no modules.json"),
        ({"modules": [*MODULES[:2], DENSE]}, "has no 2_Dense/config.json"),
        ({"modules": [*MODULES[:2], {**DENSE, "type": "a.CNN"}]}, "Transformer, Pooling, CNN"),
        ({"modules": MODULES[:1]}, "lists the modules Transformer; towhee runs"),
        ({"modules": [{"idx": 0}]}, "names no modules"),
        ({"modules": {}}, "holds no list"),
        ({"1_Pooling__config": None}, "has no 1_Pooling/config.json"),
        ({"1_Pooling__config": {"pooling_mode": "median"}}, r"the pooling \['median'\]"),
        ({"1_Pooling__config": {"pooling_mode": "mean"}}, "states no dimension"),
        ({"sentence_bert_config": None}, "has no sentence_bert_config.json"),
        ({"config": None}, "has no config.json"),
        ({"config_sentence_transformers": {"default_prompt_name": "q"}}, "no prompt of the name"),
    ],
    ids=str,
)
def test_what_is_missing_or_not_supported_is_named(
    changed: dict[str, Any], told: str, tmp_path: Path
) -> None:
    folder = edited_copy(tmp_path / "model", **changed)
    with pytest.raises(WeightsError, match=told):
        sentence_layout(FolderFiles(folder))


@pytest.mark.parametrize(
    ("file", "kept", "told"),
    [
        ("modules.json", 20, "is not JSON"),
        ("tokenizer.json", 2000, "is no tokenizer, or a damaged one"),
        ("model.safetensors", 4000, "is damaged or cut short"),
    ],
)
def test_a_damaged_file_is_named(file: str, kept: int, told: str, tmp_path: Path) -> None:
    folder = edited_copy(tmp_path / "model")
    (folder / file).write_bytes((MINILM / file).read_bytes()[:kept])
    with pytest.raises(WeightsError, match=told) as error:
        SentenceNetwork(sentence_spec("any", checkpoint=folder)).module()
    assert str(folder / file) in str(error.value)


def test_weights_that_lack_some_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = edited_copy(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.3.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=r"lacks 1, encoder\.layer\.3\.output\.dense\.weight"):
        SentenceNetwork(sentence_spec("any", checkpoint=folder)).module()


def test_a_pickle_is_loaded_only_if_it_is_trusted(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = edited_copy(tmp_path / "model")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match="trust_pickle=True"):
        SentenceNetwork(sentence_spec("any", checkpoint=folder)).module()
    trusted = SentenceNetwork(sentence_spec("any", checkpoint=folder, trust_pickle=True))
    original = SentenceNetwork(sentence_spec("any", checkpoint=MINILM))
    ours, theirs = (dict(each.module().named_parameters()) for each in (trusted, original))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
