"""Names and checkpoints are checked before anything is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from towhee.errors import UsageError, WeightsError
from towhee.models.dimension import vector_dimension
from towhee.models.embedded_model import embedded_model
from towhee.models.preprocess import Preprocess
from towhee.models.pretrained_tags import PINNED
from towhee.models.spec import ModelSpec, model_spec
from towhee.models.timm_models import import_timm, resolved


def test_a_short_name_stands_for_one_pretrained_tag() -> None:
    assert model_spec("resnet50").full_name == "resnet50.a1_in1k"
    assert model_spec("timm/resnet50").full_name == "resnet50.a1_in1k"


def test_a_name_with_a_tag_is_taken_as_it_is() -> None:
    assert model_spec("resnet50.tv_in1k").full_name == "resnet50.tv_in1k"


def test_another_name_gets_the_tag_that_timm_takes_for_it() -> None:
    known = resolved(model_spec("resnet10t"))
    assert known.full_name == "resnet10t.c3_in1k"
    assert known.card == "https://huggingface.co/timm/resnet10t.c3_in1k"


def test_a_specification_survives_as_json() -> None:
    for name in ("resnet50", "hf-hub:owner/resnet18.mine"):
        spec = model_spec(name)
        assert ModelSpec.from_json(json.loads(json.dumps(spec.as_json()))) == spec
    spec = embedded_model().spec
    assert ModelSpec.from_json(json.loads(json.dumps(spec.as_json()))) == spec


def test_a_folder_says_itself_what_model_it_holds(tmp_path: Path) -> None:
    stated = {"tag": "mine", "license": "mit", "interpolation": "bilinear", "crop_pct": 0.8}
    about = {"architecture": "resnet18", "pretrained_cfg": stated}
    (tmp_path / "config.json").write_text(json.dumps(about))
    (tmp_path / "model.safetensors").write_bytes(b"")
    spec = model_spec("resnet50", checkpoint=tmp_path)
    assert (spec.full_name, spec.license, spec.dimension) == ("resnet18.mine", "mit", 512)
    assert spec.preprocess == Preprocess(interpolation="bilinear", crop_pct=0.8)
    assert ModelSpec.from_json(json.loads(json.dumps(spec.as_json()))) == spec
    with pytest.raises(WeightsError, match="holds resnet18, not vit_tiny_patch16_224"):
        model_spec("vit_tiny_patch16_224", checkpoint=tmp_path)


@pytest.mark.parametrize("wrong", ["hf-hub:resnet18", "hf-hub:a/b/c", "hf-hub:"])
def test_a_repository_has_an_owner_and_a_name(wrong: str) -> None:
    with pytest.raises(UsageError, match="hf-hub:owner/name"):
        model_spec(wrong)


def test_random_weights_and_a_checkpoint_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pretrained=False"):
        model_spec("resnet18", checkpoint=tmp_path, pretrained=False)


@pytest.mark.parametrize("model_name", sorted(PINNED))
def test_pinned_tags_and_licences_are_those_of_timm(model_name: str) -> None:
    tag, _, license = PINNED[model_name]
    config = import_timm().get_pretrained_cfg(f"{model_name}.{tag}")
    assert (config.tag, config.license) == (tag, license)
    assert config.hf_hub_id == model_spec(model_name).location


@pytest.mark.parametrize("model_name", sorted(PINNED))
def test_pinned_dimensions_are_what_the_models_give(model_name: str) -> None:
    assert vector_dimension(model_spec(model_name), None, None) == PINNED[model_name][1]


def test_a_dimension_found_without_weights_is_that_of_the_vectors() -> None:
    import torch

    for model_name in ("mobilenetv3_small_050", "vit_tiny_patch16_224"):
        model = import_timm().create_model(model_name, pretrained=False, num_classes=0).eval()
        with torch.inference_mode():
            given = model(torch.zeros(1, 3, 224, 224)).shape[1]
        assert vector_dimension(model_spec(model_name), None, None) == given


def test_a_pickle_is_refused_unless_it_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "model.pth").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"is a pickle, .* trust_pickle=True"):
        model_spec("resnet18", checkpoint=tmp_path / "model.pth")
    assert model_spec("resnet18", checkpoint=tmp_path / "model.pth", trust_pickle=True)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no config.json"),
        ({"config.json": "{"}, "is not JSON"),
        ({"config.json": "{}"}, "names no architecture"),
        ({"config.json": "[]"}, "names no architecture"),
        (
            {"config.json": '{"architecture": "resnet18", "pretrained_cfg": {"mean": 7}}'},
            "states a preprocessing that cannot be",
        ),
        ({"config.json": '{"architecture": "resnet18"}'}, "has no model.safetensors"),
        (
            {"config.json": '{"architecture": "resnet18"}', "pytorch_model.bin": ""},
            "pytorch_model.bin' is a pickle",
        ),
    ],
)
def test_an_incomplete_folder_says_what_it_lacks(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(WeightsError, match=message):
        model_spec("resnet18", checkpoint=tmp_path)


@pytest.mark.parametrize("name", ["weights", "weights.npz", "weights.PTH"])
def test_a_file_of_another_form_is_a_pickle_until_it_is_trusted(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(WeightsError, match="trust_pickle=True"):
        model_spec("resnet18", checkpoint=tmp_path / name)


def test_a_checkpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(WeightsError, match=r"'/no/such/folder' does not exist"):
        model_spec("resnet18", checkpoint="/no/such/folder")


def test_a_name_is_needed() -> None:
    with pytest.raises(UsageError, match="not None"):
        model_spec(None)  # type: ignore[arg-type]
