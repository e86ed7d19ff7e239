"""Classes are those of timm's own model, and real weights know what real photographs show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_models import tiny_checkpoint
from tiny_tasks import pictures
from towhee import DataCollection
from towhee.errors import DataError, UnknownNameError, UsageError, WeightsError
from towhee.models.timm_models import import_timm
from towhee.operators.image_classification.timm import TimmImageClassification


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest ResNet of timm, for the thousand classes of ImageNet."""
    return tiny_checkpoint(tmp_path_factory.mktemp("models") / "tiny")


def of_timm(folder: Path, image: np.ndarray) -> np.ndarray:
    """The shares of belief that timm's own model and transforms give."""
    import torch

    timm = import_timm()
    model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    with torch.inference_mode():
        logits = model(transform(PIL.Image.fromarray(image))[None])
    shares: np.ndarray = logits.softmax(dim=1)[0].numpy()
    return shares


def test_classes_and_scores_are_those_of_timm(folder: Path) -> None:
    classify = TimmImageClassification(checkpoint=folder, backend="torch", topk=1000)
    names = import_timm().data.ImageNetInfo().label_descriptions()
    for image, found in zip(pictures(), classify.batch(pictures()), strict=True):
        expected = of_timm(folder, np.asarray(image))
        sorted_scores = sorted(expected.tolist(), reverse=True)
        assert [each.score for each in found] == pytest.approx(sorted_scores, abs=1e-6)
        by_name = {each.label: each.score for each in found}
        for number in range(0, 1000, 7):
            if names.count(names[number]) == 1:  # two cranes, two maillots
                assert abs(by_name[names[number]] - expected[number]) < 1e-5


def shown_in(file: Path) -> str:
    """The class that the name of a sample photograph states."""
    return file.stem.partition("_")[2].replace("_", " ").lower()


def names_of(label: str) -> list[str]:
    return [name.strip().lower() for name in label.split(",")]


def test_mobilenet_names_542_of_606_photographs_at_once_and_596_in_five(shared_data: Path) -> None:
    files = sorted((shared_data / "imagenet-sample").glob("*.JPEG"))
    model = shared_data.parent / "models/mobilenetv2_100.tf_in1k"
    chain = (
        DataCollection(files)
        .image_decode.pil()
        .image_classification.timm(checkpoint=model, backend="torch", precision="float32")
    )
    first = in_five = 0
    for file, found in zip(files, chain, strict=True):
        right = [shown_in(file) in names_of(each.label) for each in found]
        first, in_five = first + right[0], in_five + any(right)
    assert (len(files), first, in_five) == (606, 542, 596)


def test_another_backend_gives_the_same_classes(folder: Path) -> None:
    usual = TimmImageClassification(checkpoint=folder, backend="torch", topk=3)
    other = TimmImageClassification(
        checkpoint=folder, backend="onnxruntime", precision="float32", topk=3
    )
    for one, two in zip(usual.batch(pictures()), other.batch(pictures()), strict=True):
        assert [each.label for each in one] == [each.label for each in two]
        assert max(abs(a.score - b.score) for a, b in zip(one, two, strict=True)) < 1e-5
    other.load()
    assert other.how_it_runs()[0] == "runs on onnxruntime float32"


def test_the_bird_that_gave_the_library_its_name_is_known_to_a_model_of_birds(
    shared_data: Path,
) -> None:
    model = shared_data.parent / "models/mobilenetv2_100.tf_inat_birds"
    labels = (model / "labels.txt").read_text().splitlines()
    classify = TimmImageClassification(checkpoint=model, backend="torch", topk=len(labels))
    found = classify(pictures()[0])
    assert {each.label for each in found} == set(labels)
    assert any("towhee" in each.label.lower() for each in found)
    assert sum(each.score for each in found) == pytest.approx(1, abs=1e-4)


def copied(folder: Path, into: Path, **config: Any) -> Path:
    """The model with more in its configuration."""
    about = json.loads((folder / "config.json").read_text())
    into.mkdir()
    (into / "config.json").write_text(json.dumps({**about, **config}))
    (into / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    return into


def test_names_come_from_the_user_a_file_or_the_configuration(folder: Path, tmp_path: Path) -> None:
    (image, *_) = pictures()
    number = int(np.argmax(of_timm(folder, np.asarray(image))))

    def name(model: Path, **more: Any) -> str:
        classify = TimmImageClassification(checkpoint=model, backend="torch", topk=1, **more)
        return classify(image)[0].label

    words = [f"n{each}" for each in range(1000)]
    stated = copied(
        folder,
        tmp_path / "stated",
        label_names=words,
        label_descriptions={word: f"about {word}" for word in words},
    )
    assert name(stated) == f"about n{number}"
    (stated / "labels.txt").write_text("\n".join(f"line {each}" for each in range(1000)))
    assert name(stated) == f"line {number}"
    assert name(stated, labels=[f"mine {each}" for each in range(1000)]) == f"mine {number}"
    with pytest.raises(UsageError, match="labels= names 2 classes, but test_resnet has 1000"):
        name(stated, labels=["yes", "no"])


def test_neighbours_in_a_batch_change_no_result(folder: Path) -> None:
    classify = TimmImageClassification(checkpoint=folder, backend="torch", topk=3)
    together = classify.batch(pictures())
    for image, found in zip(pictures(), together, strict=True):
        alone = classify(image)
        assert [each.label for each in found] == [each.label for each in alone]
        for one, other in zip(found, alone, strict=True):
            assert abs(one.score - other.score) < 1e-6
    assert classify.forward([]) == []


def test_the_classifier_has_another_fingerprint_than_the_features(folder: Path) -> None:
    from towhee.operators.image_embedding.timm import TimmImageEmbedding

    classify = TimmImageClassification(checkpoint=folder, backend="torch")
    embed = TimmImageEmbedding(checkpoint=folder, backend="torch")
    assert classify.fingerprint() not in (None, embed.fingerprint())
    again = TimmImageClassification(checkpoint=folder, backend="torch")
    assert classify.fingerprint() == again.fingerprint()


def test_what_cannot_be_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="topk is a whole number of at least 1"):
        TimmImageClassification(topk=0)
    with pytest.raises(UnknownNameError, match="resnet50"):
        TimmImageClassification("resnet5O").load()
    embedder = copied(folder, tmp_path / "embedder", num_classes=0)
    with pytest.raises(WeightsError, match=r"knows no classes|cannot|does not hold"):
        TimmImageClassification(checkpoint=embedder, backend="torch").load()
    with pytest.raises(WeightsError, match="nowhere' does not exist"):
        TimmImageClassification(checkpoint=tmp_path / "nowhere")
    with pytest.raises(DataError, match="is not an image"):
        TimmImageClassification(checkpoint=folder, backend="torch")("picture.jpg")
