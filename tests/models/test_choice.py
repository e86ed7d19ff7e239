"""A decision is made once for a model, a machine and what was asked for, and then remembered."""

from __future__ import annotations

import dataclasses
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from towhee.models import choice, decisions
from towhee.models.candidates import REFERENCE, Candidate
from towhee.models.choice import choose
from towhee.models.decisions import decisions_about, decisions_folder
from towhee.models.selection import Decision, Measurement
from towhee.models.spec import ModelSpec, model_spec
from towhee.models.timm_image_network import TimmImageNetwork
from towhee.types import Image

ONNX = Candidate("onnxruntime")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Candidate, ...]]:
    """What was measured, in a cache of its own; onnxruntime is always the fastest."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    calls: list[tuple[Candidate, ...]] = []

    def measure(network: Any, found: tuple[Candidate, ...], **settings: Any) -> Decision:
        calls.append(found)
        every = tuple(Measurement(each, 10.0 + (each == ONNX), 4, 1.0) for each in found)
        return Decision(every[-1], settings["fidelity"], every)

    monkeypatch.setattr(choice, "decide", measure)
    return calls


def chosen(network: TimmImageNetwork, **changed: Any) -> Decision:
    settings: dict[str, Any] = {
        "backend": "auto",
        "precision": "auto",
        "device": "cpu",
        "cores": 2,
        "fidelity": 0.999,
    }
    return choose(network, **{**settings, **changed})


def test_a_model_is_measured_once(network: TimmImageNetwork, asked: list[Any]) -> None:
    first = chosen(network)
    assert chosen(network) == first
    assert chosen(network.unloaded()) == first
    assert len(asked) == 1


@pytest.mark.parametrize(
    "changed",
    [{"fidelity": 0.99}, {"cores": 1}, {"precision": "int8"}, {"backend": "openvino"}],
    ids=str,
)
def test_another_wish_is_measured_anew(
    network: TimmImageNetwork, asked: list[Any], changed: dict[str, Any]
) -> None:
    chosen(network)
    chosen(network, **changed)
    assert len(asked) == 2


@pytest.mark.parametrize("part", ["_versions", "machine"])
def test_another_machine_or_version_is_measured_anew(
    network: TimmImageNetwork, asked: list[Any], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(network)
    monkeypatch.setattr(decisions, part, lambda: "another")
    chosen(network)
    assert len(asked) == 2


def test_other_weights_layers_and_calibration_are_measured_anew(
    network: TimmImageNetwork, tiny_spec: ModelSpec, asked: list[Any], sample_image: Image
) -> None:
    chosen(network)
    chosen(TimmImageNetwork(tiny_spec, "layer1", "avg"))
    for images in ([sample_image], [Image(255 - sample_image)]):
        chosen(TimmImageNetwork(tiny_spec, None, None, images), has_calibration=True)
    assert len(asked) == 4


@pytest.fixture
def sample_image() -> Image:
    """One photograph."""
    from towhee.models.calibration import sample_photographs

    return sample_photographs()[0]


def test_random_weights_are_not_measured_as_every_shortcut_looks_good_on_them(
    asked: list[Any],
) -> None:
    spec = model_spec("test_resnet", checkpoint=None, pretrained=False, trust_pickle=False)
    found = chosen(TimmImageNetwork(spec, None, None))
    assert found.chosen.candidate == REFERENCE
    assert not asked


def test_where_there_is_no_choice_nothing_is_measured(
    network: TimmImageNetwork, asked: list[Any]
) -> None:
    found = chosen(network, backend="onnxruntime", precision="float32")
    assert found.chosen.candidate == ONNX
    assert not asked
    assert not decisions_folder().exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"chosen": {"candidate": 3}}'])
def test_a_damaged_file_is_replaced(
    network: TimmImageNetwork,
    asked: list[Any],
    content: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = chosen(network)
    (file,) = decisions_folder().iterdir()
    file.write_text(content)
    with caplog.at_level(logging.WARNING):
        assert chosen(network) == first
    assert "cannot be read and is made again" in caplog.text
    assert len(asked) == 2
    assert json.loads(file.read_text())["model"] == network.name
    assert chosen(network) == first
    assert len(asked) == 2


def test_a_folder_that_cannot_be_written_to_keeps_nothing(
    network: TimmImageNetwork,
    asked: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert chosen(network) == chosen(network)
    assert len(asked) == 2
    assert "is not kept" in caplog.text


def test_what_is_known_of_a_model_is_what_was_measured_here(
    network: TimmImageNetwork, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = chosen(network)
    assert list(decisions_about(network.name)) == [found]
    assert list(decisions_about("another")) == []
    monkeypatch.setattr(decisions, "machine", lambda: "another")
    assert list(decisions_about(network.name)) == []


def test_a_decision_survives_on_the_disk_as_it_was(
    network: TimmImageNetwork, asked: list[Any]
) -> None:
    low = Measurement(Candidate("openvino", "int8", 4), 0.0, 0, 0.5, "its worst cosine is 0.5")
    known = chosen(network)
    decision = dataclasses.replace(known, measurements=(*known.measurements, low))
    decisions.remember("abc", decision, model="any")
    assert decisions.remembered("abc") == decision
