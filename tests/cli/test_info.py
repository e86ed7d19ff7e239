"""``towhee info``: pipelines, models, operators, and the installation."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import towhee as package
from towhee import pipeline
from towhee.models.candidates import Candidate
from towhee.models.decision_text import decision_lines
from towhee.models.decisions import remember
from towhee.models.embedded_model import embedded_model
from towhee.models.selection import Decision, Measurement


def test_without_a_name_the_installation(towhee: Any, towhee_json: Any) -> None:
    told = towhee_json("info")
    assert told["towhee"] == package.__version__
    assert told["python"] == platform.python_version()
    assert told["extras"]["torch"]["packages"]["timm"] == metadata.version("timm")
    assert told["extras"]["torch"]["installed"]
    shown = towhee("info").stdout
    assert f"timm {metadata.version('timm')}" in shown


def test_a_pipeline_has_its_steps_and_its_model(towhee: Any, towhee_json: Any) -> None:
    told = towhee_json("info", "image-embedding")
    assert told["kind"] == "pipeline"
    assert [step["operator"] for step in told["steps"]] == [
        "image_decode.pil",
        "image_embedding.embedded",
    ]
    assert told["explain"] == pipeline("image-embedding").explain()
    assert told["model"]["sha256"] == embedded_model().sha256
    assert "image_embedding.embedded()" in towhee("info", "image-embedding").stdout


def test_the_pinned_weights_and_how_images_are_prepared(towhee_json: Any) -> None:
    for name in ("image-embedding-resnet50", "resnet50"):
        told = towhee_json("info", name)
        model = told["model"] if told["kind"] == "pipeline" else told
        assert model["model"] == "resnet50.a1_in1k"
        assert model["preprocess"]["crop_pct"] == 0.95
    tagged = towhee_json("info", "resnet50.tv_in1k")
    assert tagged["preprocess"]["interpolation"] == "bilinear"


def test_an_operator_has_its_arguments(towhee: Any, towhee_json: Any) -> None:
    told = towhee_json("info", "towhee/image-embedding.timm")
    assert told["kind"] == "operator"
    assert told["name"] == "image_embedding.timm"
    arguments = {argument["name"]: argument for argument in told["arguments"]}
    assert arguments["model_name"]["default"] == "'resnet50'"
    assert "model_name" in towhee("info", "image_embedding.timm").stdout


def test_the_embedded_model_by_its_own_name(towhee_json: Any) -> None:
    name = embedded_model().name.partition(" ")[0]
    assert towhee_json("info", name)["sha256"] == embedded_model().sha256


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("resnet5", "resnet50"),
        ("image-embedding-resnet5", "image-embedding-resnet50"),
        ("image_embedding.tim", "image_embedding.timm"),
        ("resnet50.tv_in2k", "resnet50.tv_in1k"),
    ],
)
def test_an_unknown_name_is_answered_with_the_closest(towhee: Any, name: str, closest: str) -> None:
    done = towhee("info", name)
    assert done.exit_code == 1
    assert f"'{closest}'" in done.stderr


def test_without_timm_a_pinned_model_is_known_and_says_what_to_install(
    towhee: Any, towhee_json: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    told = towhee_json("info", "resnet50")
    assert told["model"] == "resnet50.a1_in1k"
    assert told["dimension"] == 2048
    assert 'pip install "towhee[torch]"' in told["missing"]
    assert "did you mean 'resnet50'" in towhee("info", "resnet5").stderr


def test_a_model_that_was_run_tells_what_was_measured_of_its_backends(
    towhee: Any, towhee_json: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert towhee_json("info", "resnet18")["decisions"] == []
    reference = Measurement(Candidate("torch"), 28.1, 8, 1.0)
    fastest = Measurement(Candidate("onnxruntime"), 53.2, 4, 0.9999998)
    decision = Decision(fastest, 0.999, (reference, fastest))
    remember("0123", decision, model=towhee_json("info", "resnet18")["model"])
    (told,) = towhee_json("info", "resnet18")["decisions"]
    assert told["chosen"]["candidate"] == {
        "backend": "onnxruntime",
        "precision": "float32",
        "float_layers": 0,
    }
    assert [each["rows_per_second"] for each in told["measurements"]] == [28.1, 53.2]
    shown = towhee("info", "resnet18").stdout
    for line in decision_lines(decision):
        assert line in shown


def test_a_pipeline_in_a_file_tells_of_itself(towhee_json: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\ndata: image\nsummary: pixels\nsteps: [image_decode.pil]\n")
    told = towhee_json("info", file)
    assert (told["kind"], told["name"], told["summary"]) == ("pipeline", "mine", "pixels")


def test_the_card_of_a_pipeline_that_needs_an_argument_can_be_read(towhee_json: Any) -> None:
    told = towhee_json("info", "image-classification-zero-shot")
    assert "Compares an image with a sentence" in told["about"]
    assert "needs labels" in told["explain"]


def test_a_name_of_both_is_the_pipeline(towhee_json: Any) -> None:
    assert towhee_json("info", "rerank")["kind"] == "pipeline"
    assert towhee_json("info", "rerank.cross_encoder")["kind"] == "operator"
