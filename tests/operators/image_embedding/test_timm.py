"""Vectors of timm's models are those of timm itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from towhee import DataCollection, Image, pipeline
from towhee.errors import DataError, MissingExtraError, UnknownNameError, UsageError, WeightsError
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.timm_models import import_timm
from towhee.models.vectors import unit_length
from towhee.operators.image_decode.pil import PilImageDecode
from towhee.operators.image_embedding.timm import TimmImageEmbedding

MODEL = "mobilenetv2_100"


@pytest.fixture(scope="module")
def checkpoint(shared_data: Path) -> str:
    return str(shared_data.parent / "models/mobilenetv2_100.tf_in1k")


@pytest.fixture(scope="module")
def photographs(shared_data: Path) -> list[str]:
    return sorted(map(str, (shared_data / "imagenet-sample").iterdir()))


def of_torch(
    checkpoint: str | Path, model_name: str = MODEL, **settings: Any
) -> TimmImageEmbedding:
    """The reference: torch in float32, about which nothing has to be measured."""
    return TimmImageEmbedding(model_name, checkpoint=checkpoint, backend="torch", **settings)


def noise(*size: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def vectors_of_timm(checkpoint: str, photographs: list[str]) -> np.ndarray:
    """What timm's own evaluation transform and forward pass give, ``(606, 1280) float32``."""
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
    return np.stack(theirs)


def test_the_features_of_all_photographs_are_those_of_timm(
    checkpoint: str, photographs: list[str], vectors_of_timm: np.ndarray
) -> None:
    ours = (
        DataCollection(photographs)
        .image_decode.cv2()
        .image_embedding.timm(
            model_name=MODEL, checkpoint=checkpoint, backend="torch", normalize=False
        )
        .to_numpy()
    )
    assert len(ours) == 606
    assert np.abs(ours - vectors_of_timm).max() < 1e-5


@pytest.mark.parametrize("backend", ["auto", "torch", "onnxruntime", "openvino"])
def test_vectors_of_all_photographs_are_those_of_timm(
    checkpoint: str, photographs: list[str], vectors_of_timm: np.ndarray, backend: str
) -> None:
    ours = (
        DataCollection(photographs)
        .image_decode.cv2()
        .image_embedding.timm(
            model_name=MODEL, checkpoint=checkpoint, backend=backend, precision="float32"
        )
        .to_numpy()
    )
    assert len(ours) == 606
    assert np.abs(ours - unit_length(vectors_of_timm)).max() < 1e-5


def test_fast_vectors_are_near_and_have_the_same_neighbours(
    checkpoint: str, photographs: list[str], vectors_of_timm: np.ndarray
) -> None:
    embed = pipeline(
        f"image-embedding-{MODEL}", checkpoint=checkpoint, backend="onnxruntime", preprocess="fast"
    )
    assert "min_side=512" in embed.explain()
    ours, exact = embed(photographs), unit_length(vectors_of_timm)
    cosine = (ours * exact).sum(axis=1)
    assert cosine.min() > 0.999
    assert 1 - cosine.mean() > 1e-6, "it takes the exact way"

    def nearest(vectors: np.ndarray) -> np.ndarray:
        similarity = vectors @ exact.T
        np.fill_diagonal(similarity, -1)
        return similarity.argmax(axis=1)

    assert np.array_equal(nearest(ours), nearest(exact))


def test_a_bgr_image_has_the_vector_of_its_rgb_twin(checkpoint: str) -> None:
    embed = of_torch(checkpoint)
    image = Image(noise(60, 80), "RGB")
    assert np.array_equal(embed(image), embed(image.to("BGR")))


def test_a_picture_has_the_same_vector_whichever_way_it_comes(checkpoint: str) -> None:
    embed = of_torch(checkpoint)
    pixels = noise(60, 80)
    picture = PIL.Image.fromarray(pixels)
    expected = embed(pixels)
    for same in (Image(pixels), picture, Image(pixels).to("BGRA"), picture.convert("RGBA")):
        assert np.array_equal(embed(same), expected)  # type: ignore[arg-type]
    grey = picture.convert("L")
    expected = embed(grey.convert("RGB"))  # type: ignore[arg-type]
    for same in (grey, np.asarray(grey), Image(np.asarray(grey), "L"), grey.convert("LA")):
        assert np.array_equal(embed(same), expected)  # type: ignore[arg-type]


def test_a_picture_has_the_vector_of_its_decoded_file(checkpoint: str, tmp_path: Path) -> None:
    embed = of_torch(checkpoint)
    turned, clear, deep = (tmp_path / name for name in ("turned.png", "clear.png", "deep.png"))
    exif = PIL.Image.Exif()
    exif[274] = 6
    PIL.Image.fromarray(noise(60, 80)).save(turned, exif=exif)
    PIL.Image.fromarray(np.dstack([noise(60, 80), noise(60, 80)[:, :, 0]])).save(clear)
    ramp = np.linspace(0, 65535, 48 * 64).reshape(48, 64).astype(np.uint16)
    PIL.Image.fromarray(ramp).save(deep)
    decode = PilImageDecode()
    for path in (turned, clear, deep):
        with PIL.Image.open(path) as picture:
            assert np.array_equal(embed(picture), embed(decode(str(path))))  # type: ignore[arg-type]


