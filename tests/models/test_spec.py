"""Names and checkpoints are checked before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from towhee.errors import UsageError, WeightsError
from towhee.models.pretrained_tags import PINNED
from towhee.models.spec import model_spec
from towhee.models.timm_models import import_timm


def test_a_short_name_stands_for_one_pretrained_tag() -> None:
    assert model_spec("resnet50").full_name == "resnet50.a1_in1k"
    assert model_spec("timm/resnet50").full_name == "resnet50.a1_in1k"


def test_a_name_with_a_tag_is_taken_as_it_is() -> None:
    assert model_spec("resnet50.tv_in1k").full_name == "resnet50.tv_in1k"


@pytest.mark.parametrize("model_name", sorted(PINNED))
def test_pinned_tags_and_licences_are_those_of_timm(model_name: str) -> None:
    tag, _, license = PINNED[model_name]
    config = import_timm().get_pretrained_cfg(f"{model_name}.{tag}")
    assert (config.tag, config.license) == (tag, license)


@pytest.mark.parametrize(
    "model_name", ["resnet18", "mobilenetv3_large_100", "vit_tiny_patch16_224"]
)
def test_pinned_dimensions_are_what_the_models_give(model_name: str) -> None:
    import torch

    model = import_timm().create_model(model_name, pretrained=False, num_classes=0).eval()
    with torch.inference_mode():
        assert model(torch.zeros(1, 3, 224, 224)).shape == (1, PINNED[model_name][1])


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


def test_a_checkpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(WeightsError, match=r"'/no/such/folder' does not exist"):
        model_spec("resnet18", checkpoint="/no/such/folder")


def test_a_name_is_needed() -> None:
    with pytest.raises(UsageError, match="not None"):
        model_spec(None)  # type: ignore[arg-type]
