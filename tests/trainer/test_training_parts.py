"""What the trainer is put together from: losses, schedules, images, cuts, settings."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pytorch_metric_learning import losses
from sklearn.decomposition import PCA

from colour_squares import colour_squares
from towhee.errors import UnknownNameError, UsageError
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm
from towhee.trainer.adaptation import adapted
from towhee.trainer.image_values import TrainingImages, collated
from towhee.trainer.losses import embedding_loss
from towhee.trainer.mixing import mixup
from towhee.trainer.models.image_model import timm_stages
from towhee.trainer.projecting import Head, composed, principal_components
from towhee.trainer.schedule import learning_rate_factor, optimizer_steps
from towhee.trainer.settings import settled
from towhee.trainer.training_config import TrainingConfig
from towhee.trainer.trunk import cut_network

SMALL = Preprocess(input_size=(3, 24, 24))


@pytest.mark.parametrize(
    ("samples", "batch", "accumulation", "drop_last"),
    [(37, 8, 1, False), (37, 8, 2, False), (40, 8, 3, False), (37, 8, 2, True), (5, 8, 4, False)],
)
def test_optimizer_steps_are_those_that_a_loop_counts(
    samples: int, batch: int, accumulation: int, drop_last: bool
) -> None:
    sizes = [min(batch, samples - start) for start in range(0, samples, batch)]
    batches = [size for size in sizes if size == batch or not drop_last]
    counted = sum(
        (number + 1) % accumulation == 0 or number + 1 == len(batches)
        for number in range(len(batches))
    )
    assert optimizer_steps(samples, batch, accumulation, 3, drop_last) == 3 * counted


@pytest.mark.parametrize("name", ["linear", "cosine", "polynomial"])
def test_a_schedule_rises_is_whole_behind_the_warm_up_and_falls_to_nothing(name: str) -> None:
    factor = learning_rate_factor(name, steps=100, warmup=10)
    values = [factor(step) for step in range(101)]
    assert values[10] == 1.0
    assert values[100] == pytest.approx(0)
    assert values[:11] == sorted(values[:11])
    assert values[10:] == sorted(values[10:], reverse=True)
    with pytest.raises(UsageError, match="only 100"):
        learning_rate_factor(name, steps=100, warmup=100)


@pytest.mark.parametrize("name", ["SupConLoss", "TripletMarginLoss"])
def test_losses_are_those_of_pytorch_metric_learning(name: str) -> None:
    vectors, labels = torch.randn(12, 5), torch.arange(12) % 3
    ours = embedding_loss(name, dimension=5, classes=3)(vectors, labels)
    assert torch.equal(ours, getattr(losses, name)()(vectors, labels))


def test_a_loss_of_another_name_or_with_other_arguments_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="ArcFaceLoss"):
        embedding_loss("ArcFace", dimension=4, classes=2)
    with pytest.raises(UsageError, match="does not take"):
        embedding_loss("ArcFaceLoss", dimension=4, classes=2, margn=0.1)


def test_a_projection_and_what_stands_in_front_are_one_linear_map() -> None:
    features = np.random.default_rng(0).normal(3, 2, (20, 6)).astype(np.float32)
    head = Head(features, 4).eval()
    given = torch.from_numpy(features)
    with torch.inference_mode():
        torch.testing.assert_close(head.linear()(given), head(given))
        behind = torch.nn.Linear(4, 2)
        torch.testing.assert_close(composed(head.linear(), behind)(given), behind(head(given)))


@pytest.mark.parametrize(("rows", "width"), [(60, 8), (8, 60)])
def test_principal_components_are_those_of_scikit_learn(rows: int, width: int) -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(rows, width)) * np.linspace(1, 3, width)
    values = (values - values.mean(0)).astype(np.float32)
    ours, theirs = principal_components(values, 5), PCA(5).fit(values).components_
    assert np.abs((ours * theirs).sum(1)) == pytest.approx(1, abs=1e-5)


def test_few_samples_have_fewer_components_than_were_asked_for() -> None:
    values = np.random.default_rng(0).normal(size=(6, 40)).astype(np.float32)
    assert principal_components(values - values.mean(0), 40).shape == (5, 40)
    assert principal_components(np.zeros((6, 40), np.float32), 40).shape == (1, 40)


@pytest.mark.parametrize("rows", [30, 80])
def test_a_projection_begins_with_the_neighbours_of_the_features(rows: int) -> None:
    features = np.random.default_rng(0).normal(size=(rows, 50)).astype(np.float32)
    head = Head(features, 50).eval()
    directions = head.projection.weight.detach().numpy()
    assert directions @ directions.T == pytest.approx(np.eye(50) / 3, abs=1e-5)
    with torch.inference_mode():
        projected = head(torch.from_numpy(features)).numpy()
    standard = (features - features.mean(0)) / features.std(0)
    apart = np.linalg.norm(standard[:, None] - standard[None], axis=2)
    assert np.linalg.norm(projected[:, None] - projected[None], axis=2) == pytest.approx(
        apart / math.sqrt(3), rel=1e-3, abs=1e-3
    )


def test_images_without_augmentation_are_the_operator_s_own_preparation_to_the_bit() -> None:
    data = colour_squares(4, seed=0)
    images = TrainingImages(data, SMALL, "none")
    for place in range(4):
        pixels, label = images[0, place]
        np.testing.assert_array_equal(
            pixels.numpy(), SMALL(np.asarray(data[place].value).view(np.ndarray).view(_image()))
        )
        assert label == data.labels[place]


def _image() -> type:
    from towhee.types import Image

    return Image


@pytest.mark.parametrize("augment", ["light", "strong"])
def test_augmentation_depends_on_seed_epoch_and_place_alone(augment: str) -> None:
    data = colour_squares(3, seed=0)
    images, again = (TrainingImages(data, SMALL, augment, seed=4) for _ in range(2))
    first = images[0, 1][0]
    state = torch.random.get_rng_state()
    torch.rand(7)
    assert torch.equal(again[0, 1][0], first)
    assert not torch.equal(images[1, 1][0], first)
    assert not torch.equal(TrainingImages(data, SMALL, augment, seed=5)[0, 1][0], first)
    torch.random.set_rng_state(state)
    np.random.seed(1)
    expected = np.random.RandomState(1).rand()
    _ = images[0, 2]
    assert np.random.rand() == expected  # the caller's random numbers go on as if nothing was


def test_a_batch_leaves_out_what_cannot_be_read() -> None:
    pixels, labels, messages = collated([(torch.ones(2), 1), "sample 'b': gone"])
    assert (pixels.shape, labels.tolist(), messages) == ((1, 2), [1], ["sample 'b': gone"])
    assert collated(["x"]) == (None, None, ["x"])


def test_mixup_mixes_pixels_and_labels_by_the_same_share() -> None:
    labels = torch.tensor([0, 1, 2, 1])
    pixels = torch.nn.functional.one_hot(labels, 3).float()
    np.random.seed(0)
    mixed, shares = mixup(pixels, labels, alpha=0.4, classes=3)
    torch.testing.assert_close(mixed, shares)
    assert torch.allclose(shares.sum(1), torch.ones(4))


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "mobilenetv2_100"])
def test_a_network_cut_behind_its_frozen_part_gives_what_the_whole_gives(name: str) -> None:
    model = import_timm().create_model(name, num_classes=0).eval()
    adapted(model, "partial", 1e-3, 0.01, timm_stages(model))
    cut = cut_network(model, (3, 64, 64))
    assert cut is not None
    taken = []
    model.get_submodule(cut.layer).register_forward_hook(lambda m, i, o: taken.append(o))
    pixels = torch.randn(3, 3, 64, 64)
    with torch.inference_mode():
        whole = model(pixels)
        torch.testing.assert_close(cut.tail(taken[0]), whole, rtol=1e-4, atol=1e-5)
    trained = {id(weight) for weight in model.parameters() if weight.requires_grad}
    assert trained <= {id(weight) for weight in cut.tail.parameters()}


def test_a_transformer_whose_positions_are_added_on_the_way_is_not_cut() -> None:
    model = import_timm().create_model("test_vit", num_classes=0).eval()
    adapted(model, "partial", 1e-3, 0.01, timm_stages(model))
    assert cut_network(model, (3, 160, 160)) is None


def test_later_stages_learn_faster_and_low_rank_layers_vanish_when_merged() -> None:
    model = import_timm().create_model("test_resnet", num_classes=0).eval()
    groups = adapted(model, "full", 1e-3, 0.01, timm_stages(model)).groups
    rates = [group["lr"] for group in groups]
    assert rates == sorted(rates)
    assert math.isclose(rates[-1], 1e-3)
    names = set(model.state_dict())
    pixels = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        before = model(pixels)
    low_rank = adapted(model, "lora", 1e-3, 0.01, [])
    low_rank.finish()
    assert set(model.state_dict()) == names
    with torch.inference_mode():  # the second factor begins as zero
        torch.testing.assert_close(model(pixels), before, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("per_class", "device", "method"),
    [(10, "cpu", "linear_probe"), (200, "cpu", "partial"), (2000, "cpu", "partial")],
)
def test_the_method_follows_from_the_samples_of_a_class_and_says_why(
    per_class: int, device: str, method: str
) -> None:
    labels = np.repeat(np.arange(3), per_class)
    chosen = settled(TrainingConfig(device_str=device), labels, 3)
    assert chosen.method == method
    assert "because" in chosen.reasons["method"]
    asked = settled(TrainingConfig(device_str=device, method="full", loss="SupConLoss"), labels, 3)
    assert (asked.method, asked.loss) == ("full", "SupConLoss")
    assert "method" not in asked.reasons


def test_mixup_without_cross_entropy_is_refused() -> None:
    config = TrainingConfig(device_str="cpu", mixup=0.2, loss="SupConLoss")
    with pytest.raises(UsageError, match="mixup mixes labels"):
        settled(config, np.repeat(np.arange(3), 100), 3)
