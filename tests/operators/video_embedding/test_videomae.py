"""VideoMAE gives the numbers of transformers itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

from filmed_photographs import GALLERY, Pixels, shot
from tiny_video_models import ACTIONS, FRAMES, SIDE, processor, videomae
from tiny_videos import write_video
from towhee import ops, pipeline
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.action_classification.videomae import VideomaeActionClassification
from towhee.operators.video_embedding.videomae import VideomaeVideoEmbedding

CLIPS = [shot(photograph, FRAMES, speed=6) for photograph in GALLERY[:5]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videomae(tmp_path_factory.mktemp("model") / "videomae")


def pixels(clips: list[list[Pixels]]) -> torch.Tensor:
    """The clips as transformers' own preprocessing gives them."""
    prepare = processor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    given = [
        prepare([[PIL.Image.fromarray(frame) for frame in clip]], return_tensors="pt")
        for clip in clips
    ]
    return torch.cat([each["pixel_values"] for each in given])


def of_transformers(folder: Path, clips: list[list[Pixels]]) -> Any:
    """What the model of transformers itself gives, and the model."""
    kind = import_transformers().VideoMAEForVideoClassification
    model = kind.from_pretrained(folder).eval()
    with torch.inference_mode():
        hidden = model.videomae(pixels(clips)).last_hidden_state
        return model, hidden.mean(1), model(pixels(clips)).logits


def test_vectors_are_those_in_front_of_transformers_classifier(folder: Path) -> None:
    model, mean, logits = of_transformers(folder, CLIPS)
    found = np.stack(VideomaeVideoEmbedding(checkpoint=folder, normalize=False).batch(CLIPS))
    with torch.inference_mode():
        expected = model.fc_norm(mean)
        classified = model.classifier(torch.from_numpy(found))
    assert np.abs(found - expected.numpy()).max() < 1e-5
    assert (classified - logits).abs().max() < 1e-5
    unit = VideomaeVideoEmbedding(checkpoint=folder)(CLIPS[0])
    assert np.abs(unit - found[0] / np.linalg.norm(found[0])).max() < 1e-6


def test_a_model_trained_without_labels_gives_the_mean_of_its_patches(tmp_path: Path) -> None:
    kind = "VideoMAEForPreTraining"
    folder = videomae(tmp_path / "model", kind, use_mean_pooling=False)
    model = getattr(import_transformers(), kind).from_pretrained(folder).eval()
    with torch.inference_mode():
        expected = model.videomae(pixels(CLIPS)).last_hidden_state.mean(1).numpy()
    found = VideomaeVideoEmbedding(checkpoint=folder, normalize=False).batch(CLIPS)
    assert np.abs(np.stack(found) - expected).max() < 1e-5


def test_actions_have_the_scores_of_transformers(folder: Path) -> None:
    _, _, logits = of_transformers(folder, CLIPS)
    expected = logits.softmax(1)
    for found, scores in zip(
        VideomaeActionClassification(checkpoint=folder, topk=3).batch(CLIPS), expected, strict=True
    ):
        order = scores.argsort(descending=True)[:3]
        assert [each.label for each in found] == [ACTIONS[at] for at in order]
        assert [each.score for each in found] == pytest.approx(scores[order].tolist(), abs=1e-5)
    assert len(VideomaeActionClassification(checkpoint=folder, topk=99)(CLIPS[0])) == len(ACTIONS)


def test_of_more_frames_those_evenly_spread_are_taken(folder: Path) -> None:
    embed = VideomaeVideoEmbedding(checkpoint=folder)
    longer = shot(GALLERY[0], 10, speed=6)
    chosen = [longer[place] for place in (0, 3, 6, 9)]
    assert np.abs(embed(longer) - embed(chosen)).max() < 1e-6
    one = [longer[0]]
    assert np.abs(embed(one) - embed(one * FRAMES)).max() < 1e-6


def test_a_clip_has_the_same_vector_alone_and_in_a_batch(folder: Path) -> None:
    embed = VideomaeVideoEmbedding(checkpoint=folder)
    together = np.stack(embed.batch(CLIPS))
    assert np.abs(together - np.stack([embed(clip) for clip in CLIPS])).max() < 1e-6
    assert np.ptp(together, axis=0).max() > 0.01  # clips do differ


def test_the_pipelines_take_files(folder: Path, tmp_path: Path) -> None:
    path = str(write_video(tmp_path / "clip.mp4", shot(GALLERY[1], 30)))
    vector = pipeline("video-embedding-videomae", checkpoint=str(folder))(path)
    assert np.linalg.norm(vector) == pytest.approx(1)
    decode = ops.video_decode.ffmpeg(sample_type="uniform", args={"num_samples": 16})
    expected = VideomaeVideoEmbedding(checkpoint=folder)(list(decode(path)))
    assert np.abs(vector - expected).max() < 1e-6
    actions = pipeline("action-classification", checkpoint=str(folder), topk=2)(path)
    assert {action.label for action in actions} <= set(ACTIONS)


def test_another_model_is_refused(tmp_path: Path) -> None:
    transformers = import_transformers()
    config = transformers.ViTConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    transformers.ViTModel(config).save_pretrained(tmp_path / "vit")
    with pytest.raises(WeightsError, match="is a vit, not a VideoMAE"):
        VideomaeVideoEmbedding(checkpoint=tmp_path / "vit").load()


def test_a_classifier_without_classes_is_refused(tmp_path: Path) -> None:
    folder = videomae(tmp_path / "model", "VideoMAEForPreTraining")
    with pytest.raises(WeightsError, match=r"lacks 4, classifier\.bias among them"):
        VideomaeActionClassification(checkpoint=folder).load()


def test_a_file_cut_short_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(WeightsError, match="damaged or cut short"):
        VideomaeVideoEmbedding(checkpoint=tmp_path).load()


@pytest.mark.parametrize("value", [[], "clip.mp4", np.zeros((8, 8, 3), np.uint8)], ids=str)
def test_what_is_no_list_of_frames_is_refused(folder: Path, value: Any) -> None:
    with pytest.raises(DataError):
        VideomaeVideoEmbedding(checkpoint=folder)(value)


def test_settings_are_checked_before_anything_is_loaded() -> None:
    with pytest.raises(UsageError):
        VideomaeActionClassification(topk=0)
    with pytest.raises(UsageError):
        VideomaeVideoEmbedding("no repository")
