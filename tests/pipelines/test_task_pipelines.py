"""The pipelines of tasks, by their names: from files and texts to plain values."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_models import tiny_checkpoint
from tiny_tasks import detr, pictures, swin2sr
from tiny_tokenizers import SENTENCES
from tiny_writers import gpt2, marian, sounds, t5, vit_gpt2, wav2vec2
from towhee import pipeline
from towhee.operators.image_captioning.transformers import TransformersImageCaptioning
from towhee.operators.image_classification.timm import TimmImageClassification
from towhee.operators.image_segmentation.transformers import TransformersImageSegmentation
from towhee.operators.image_to_image.transformers import TransformersImageToImage
from towhee.operators.machine_translation.transformers import TransformersMachineTranslation
from towhee.operators.object_detection.transformers import TransformersObjectDetection
from towhee.operators.speech_to_text.transformers import TransformersSpeechToText
from towhee.operators.text_generation.transformers import TransformersTextGeneration


def panoptic_detr(into: Path) -> Path:
    return detr(into, "DetrForSegmentation")


CPU: dict[str, Any] = {"device": "cpu"}
IMAGES = {
    "object-detection": (detr, TransformersObjectDetection, {**CPU, "min_score": 0.2}),
    "image-segmentation": (
        panoptic_detr,
        TransformersImageSegmentation,
        {**CPU, "min_score": 0.1},
    ),
    "image-super-resolution": (swin2sr, TransformersImageToImage, CPU),
    "image-captioning": (vit_gpt2, TransformersImageCaptioning, {**CPU, "max_new_tokens": 8}),
    "image-classification": (tiny_checkpoint, TimmImageClassification, {"backend": "torch"}),
}


@pytest.mark.parametrize("name", IMAGES)
def test_a_picture_s_path_gives_what_the_operator_gives_for_its_pixels(
    name: str, tmp_path: Path
) -> None:
    make, operator, options = IMAGES[name]
    folder = make(tmp_path / "model")
    (picture, *_) = pictures()
    PIL.Image.fromarray(picture).save(tmp_path / "picture.png")
    found = pipeline(name, checkpoint=folder, **options)(str(tmp_path / "picture.png"))
    expected = operator(checkpoint=folder, **options)(picture)
    if name == "image-segmentation":
        assert found
        assert all(
            np.array_equal(one.mask, other.mask) and one.label == other.label
            for one, other in zip(found, expected, strict=True)
        )
    elif name == "image-super-resolution":
        assert np.array_equal(found, expected)
    else:
        assert found == expected
        assert found


def test_machine_translation_takes_texts_and_another_language(tmp_path: Path) -> None:
    folder = t5(tmp_path / "model")
    short: dict[str, Any] = {"checkpoint": folder, "max_new_tokens": 8, **CPU}
    for asked, language in (({}, "de"), ({"target_language": "fr"}, "fr")):
        translate = pipeline("machine-translation", **short, **asked)
        expected = TransformersMachineTranslation(target_language=language, **short)
        assert [translate(text) for text in SENTENCES] == [expected(text) for text in SENTENCES]


def test_machine_translation_takes_a_model_of_two_languages(tmp_path: Path) -> None:
    folder = marian(tmp_path / "model")
    options: dict[str, Any] = {"checkpoint": folder, "max_new_tokens": 8, **CPU}
    translate = pipeline(
        "machine-translation", source_language=None, target_language=None, **options
    )
    expected = TransformersMachineTranslation(**options)
    assert translate(SENTENCES[0]) == expected(SENTENCES[0])


def test_text_generation_takes_texts(tmp_path: Path) -> None:
    options: dict[str, Any] = {"checkpoint": gpt2(tmp_path / "m"), "max_new_tokens": 8, **CPU}
    write = pipeline("text-generation", **options)
    assert write(SENTENCES[1]) == TransformersTextGeneration(**options)(SENTENCES[1])


def test_speech_to_text_takes_a_file(tmp_path: Path) -> None:
    folder = wav2vec2(tmp_path / "model")
    samples, rate = sounds()[0]
    whole = np.round(samples * 2**14).astype("<i2")
    with wave.open(str(tmp_path / "speech.wav"), "wb") as file:
        file.setparams((1, 2, rate, len(whole), "NONE", ""))
        file.writeframes(whole.tobytes())
    write_down = pipeline("speech-to-text", checkpoint=folder, device="cpu")
    expected = TransformersSpeechToText(checkpoint=folder, device="cpu")((whole, rate))
    assert write_down(str(tmp_path / "speech.wav")) == expected
    assert len(expected) > 5


def test_mobilenet_names_a_photograph_by_its_path(shared_data: Path) -> None:
    classify = pipeline(
        "image-classification",
        checkpoint=shared_data.parent / "models/mobilenetv2_100.tf_in1k",
        backend="torch",
        topk=1,
    )
    (file,) = (shared_data / "imagenet-sample").glob("*_lionfish.JPEG")
    (best,) = classify(str(file))
    assert best.label.startswith("lionfish")
    assert best.score > 0.5
