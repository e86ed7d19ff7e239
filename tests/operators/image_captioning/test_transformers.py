"""Captions are those that transformers' own models write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest

from tiny_tasks import pictures
from tiny_writers import blip, git, vit_gpt2
from towhee.errors import UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.image_captioning.transformers import TransformersImageCaptioning

Maker = Callable[[Path], Path]
CLASSES = {
    blip: "BlipForConditionalGeneration",
    git: "GitForCausalLM",
    vit_gpt2: "VisionEncoderDecoderModel",
}


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("make", CLASSES)
def test_captions_are_those_of_transformers(make: Maker, beams: int, tmp_path: Path) -> None:
    transformers = import_transformers()
    folder = make(tmp_path / "model")
    describe = TransformersImageCaptioning(
        checkpoint=folder, max_new_tokens=10, num_beams=beams, device="cpu"
    )
    with quiet_transformers():
        model = getattr(transformers, CLASSES[make]).from_pretrained(folder)
        processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        theirs = []
        for image in pictures():
            given = processor(images=PIL.Image.fromarray(image), return_tensors="pt")
            written = model.generate(
                pixel_values=given["pixel_values"], max_new_tokens=10, num_beams=beams
            )
            theirs.append(tokenizer.decode(written[0], skip_special_tokens=True).strip())
    assert describe.batch(pictures()) == theirs
    assert len(set(theirs)) > 2, "the images are told apart"


def test_a_caption_has_no_more_tokens_than_asked_for(tmp_path: Path) -> None:
    folder = git(tmp_path / "model")
    short, long = (
        TransformersImageCaptioning(checkpoint=folder, max_new_tokens=most)(pictures()[0])
        for most in (1, 10)
    )
    assert len(short) < len(long)
    assert long.startswith(short)


@pytest.mark.parametrize("wrong", [{"max_new_tokens": 0}, {"num_beams": 0}], ids=str)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        TransformersImageCaptioning(**wrong)
