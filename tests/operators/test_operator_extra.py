"""A missing package is answered with the extra that brings all an operator needs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import towhee
from towhee import pipeline
from towhee.errors import MissingExtraError
from towhee.operators.base import Operator

PICTURE = str(Path(towhee.__file__).parent / "samples/gallery/cat.jpg")


class _Needy(Operator[int, int]):
    extra = "audio-models"

    def setup(self) -> None:
        raise MissingExtraError("a model of transformers", "transformers")


def test_the_extra_named_is_the_operators_own() -> None:
    with pytest.raises(MissingExtraError, match=r"of transformers needs .*towhee\[audio-models\]"):
        _Needy()(1)


@pytest.mark.parametrize(
    ("name", "absent", "extra"),
    [
        ("text-image-embedding-clip", "torch", "transformers"),
        ("text-image-embedding-siglip", "torch", "siglip"),
        ("face-detection", "huggingface_hub", "opencv"),
        ("sentence-embedding", "torch", "text"),
        ("video-embedding-videomae", "torch", "videomae"),
    ],
)
def test_each_pipeline_names_the_extra_that_it_is_listed_with(
    name: str, absent: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [each for each in sys.modules if each.split(".")[0] == absent]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, absent, None)
    find_spec = __import__("importlib.util").util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda each: None if each == absent else find_spec(each)
    )
    made = pipeline(name)
    assert made.spec.extra == extra
    with pytest.raises(MissingExtraError, match=rf"towhee\[{extra}\]"):
        made.preload()
