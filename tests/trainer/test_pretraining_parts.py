"""The parts of pre-training, each against its formula written down another way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tiny_vits import PATCH, SIDE, tiny_network
from towhee.errors import UnknownNameError, UsageError
from towhee.models.spec import model_spec
from towhee.models.timm_models import import_timm
from towhee.models.timm_network import load_timm
from towhee.trainer.adaptation import keep_known_statistics, set_training_mode
from towhee.trainer.pretraining.dino import Dino, DinoLoss
from towhee.trainer.pretraining.masked_autoencoder import (
    MaskedAutoencoder,
    grid_places,
    hidden_patch_loss,
)
from towhee.trainer.pretraining.masked_prediction import LayerTargets, MaskedPrediction
from towhee.trainer.pretraining.moving_average import MovingAverage, momentum_at
from towhee.trainer.pretraining.names import pretraining
from towhee.trainer.pretraining.patches import (
    block_mask,
    patchified,
    random_mask,
    unpatchified,
)
from towhee.trainer.pretraining.simclr import nt_xent
from towhee.trainer.pretraining.spread import effective_rank
from towhee.trainer.pretraining.views_for import allow_any_side, local_side, takes_side
from towhee.trainer.pretraining.vision_transformer import encoded, placed_tokens, visible_tokens

GRID = (SIDE // PATCH, SIDE // PATCH)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_network(tmp_path_factory.mktemp("models") / "vit")


@pytest.fixture(autouse=True)
def _seeded() -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def vit(checkpoint: Path) -> Any:
    return load_timm(model_spec("test_vit", checkpoint=str(checkpoint)))


def softmax(row: np.ndarray) -> np.ndarray:
    exponentials = np.exp(row - row.max())
    return exponentials / exponentials.sum()


def test_the_contrastive_loss_is_the_papers_sum_over_all_pairs_of_views() -> None:
    temperature, count = 0.3, 5
    first, second = (torch.randn(count, 7, dtype=torch.float64) for _ in range(2))
    views = np.concatenate([first.numpy(), second.numpy()])
    views /= np.linalg.norm(views, axis=1, keepdims=True)
    total = 0.0
    for i in range(2 * count):
        partner = (i + count) % (2 * count)
        others = [math.exp(views[i] @ views[k] / temperature) for k in range(2 * count) if k != i]
        total -= math.log(math.exp(views[i] @ views[partner] / temperature) / sum(others))
    assert float(nt_xent(temperature)(first, second)) == pytest.approx(total / (2 * count))


def test_dinos_loss_is_the_cross_entropy_of_the_centred_sharpened_teacher() -> None:
    loss = DinoLoss(6, student_temperature=0.2, teacher_temperature=0.05, centre_momentum=0.7)
    loss.centre = torch.linspace(-0.2, 0.3, 6)
    centre = loss.centre.numpy().copy()
    student = [torch.randn(4, 6) for _ in range(3)]
    teacher = [torch.randn(4, 6) for _ in range(2)]
    terms = []
    for t, wanted in enumerate(teacher):
        for s, given in enumerate(student):
            if s == t:  # the same view would teach nothing
                continue
            rows = [
                -softmax((wanted[n].numpy() - centre) / 0.05)
                @ np.log(softmax(given[n].numpy() / 0.2))
                for n in range(4)
            ]
            terms.append(np.mean(rows))
    assert len(terms) == 4
    assert float(loss.train()(student, teacher)) == pytest.approx(np.mean(terms), rel=1e-5)
    mean = torch.cat(teacher).mean(0).numpy()
    np.testing.assert_allclose(loss.centre, 0.7 * centre + 0.3 * mean, rtol=1e-5, atol=1e-7)
    moved = loss.centre.clone()
    loss.eval()(student, teacher)
    assert torch.equal(loss.centre, moved)


def test_a_teacher_is_the_moving_average_of_its_student_and_no_gradient_reaches_it() -> None:
    def network() -> torch.nn.Module:
        return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))

    student, copy = network(), network()
    copy.load_state_dict(student.state_dict())
    expected = {name: tensor.double().clone() for name, tensor in copy.state_dict().items()}
    teacher = MovingAverage(copy, momentum=0.9, steps=4)
    for step in range(4):
        student.train()(torch.randn(8, 3))  # which moves the statistics of its batch norm
        with torch.no_grad():
            for parameter in student.parameters():
                parameter.add_(torch.randn_like(parameter))
        teacher.follow(student)
        momentum = 1 - 0.1 * (math.cos(math.pi * step / 4) + 1) / 2
        for name, tensor in student.state_dict().items():
            expected[name] = momentum * expected[name] + (1 - momentum) * tensor.double()
    for name, tensor in teacher.network.state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor.double(), expected[name], rtol=1e-5, atol=1e-6)
    assert not teacher(torch.randn(2, 3, requires_grad=True)).requires_grad
    assert not any(parameter.requires_grad for parameter in teacher.parameters())
    assert momentum_at(4, 4, 0.9) == 1.0


def test_patches_are_squares_of_the_picture_in_reading_order_and_make_it_whole_again() -> None:
    pixels = torch.randn(2, 3, 24, 40)
    patches = patchified(pixels, 8)
    assert patches.shape == (2, 15, 192)
    row, column = 2, 3
    square = pixels[:, :, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
    assert torch.equal(patches[:, 5 * row + column], square.permute(0, 2, 3, 1).flatten(1))
    assert torch.equal(unpatchified(patches, 8, (3, 5)), pixels)


@pytest.mark.parametrize("ratio", [0.0001, 0.4, 0.75, 0.9999])
def test_every_picture_has_the_same_share_hidden_and_something_to_see(ratio: float) -> None:
    wanted = min(47, max(1, round(48 * ratio)))
    for mask in (random_mask(50, 48, ratio), block_mask(50, (6, 8), ratio)):
        assert mask.shape == (50, 48)
        assert set(mask.sum(1).tolist()) == {wanted}


def test_random_masks_hide_every_patch_alike_and_block_masks_hide_neighbours() -> None:
    pictures, ratio = 2000, 0.5
    anywhere = random_mask(pictures, 48, ratio).float()
    # Five standard deviations of a share of 2,000 draws.
    assert (anywhere.mean(0) - ratio).abs().max() < 5 * 0.5 / math.sqrt(pictures)
    blocks = block_mask(pictures, (6, 8), ratio).float().reshape(-1, 6, 8)

    def neighbours(masks: torch.Tensor) -> float:
        return float((masks[:, :, 1:] == masks[:, :, :-1]).float().mean())

    # Two patches that are drawn without regard to each other are alike in every second case.
    assert abs(neighbours(anywhere.reshape(-1, 6, 8)) - 0.5) < 0.03
    assert neighbours(blocks) > 0.65


def test_the_loss_of_drawn_patches_looks_at_hidden_ones_alone_each_normalised() -> None:
    patches, mask = torch.randn(3, 9, 12) * 4 + 2, random_mask(3, 9, 0.6)
    drawn = torch.randn(3, 9, 12)
    rows = []
    for n in range(3):
        for p in range(9):
            if mask[n, p]:
                patch = patches[n, p].numpy()
                scaled = (patch - patch.mean()) / np.sqrt(patch.var(ddof=1) + 1e-6)
                rows.append(np.mean((drawn[n, p].numpy() - scaled) ** 2))
    loss = float(hidden_patch_loss(drawn, patches, mask))
    assert loss == pytest.approx(np.mean(rows), rel=1e-5)
    drawn[~mask] = 1e6
    patches[~mask] = -1e6
    assert float(hidden_patch_loss(drawn, patches, mask)) == pytest.approx(loss)


def test_a_taken_apart_transformer_is_the_whole_one_where_nothing_is_hidden(
    checkpoint: Path,
) -> None:
    model, pixels = vit(checkpoint), torch.randn(2, 3, SIDE, SIDE)
    placed = placed_tokens(model, pixels, None, None)
    whole = model.forward_features(pixels)
    torch.testing.assert_close(encoded(model, placed), whole)
    nothing = torch.zeros(2, 36, dtype=torch.bool)
    torch.testing.assert_close(visible_tokens(placed, nothing, model.num_prefix_tokens), placed)


@pytest.mark.parametrize("takes_any_side", [False, True])
def test_what_is_hidden_does_not_reach_the_encoder_and_what_is_seen_does(
    checkpoint: Path, takes_any_side: bool
) -> None:
    model, pixels = vit(checkpoint), torch.randn(2, 3, SIDE, SIDE)
    if takes_any_side:
        allow_any_side(model)
    mask = random_mask(2, 36, 0.75)
    patches = patchified(pixels, PATCH)
    patches[mask] += 5
    otherwise = unpatchified(patches, PATCH, GRID)
    patches[~mask] += 5
    seen_otherwise = unpatchified(patches, PATCH, GRID)
    for says in (
        MaskedAutoencoder(model).eval().drawn,
        MaskedPrediction(model, vit(checkpoint), steps=9).eval().predicted,
    ):
        assert torch.equal(says(pixels, mask), says(otherwise, mask))
        assert not torch.allclose(says(pixels, mask), says(seen_otherwise, mask), atol=1e-3)


def test_the_decoder_is_told_where_each_patch_belongs(checkpoint: Path) -> None:
    places = grid_places(32, (4, 6))
    assert len({tuple(place) for place in places.round(decimals=4).tolist()}) == 24
    same_row, same_column = places[0] - places[1], places[0] - places[6]
    assert (same_row[:16] == 0).all()
    assert (same_column[16:] == 0).all()
    mask = torch.zeros(1, 36, dtype=torch.bool)
    mask[0, [3, 20]] = True
    drawn = MaskedAutoencoder(vit(checkpoint)).eval().drawn(torch.randn(1, 3, SIDE, SIDE), mask)
    assert not torch.allclose(drawn[0, 3], drawn[0, 20], atol=1e-4)


def test_targets_are_the_normalised_mean_of_the_last_blocks(checkpoint: Path) -> None:
    model, pixels = vit(checkpoint), torch.randn(2, 3, SIDE, SIDE)
    outputs = model.forward_intermediates(
        pixels, indices=3, output_fmt="NLC", intermediates_only=True, norm=False
    )

    def normalised(rows: torch.Tensor) -> torch.Tensor:
        return (rows - rows.mean(-1, keepdim=True)) / (
            rows.var(-1, False, keepdim=True) + 1e-5
        ).sqrt()

    expected = normalised(torch.stack([normalised(each) for each in outputs]).mean(0))
    torch.testing.assert_close(LayerTargets(model, 3)(pixels), expected, rtol=1e-4, atol=1e-4)


def test_small_views_are_small_where_the_network_takes_them(checkpoint: Path) -> None:
    assert local_side(224) == 96
    model = vit(checkpoint)
    assert not takes_side(model, 32)
    pixels = torch.randn(1, 3, SIDE, SIDE)
    before = model(pixels)
    allow_any_side(model)
    assert takes_side(model, 32)
    assert not takes_side(model, 33)  # which patches of 8 do not divide
    torch.testing.assert_close(model(pixels), before)


def test_a_dino_step_moves_student_and_teacher_and_keeps_them_apart(checkpoint: Path) -> None:
    student, copy = vit(checkpoint), vit(checkpoint)
    for each in (student, copy):
        allow_any_side(each)
    method = Dino(student, copy, 64, steps=10, prototypes=32).train()
    views = [torch.randn(4, 3, side, side) for side in (SIDE, SIDE, 32, 32)]
    method(views).backward()
    assert all(p.grad is not None for p in method.student.parameters())
    assert all(p.grad is None for p in method.teacher.parameters())
    before = copy.cls_token.clone()
    with torch.no_grad():
        student.cls_token += 1
    method.follow()
    torch.testing.assert_close(copy.cls_token, before + 0.01)


def test_batch_norms_that_were_trained_before_stay_and_new_ones_learn() -> None:
    def norm(**state: float) -> torch.nn.BatchNorm1d:
        made = torch.nn.BatchNorm1d(4)
        for name, value in state.items():
            getattr(made, name).data[1] = value
        return made

    network = torch.nn.Sequential(
        norm(), norm(running_mean=0.5), norm(running_var=2.0), norm(bias=0.1), norm(weight=0.0)
    )
    assert keep_known_statistics(network)
    set_training_mode(network)
    assert [each.training for each in network] == [True, False, False, False, True]
    assert not keep_known_statistics(torch.nn.Sequential(norm(), torch.nn.Linear(4, 4)))


def test_effective_rank_counts_directions_and_is_one_where_all_are_the_same() -> None:
    random = np.random.default_rng(0)
    ball = random.normal(size=(4000, 10)) * random.uniform(1, 9, (4000, 1))
    assert effective_rank(ball) == pytest.approx(10, rel=0.01)
    in_three = random.normal(size=(500, 3)) @ np.linalg.qr(random.normal(size=(8, 8)))[0][:3]
    assert effective_rank(in_three) == pytest.approx(3, rel=0.05)
    one_way = np.ones((20, 8)) * random.uniform(1, 9, (20, 1))
    assert effective_rank(one_way) == pytest.approx(1.0)
    # Two directions in shares of 3 : 1 by their singular values.
    uneven = np.repeat(np.eye(2), [90, 10], axis=0)
    expected = math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    assert effective_rank(uneven) == pytest.approx(expected)


def test_names_of_methods_and_of_their_arguments_are_checked_when_they_are_said() -> None:
    import_timm()
    assert pretraining("MAE") == "masked_autoencoder"
    assert pretraining("data2vec") == "masked_prediction"
    with pytest.raises(UnknownNameError, match="simclr"):
        pretraining("simclear")
    with pytest.raises(UnknownNameError, match="temperature"):
        pretraining({"name_": "simclr", "temperatur": 0.1})
    with pytest.raises(UsageError, match=r"mask_ratio.*below 1, not 1\.5"):
        pretraining({"name_": "mae", "mask_ratio": 1.5})
    with pytest.raises(UsageError, match="whole number of at least 1, not 0"):
        pretraining({"name_": "dino", "epoch_num": 0})
    with pytest.raises(UsageError, match="under 'name_'"):
        pretraining({"method": "dino"})
