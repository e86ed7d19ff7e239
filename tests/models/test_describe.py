"""What a model is can be told without a download and without its weights."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from towhee.errors import UnknownNameError
from towhee.models.describe import describe_model
from towhee.models.embedded_model import embedded_model


@pytest.fixture(autouse=True)
def empty_cache_and_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    def refused(*arguments: object) -> None:
        raise AssertionError(f"a connection was opened: {arguments}")

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", refused)


def test_a_pinned_model_shows_its_weights_and_conditions() -> None:
    told = describe_model("resnet50")
    assert told["model"] == "resnet50.a1_in1k"
    assert told["weights"] == "timm/resnet50.a1_in1k"
    assert told["card"] == "https://huggingface.co/timm/resnet50.a1_in1k"
    assert told["dimension"] == 2048
    assert told["license"] == "apache-2.0"
    assert told["preprocess"]["interpolation"] == "bicubic"
    assert told["preprocess"]["crop_pct"] == 0.95
    json.dumps(told)


def test_another_model_shows_the_tag_that_is_taken_and_its_dimension() -> None:
    told = describe_model("mobilenetv3_small_050")
    assert told["model"] == "mobilenetv3_small_050.lamb_in1k"
    assert told["dimension"] == 1024


def test_weights_that_are_not_here_are_said_to_be_absent() -> None:
    told = describe_model("resnet18")
    assert (told["weights_here"], told["path"], told["revision"]) == (False, None, None)


def test_a_repository_that_is_not_here_is_told_by_its_address() -> None:
    told = describe_model("hf-hub:owner/resnet18.mine")
    assert told["card"] == "https://huggingface.co/owner/resnet18.mine"
    assert (told["weights_here"], told["dimension"], told["preprocess"]) == (False, None, None)


def test_the_model_inside_the_package_is_here() -> None:
    for name in ("image-embedding", "towhee-image-small", embedded_model().name):
        told = describe_model(name)
        assert told["weights_here"]
        assert told["sha256"] == embedded_model().sha256
        json.dumps(told)


def test_an_unknown_model_or_tag_offers_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'resnet50'"):
        describe_model("resnet5O")
    with pytest.raises(UnknownNameError, match=r"did you mean 'resnet50\.tv_in1k'"):
        describe_model("resnet50.tv_in2k")
