"""Grad-CAM and shares of a similarity are what their definitions say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from towhee.errors import UsageError
from towhee.models.calibration import sample_photographs
from towhee.models.heatmaps.explanation import (
    explained_class,
    explained_similarity,
    explained_vector,
)
from towhee.models.heatmaps.loaded import traces
from towhee.models.heatmaps.trace import traced
from towhee.models.spec import model_spec
from towhee.models.timm_classifier import TimmClassifier
from towhee.models.timm_image_network import TimmImageNetwork
from towhee.models.timm_models import import_timm


@pytest.fixture(scope="session")
def mobilenet(shared_data: Path) -> Path:
    """The folder of real weights."""
    return shared_data.parent / "models/mobilenetv2_100.tf_in1k"


def pixels_of(network: Any, count: int = 4) -> list[npt.NDArray[np.uint8]]:
    return [network.prepared(image) for image in sample_photographs()[:count]]


def normalised(network: Any, pixels: npt.NDArray[np.uint8]) -> Any:
    import torch

    return torch.from_numpy(network.preprocess.normalized(pixels))[None]


def test_shares_are_those_of_averaged_features_and_sum_to_the_cosine(mobilenet: Path) -> None:
    import torch

    spec = model_spec("mobilenetv2_100", checkpoint=mobilenet)
    network = TimmImageNetwork(spec, None, None)
    pixels = pixels_of(network)
    found = traces(network, pixels)
    model: Any = network.module().network
    with torch.no_grad():
        features = [model.forward_features(normalised(network, each))[0] for each in pixels]
    vectors = [each.mean((1, 2)) for each in features]
    for mine in range(len(found)):
        for other in range(len(found)):
            one, two = vectors[mine], vectors[other]
            cosine = float(one @ two / one.norm() / two.norm())
            shares = explained_similarity(found[mine], two.numpy())
            assert shares.method == "similarity shares"
            assert shares.grid.shape == (7, 7)
            assert abs(shares.score - cosine) < 1e-5
            assert abs(shares.grid.sum() - cosine) < 1e-5
            plain = torch.einsum("chw,c->hw", features[mine], two) / (one.norm() * two.norm() * 49)
            np.testing.assert_allclose(shares.grid, plain, rtol=1e-3, atol=1e-6)


def test_grad_cam_of_a_class_is_the_class_activation_map_of_a_linear_classifier(
    mobilenet: Path,
) -> None:
    # Zhou et al. 2016: with average pooling and a linear classifier the two are the same.
    import torch

    network = TimmClassifier(model_spec("mobilenetv2_100", checkpoint=mobilenet))
    (pixels,) = pixels_of(network, 1)
    (trace,) = traces(network, [pixels])
    model: Any = network.module().network
    with torch.no_grad():
        features = model.forward_features(normalised(network, pixels))[0]
        for number in (0, 18, 900):
            found = explained_class(trace, number)
            plain = torch.einsum("chw,c->hw", features, model.classifier.weight[number]).clamp(0)
            np.testing.assert_allclose(found.grid, plain / plain.sum(), rtol=1e-3, atol=1e-6)
            assert found.grid.sum() == pytest.approx(1)


def test_what_a_vector_is_made_of_is_what_an_image_shares_with_itself(mobilenet: Path) -> None:
    network = TimmImageNetwork(model_spec("mobilenetv2_100", checkpoint=mobilenet), None, None)
    (trace,) = traces(network, pixels_of(network, 1))
    vector = trace.vector.detach().numpy()
    itself = explained_similarity(trace, vector)
    assert itself.score == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(explained_vector(trace).grid, itself.grid, rtol=1e-3, atol=1e-6)


@pytest.fixture(scope="module")
def random_models(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Checkpoints of timm's small test models, by their names."""
    import torch
    from safetensors.torch import save_file

    timm = import_timm()

    def made(name: str, **arguments: Any) -> Path:
        folder = tmp_path_factory.mktemp(name)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = timm.create_model(name, num_classes=7, **arguments)
            for parameter in model.parameters():
                torch.nn.init.normal_(parameter, std=0.3)
        save_file(model.state_dict(), folder / "model.safetensors")
        config = timm.get_pretrained_cfg(name).to_dict()
        known = ("input_size", "interpolation", "crop_pct", "mean", "std", "classifier")
        about = {name: config[name] for name in known} | {"num_classes": 7}
        (folder / "config.json").write_text(
            json.dumps(
                {
                    "architecture": name,
                    "num_classes": 7,
                    "pretrained_cfg": about,
                    "model_args": arguments,
                }
            )
        )
        return folder

    return made