def test_vectors_have_unit_length_unless_asked_otherwise(checkpoint: str) -> None:
    picture = noise(60, 80)
    unit = of_torch(checkpoint)(picture)
    raw = of_torch(checkpoint, normalize=False)(picture)
    assert np.linalg.norm(unit) == pytest.approx(1, abs=1e-6)
    assert np.allclose(raw / np.linalg.norm(raw), unit, atol=1e-6)


def test_onnxruntime_agrees_with_torch(checkpoint: str, photographs: list[str]) -> None:
    images = [PIL.Image.open(path) for path in photographs[:8]]
    torch_vectors = of_torch(checkpoint).batch(images)
    onnx_vectors = TimmImageEmbedding(MODEL, checkpoint=checkpoint, backend="onnxruntime").batch(
        images
    )
    cosines = (np.asarray(torch_vectors) * np.asarray(onnx_vectors)).sum(axis=1)
    assert cosines.min() > 0.9999


def test_an_export_is_made_once_and_again_only_where_it_is_damaged(
    checkpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    exports = tmp_path / "towhee/onnx"

    def vector() -> np.ndarray:
        return TimmImageEmbedding(MODEL, checkpoint=checkpoint, backend="onnxruntime")(noise(9, 9))

    def not_again(*arguments: object, **keywords: object) -> bytes:
        raise AssertionError("the model was exported again")

    first = vector()
    kept = sorted(exports.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr("towhee.models.image_network.exported", not_again)
        assert np.array_equal(vector(), first)
        for file in kept:
            file.write_bytes(file.read_bytes()[:-1] + b"\0")
        with pytest.raises(AssertionError, match="exported again"):
            vector()
    assert np.array_equal(vector(), first)
    assert [file.name[:32] for file in sorted(exports.iterdir())] == [
        file.name[:32] for file in kept
    ]


def test_a_layer_is_exported_as_itself(checkpoint: str) -> None:
    settings = {"checkpoint": checkpoint, "layer": "blocks.2", "pooling": "max"}
    vectors = [
        TimmImageEmbedding(MODEL, backend=backend, **settings)(noise(70, 50))  # type: ignore[arg-type]
        for backend in ("torch", "onnxruntime")
    ]
    assert vectors[0].shape == (32,)
    assert vectors[0] @ vectors[1] > 0.9999


def test_without_the_packages_that_write_onnx_the_extra_is_named(
    checkpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    embed = TimmImageEmbedding(MODEL, checkpoint=checkpoint, backend="onnxruntime")
    with pytest.raises(MissingExtraError, match=r"towhee\[export\]"):
        embed.load()


@pytest.mark.parametrize("backend", ["torch", "onnxruntime"])
def test_a_model_keeps_to_its_threads(checkpoint: str, backend: str) -> None:
    import torch

    found = torch.get_num_threads()
    embed = TimmImageEmbedding(MODEL, checkpoint=checkpoint, backend=backend)
    embed.threads = 1
    try:
        assert np.isclose(np.linalg.norm(embed(noise(20, 20))), 1)
        assert torch.get_num_threads() == (1 if backend == "torch" else found)
    finally:
        torch.set_num_threads(found)


def test_a_network_that_works_in_place_does_not_reach_the_callers_pixels() -> None:
    import torch

    class InPlace(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return pixels.mul_(2).flatten(1)

    pixels = np.ones((2, 3, 4, 4), np.float32)
    pixels.flags.writeable = False
    assert TorchBackend(InPlace(), device="cpu")(pixels).tolist() == [[2.0] * 48] * 2
    assert (pixels == 1).all()


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
    embed = of_torch(checkpoint, normalize=False)
    model = import_timm().create_model(f"local-dir:{checkpoint}", pretrained=True).eval()
    pixels = torch.from_numpy(embed.preprocess.normalized(embed.prepare(picture))[None])
    with torch.inference_mode():
        stages = model.blocks[:5](model.bn1(model.conv_stem(pixels)))[0].numpy()
    for pooling, expected in [("avg", stages.mean((1, 2))), ("max", stages.max((1, 2)))]:
        embed_layer = of_torch(checkpoint, layer="blocks.4", pooling=pooling, normalize=False)
        vector = embed_layer(picture)
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
    embed = of_torch(file, normalize=False)
    pixels = embed.prepare(noise(64, 64))
    with torch.inference_mode():
        expected = model.forward_head(
            model.forward_features(torch.from_numpy(embed.preprocess.normalized(pixels)[None])),
            pre_logits=True,
        )[0]
    assert np.allclose(embed.forward([pixels])[0], expected.numpy(), atol=1e-5)


@pytest.mark.parametrize("kept", [0, 1000, 1_000_000])
def test_truncated_weights_are_named(checkpoint: str, tmp_path: Path, kept: int) -> None:
    broken = tmp_path / "model.safetensors"
    broken.write_bytes(Path(checkpoint, "model.safetensors").read_bytes()[:kept])
    (tmp_path / "config.json").write_bytes(Path(checkpoint, "config.json").read_bytes())
    with pytest.raises(WeightsError, match=r"model\.safetensors' is damaged or cut short"):
        TimmImageEmbedding(MODEL, checkpoint=tmp_path).ensure_setup()


@pytest.mark.parametrize("change", ["Missing", "Unexpected"])
def test_weights_that_lack_a_key_or_have_one_too_many_are_refused(
    checkpoint: str, tmp_path: Path, change: str
) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(f"{checkpoint}/model.safetensors")
    if change == "Missing":
        del weights["conv_head.weight"]
    else:
        weights["conv_tail.weight"] = weights["conv_head.weight"].clone()
    save_file(weights, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_bytes(Path(checkpoint, "config.json").read_bytes())
    with pytest.raises(WeightsError, match=rf"model\.safetensors' does not hold .* {change}"):
        TimmImageEmbedding(MODEL, checkpoint=tmp_path).ensure_setup()


def test_a_pickle_that_is_trusted_gives_the_vectors_of_its_weights(
    checkpoint: str, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    weights = load_file(f"{checkpoint}/model.safetensors")
    torch.save({"state_dict": weights, "made_by": Path("me")}, tmp_path / "mine.pth")
    (tmp_path / "broken.pth").write_bytes(b"no pickle")
    for name in ("mine.pth", "broken.pth"):
        with pytest.raises(WeightsError, match="trust_pickle=True"):
            TimmImageEmbedding(MODEL, checkpoint=tmp_path / name)
    safe = of_torch(f"{checkpoint}/model.safetensors")
    mine = of_torch(tmp_path / "mine.pth", trust_pickle=True)
    assert np.allclose(mine(noise(40, 40)), safe(noise(40, 40)), atol=1e-6)
    broken = TimmImageEmbedding(MODEL, checkpoint=tmp_path / "broken.pth", trust_pickle=True)
    with pytest.raises(WeightsError, match=r"broken\.pth' is damaged or cut short"):
        broken.ensure_setup()


def test_random_weights_come_only_when_asked_for_by_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import torch

    before = torch.get_rng_state()
    embed = TimmImageEmbedding("resnet18", pretrained=False)
    assert embed(noise(32, 32)).shape == (512,)
    assert "resnet18 has random weights" in caplog.text
    assert torch.equal(torch.get_rng_state(), before), "the caller's random numbers are the same"


def test_the_dimension_is_known_before_weights_are_loaded(checkpoint: str) -> None:
    for settings in ({}, {"layer": "blocks.4"}, {"layer": "blocks.4", "pooling": "none"}):
        embed = of_torch(checkpoint, **settings)  # type: ignore[arg-type]
        assert (embed.dimension,) == embed(noise(30, 30)).shape


def test_a_batch_of_nothing_gives_no_vectors(checkpoint: str) -> None:
    assert np.shape(of_torch(checkpoint).forward([])) == (0, 1280)


def test_a_device_that_is_not_there_is_an_error(checkpoint: str) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has the device whose absence is tested")
    for device in ("cuda", "cuda:1"):
        with pytest.raises(UsageError, match="no cuda device"):
            TimmImageEmbedding(MODEL, checkpoint=checkpoint, device=device).ensure_setup()


@pytest.mark.parametrize(
    "wrong",
    [
        {"backend": "tensorrt"},
        {"pooling": "mean"},
        {"device": "gpu"},
        {"device": "cuda:x"},
        {"device": "cuda", "backend": "onnxruntime"},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        TimmImageEmbedding("resnet18", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["a.jpg", b"\xff\xd8", np.zeros((4, 4, 3)), None, 7])
def test_what_is_no_image_is_refused_with_the_remedy(checkpoint: str, value: object) -> None:
    embed = of_torch(checkpoint)
    with pytest.raises(DataError, match=r"put image_decode\.pil in front of it"):
        embed.prepare(value)


@pytest.mark.parametrize("shape", [(0, 5, 3), (5, 0, 3), (0, 0)], ids=str)
def test_an_image_without_pixels_is_refused(checkpoint: str, shape: tuple[int, ...]) -> None:
    embed = of_torch(checkpoint)
    empty = np.empty(shape, np.uint8)
    for value in (empty, Image(empty, "L" if len(shape) == 2 else "RGB")):
        with pytest.raises(DataError, match=f"{shape[1]}x{shape[0]} pixels holds nothing"):
            embed.prepare(value)
    with pytest.raises(DataError, match="0x5 pixels holds nothing"):
        embed.prepare(PIL.Image.new("RGB", (0, 5)))


def test_what_is_no_longer_an_image_is_refused_although_it_was_one(checkpoint: str) -> None:
    embed = of_torch(checkpoint)
    image = Image(noise(20, 20))
    for value in (image[:, :, 0], image[..., :2], image[None], image / 255.0):
        with pytest.raises(DataError):
            embed.prepare(value)
