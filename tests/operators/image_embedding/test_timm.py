"""Vectors of timm's models are those of timm itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from towhee import DataCollection, Image
from towhee.errors import DataError, UnknownNameError, UsageError, WeightsError
from towhee.models.timm_models import import_timm
from towhee.operators.image_embedding.timm import TimmImageEmbedding

MODEL = "mobilenetv2_100"


@pytest.fixture(scope="module")
def checkpoint(shared_data: Path) -> str:
    return str(shared_data.parent / "models/mobilenetv2_100.tf_in1k")


@pytest.fixture(scope="module")
def photographs(shared_data: Path) -> list[str]:
    return sorted(map(str, (shared_data / "imagenet-sample").iterdir()))


def noise(*size: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)


def test_vectors_of_all_photographs_are_those_of_timm(
    checkpoint: str, photographs: list[str]
) -> None:
    import torch

    timm = import_timm()
    model = timm.create_model(f"local-dir:{checkpoint}", pretrained=True, num_classes=0).eval()
    settings = timm.data.resolve_data_config({}, model=model)
    prepare = timm.data.create_transform(**settings, is_training=False)
    theirs = []
    for start in range(0, len(photographs), 32):
        opened = [PIL.Image.open(path) for path in photographs[start : start + 32]]
        images = [PIL.ImageOps.exif_transpose(image) for image in opened]  # one lies on its side
        pixels = torch.stack([prepare(image.convert("RGB")) for image in images])
        with torch.inference_mode():
            theirs.extend(model(pixels).numpy())
    ours = (
        DataCollection(photographs)
        .image_decode.cv2()
        .image_embedding.timm(model_name=MODEL, checkpoint=checkpoint, normalize=False)
        .to_numpy()
    )
    assert len(ours) == 606
    assert np.abs(ours - np.stack(theirs)).max() < 1e-5


def test_a_bgr_image_has_the_vector_of_its_rgb_twin(checkpoint: str) -> None:
    embed = TimmImageEmbedding(MODEL, checkpoint=checkpoint)
    image = Image(noise(60, 80), "RGB")
    assert np.array_equal(embed(image), embed(image.to("BGR")))


def test_vectors_have_unit_length_unless_asked_otherwise(checkpoint: str) -> None:
    picture = noise(60, 80)
    unit = TimmImageEmbedding(MODEL, checkpoint=checkpoint)(picture)
    raw = TimmImageEmbedding(MODEL, checkpoint=checkpoint, normalize=False)(picture)
    assert np.linalg.norm(unit) == pytest.approx(1, abs=1e-6)
    assert np.allclose(raw / np.linalg.norm(raw), unit, atol=1e-6)


def test_onnxruntime_agrees_with_torch(checkpoint: str, photographs: list[str]) -> None:
    images = [PIL.Image.open(path) for path in photographs[:8]]
    torch_vectors = TimmImageEmbedding(MODEL, checkpoint=checkpoint).batch(images)
    onnx_vectors = TimmImageEmbedding(MODEL, checkpoint=checkpoint, backend="onnxruntime").batch(
        images
    )
    cosines = (np.asarray(torch_vectors) * np.asarray(onnx_vectors)).sum(axis=1)
    assert cosines.min() > 0.9999


@pytest.mark.parametrize("backend", ["torch", "onnxruntime"])
def test_a_backend_leaves_its_input_unchanged(checkpoint: str, backend: str) -> None:
    embed = TimmImageEmbedding(MODEL, checkpoint=checkpoint, backend=backend)
    prepared = [embed.prepare(noise(50, 50)), embed.prepare(noise(70, 40))]
    before = [array.copy() for array in prepared]
    embed.forward(prepared)
    assert all(np.array_equal(a, b) for a, b in zip(prepared, before, strict=True))


def test_a_layer_gives_its_own_features_pooled_as_asked(checkpoint: str) -> None:
    import torch

    picture = noise(90, 90)
    embed = TimmImageEmbedding(MODEL, checkpoint=checkpoint, normalize=False)
    model = import_timm().create_model(f"local-dir:{checkpoint}", pretrained=True).eval()
    pixels = torch.from_numpy(embed.prepare(picture)[None])
    with torch.inference_mode():
        stages = model.blocks[:5](model.bn1(model.conv_stem(pixels)))[0].numpy()
    for pooling, expected in [("avg", stages.mean((1, 2))), ("max", stages.max((1, 2)))]:
        vector = TimmImageEmbedding(
            MODEL, checkpoint=checkpoint, layer="blocks.4", pooling=pooling, normalize=False
        )(picture)
        assert np.allclose(vector, expected, atol=1e-4)


def test_an_unknown_layer_offers_the_closest(checkpoint: str) -> None:
    with pytest.raises(UnknownNameError, match=r"'blocks\.9'; did you mean 'blocks"):
        TimmImageEmbedding(MODEL, checkpoint=checkpoint, layer="blocks.9").ensure_setup()


def test_an_unknown_model_or_tag_offers_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'resnet50'"):
        TimmImageEmbedding("resnet5O").ensure_setup()
    with pytest.raises(UnknownNameError, match=r"resnet50\.tv_in1k"):
        TimmImageEmbedding("resnet50.tv_in2k").ensure_setup()


def test_weights_of_another_model_are_refused(checkpoint: str) -> None:
    with pytest.raises(WeightsError, match="does not hold the weights of resnet18"):
        TimmImageEmbedding("resnet18", checkpoint=f"{checkpoint}/model.safetensors").ensure_setup()


def test_a_bare_weights_file_is_loaded_into_the_named_model(checkpoint: str) -> None:
    import torch
    from safetensors.torch import load_file

    file = f"{checkpoint}/model.safetensors"
    model = import_timm().create_model(MODEL, pretrained=False).eval()
    model.load_state_dict(load_file(file))
    embed = TimmImageEmbedding(MODEL, checkpoint=file, normalize=False)
    pixels = embed.prepare(noise(64, 64))
    with torch.inference_mode():
        expected = model.forward_head(
            model.forward_features(torch.from_numpy(pixels[None])), pre_logits=True
        )[0]
    assert np.allclose(embed.forward([pixels])[0], expected.numpy(), atol=1e-5)


@pytest.mark.parametrize("kept", [0, 1000, 1_000_000])
def test_truncated_weights_are_named(checkpoint: str, tmp_path: Path, kept: int) -> None:
    broken = tmp_path / "model.safetensors"
    broken.write_bytes(Path(checkpoint, "model.safetensors").read_bytes()[:kept])
    (tmp_path / "config.json").write_bytes(Path(checkpoint, "config.json").read_bytes())
    with pytest.raises(WeightsError, match=r"model\.safetensors' is damaged or cut short"):
        TimmImageEmbedding(MODEL, checkpoint=tmp_path).ensure_setup()


def test_random_weights_come_only_when_asked_for_by_name() -> None:
    embed = TimmImageEmbedding("resnet18", pretrained=False)
    assert embed(noise(32, 32)).shape == (512,)


def test_a_device_that_is_not_there_is_an_error(checkpoint: str) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has the device whose absence is tested")
    with pytest.raises(UsageError, match="no cuda device"):
        TimmImageEmbedding(MODEL, checkpoint=checkpoint, device="cuda").ensure_setup()


@pytest.mark.parametrize("wrong", [{"backend": "tensorrt"}, {"pooling": "mean"}])
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        TimmImageEmbedding("resnet18", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["a.jpg", b"\xff\xd8", np.zeros((4, 4, 3)), None, 7])
def test_what_is_no_image_is_refused_with_the_remedy(checkpoint: str, value: object) -> None:
    embed = TimmImageEmbedding(MODEL, checkpoint=checkpoint)
    with pytest.raises(DataError, match=r"put image_decode\.pil in front of it"):
        embed.prepare(value)