@pytest.mark.parametrize(
    ("name", "arguments", "pooling", "method"),
    [
        ("test_efficientnet", {}, None, "similarity shares"),
        ("test_efficientnet", {}, "max", "similarity shares"),
        ("test_resnet", {}, None, "similarity shares"),
        ("test_convnext", {}, "avg", "similarity shares"),
        ("test_convnext", {}, None, "Grad-CAM"),  # it normalises what was pooled
        ("test_vit", {}, None, "weighted rollout"),  # a token of the class
        ("test_vit", {}, "avg", "similarity shares"),
        ("test_vit", {"global_pool": "avg", "fc_norm": False}, None, "similarity shares"),
        ("test_maxvit", {}, None, "similarity shares"),  # attention within windows
    ],
)
def test_a_pair_is_cut_up_exactly_where_the_vector_is_pooled_from_places(
    random_models: Any, name: str, arguments: dict[str, Any], pooling: str | None, method: str
) -> None:
    spec = model_spec(name, checkpoint=random_models(name, **arguments))
    network = TimmImageNetwork(spec, None, pooling)
    one, two = traces(network, pixels_of(network, 2))
    vectors = [each.vector.detach().double().numpy() for each in (one, two)]
    lengths = [float(np.linalg.norm(each)) for each in vectors]
    found = explained_similarity(one, vectors[1].astype(np.float32))
    assert found.method == method
    assert found.score == pytest.approx(vectors[0] @ vectors[1] / lengths[0] / lengths[1], abs=1e-5)
    total = found.score if method == "similarity shares" else 1
    assert abs(found.grid.sum() - total) < 1e-5
    assert found.grid.size > 1


@pytest.mark.parametrize("name", ["test_efficientnet", "test_vit", "test_convnext"])
def test_a_layer_in_the_middle_is_explained_up_to_itself(random_models: Any, name: str) -> None:
    layers = {"test_efficientnet": "blocks.1", "test_vit": "blocks.1", "test_convnext": "stages.1"}
    spec = model_spec(name, checkpoint=random_models(name))
    network = TimmImageNetwork(spec, layers[name], None)
    one, two = traces(network, pixels_of(network, 2))
    found = explained_similarity(one, two.vector.detach().numpy())
    assert found.method == "similarity shares"
    assert abs(found.grid.sum() - found.score) < 1e-5


@pytest.mark.parametrize("name", ["test_efficientnet", "test_vit", "test_convnext"])
def test_a_class_has_a_map_in_every_kind_of_network(random_models: Any, name: str) -> None:
    network = TimmClassifier(model_spec(name, checkpoint=random_models(name)))
    (trace,) = traces(network, pixels_of(network, 1))
    surest = int(trace.vector.argmax())
    found = explained_class(trace, surest)
    assert found.method == ("weighted rollout" if name == "test_vit" else "Grad-CAM")
    assert found.grid.min() >= 0
    assert found.grid.sum() == pytest.approx(1)
    assert found.score == pytest.approx(float(trace.vector[surest].detach()))


def test_tracing_leaves_the_network_as_it_was(mobilenet: Path) -> None:
    import torch

    network = TimmImageNetwork(model_spec("mobilenetv2_100", checkpoint=mobilenet), None, None)
    module: Any = network.module()
    (pixels,) = pixels_of(network, 1)
    before = {name: values.clone() for name, values in module.state_dict().items()}
    with torch.inference_mode():
        trace = traced(module, pixels)
        explained_vector(trace)
        assert torch.is_inference_mode_enabled()
    after = module.state_dict()
    assert all(torch.equal(values, after[name]) for name, values in before.items())
    assert all(parameter.grad is None for parameter in module.parameters())
    assert not any(each.training or each._forward_hooks for each in module.modules())
    with torch.no_grad():
        plain = module(torch.from_numpy(pixels[None].copy()))[0]
    np.testing.assert_allclose(trace.vector.detach(), plain, rtol=1e-5, atol=1e-6)


def test_random_weights_are_refused() -> None:
    network = TimmImageNetwork(model_spec("test_resnet", pretrained=False), None, None)
    with pytest.raises(UsageError, match=r"test_resnet has random weights.*checkpoint"):
        traces(network, [])


def test_a_network_without_places_is_refused() -> None:
    import torch

    flat = torch.nn.Linear(3, 2)

    class Mean(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.flat = flat

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.flat(pixels.float().mean((1, 2)))
            return result

    trace = traced(Mean().eval(), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(UsageError, match="no features of single places"):
        explained_class(trace, 0)
