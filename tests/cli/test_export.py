"""``towhee export``: what is written gives the pipeline's vectors, and needs no torch."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import onnxruntime
import openvino
import pytest
import torch

import towhee as package
from live_server import running
from sentence_models import MINILM, TEXTS
from tiny_models import tiny_checkpoint
from towhee import open_store, ops, pipeline
from towhee.errors import UsageError, WeightsError
from towhee.functional.origin import origin_of
from towhee.serve import ServeSettings
from towhee.serve.app import application
from towhee.serve.starting import ServiceOptions

PHOTOGRAPHS = sorted((Path(package.__file__).parent / "samples/gallery").glob("*.jpg"))[:8]

WITHOUT_TORCH = """
import sys, json
for name in ("torch", "transformers", "timm", "onnx", "sentence_transformers"):
    sys.modules[name] = None
from towhee import pipeline
made = pipeline(sys.argv[1])
json.dump(made.batch(json.load(sys.stdin)).tolist(), sys.stdout)
"""

Vectors = npt.NDArray[np.float32]


def least_cosine(ours: Vectors, theirs: Vectors) -> float:
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    return float(((ours * theirs).sum(1) / lengths).min())


def without_torch(folder: Path, values: list[str]) -> Vectors:
    """What a process gives that cannot import torch and its like."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(folder)],
        input=json.dumps(values),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout), np.float32)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline of images, as the trainer writes one."""
    folder = tmp_path_factory.mktemp("images")
    tiny_checkpoint(folder / "model")
    about = {
        "name": "tiny",
        "data": "image",
        "summary": "a test",
        "steps": [
            "image_decode.pil",
            {"operator": "image_embedding.timm", "with": {"checkpoint": "./model"}},
        ],
    }
    (folder / "pipeline.yaml").write_text(json.dumps(about))
    return folder


@pytest.fixture(scope="module")
def reference(images: Path) -> Vectors:
    return pipeline(images, backend="torch").batch([*map(str, PHOTOGRAPHS)])


def test_images_of_real_weights_need_no_torch(
    towhee_json: Any, tmp_path: Path, shared_data: Path
) -> None:
    weights = shared_data.parent / "models/mobilenetv2_100.tf_in1k"
    name, out = "image-embedding-mobilenetv2_100", tmp_path / "out"
    told = towhee_json("export", name, "-o", out, "--set", f"checkpoint={weights}")
    assert told["cosine"] >= 0.9999
    paths = [*map(str, PHOTOGRAPHS)]
    theirs = pipeline(name, checkpoint=weights, backend="torch").batch(paths)
    assert least_cosine(without_torch(out, paths), theirs) >= 0.9999


def test_texts_of_real_weights_need_no_torch(towhee_json: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = towhee_json("export", "sentence-embedding", "-o", out, "--set", f"checkpoint={MINILM}")
    assert told["cosine"] >= 0.9999
    theirs = pipeline("sentence-embedding", checkpoint=MINILM, backend="torch").batch(TEXTS)
    assert least_cosine(without_torch(out, TEXTS), theirs) >= 0.9999
    op = ops.text_embedding.onnx(out / "model.onnx")
    assert np.allclose(op(TEXTS[0]), theirs[0], atol=1e-5)


def test_what_is_exported_is_served_under_the_same_name_and_searches_the_same_store(
    towhee: Any, images: Path, tmp_path: Path, reference: Vectors
) -> None:
    out = tmp_path / "out"
    done = towhee("export", images, "-o", out)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.endswith(f"towhee serve {out}\n")
    uri = f"faiss:///{tmp_path}/store"
    made = pipeline(images).preload()
    with open_store(uri, "photos") as opened:
        opened.ensure(["x"], reference[:1], fingerprint=origin_of(made.plan, made.spec.name))
        opened.upsert([path.name for path in PHOTOGRAPHS], reference)
    service = ServiceOptions((str(out),), {}, ServeSettings(), 10**8, store=uri).service()
    with running(application(service)) as address, httpx.Client(base_url=address) as client:
        content = PHOTOGRAPHS[2].read_bytes()
        answer = client.post("/v1/pipelines/tiny", files={"input": content}).json()
        vector = np.array(answer["result"], np.float32)
        found = client.post("/v1/search", json={"vector": answer["result"], "topk": 1}).json()
    assert least_cosine(vector[None], reference[2:3]) >= 0.9999
    assert found["results"][0]["key"] == PHOTOGRAPHS[2].name


def test_a_store_of_other_weights_is_refused(
    towhee: Any, images: Path, tmp_path: Path, reference: Vectors
) -> None:
    assert towhee("export", images, "-o", tmp_path / "out").exit_code == 0
    about = tmp_path / "out" / "model.json"
    stated = json.loads(about.read_text())
    stated["stands_for"]["weights"] = "another"
    about.write_text(json.dumps(stated))
    assert towhee("hub", "validate", tmp_path / "out", "--write").exit_code == 0
    uri = f"faiss:///{tmp_path}/store"
    made = pipeline(images).preload()
    with open_store(uri, "photos") as opened:
        opened.ensure(["x"], reference[:1], fingerprint=origin_of(made.plan, made.spec.name))
    options = ServiceOptions((str(tmp_path / "out"),), {}, ServeSettings(), 10**8, store=uri)
    before = {*threading.enumerate()}
    with pytest.raises(UsageError, match="another"):
        options.service()
    assert {*threading.enumerate()} <= before
    stated["stands_for"] = "something"
    about.write_text(json.dumps(stated))
    with pytest.raises(WeightsError, match="stands_for has operators, model and weights"):
        ops.image_embedding.onnx(tmp_path / "out" / "model.onnx").ref.instantiate().stands_for()


def test_a_file_that_was_changed_is_refused(towhee: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert towhee("export", "image-embedding", "-o", out).exit_code == 0
    (out / "model.json").write_text("{}")
    done = towhee("run", out, PHOTOGRAPHS[0])
    assert done.exit_code == 1
    assert "is damaged" in done.stderr


def test_openvino_runs_its_form_alone(
    towhee: Any, images: Path, tmp_path: Path, reference: Vectors
) -> None:
    done = towhee("export", images, "-o", tmp_path / "out", "--format", "openvino")
    assert done.exit_code == 0, done.stderr
    core = openvino.Core()
    model = core.compile_model(tmp_path / "out" / "model.xml", "CPU")
    found = model(pixels_of(tmp_path / "out" / "model.json"))[0]
    assert least_cosine(found, reference) >= 0.9999


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_torch_runs_its_form_without_the_models_code(
    towhee: Any, images: Path, tmp_path: Path, reference: Vectors
) -> None:
    done = towhee("export", images, "-o", tmp_path / "out", "--format", "torchscript")
    assert done.exit_code == 0, done.stderr
    model = torch.jit.load(str(tmp_path / "out" / "model.pt"))
    pixels = pixels_of(tmp_path / "out" / "model.json")
    assert least_cosine(model(torch.from_numpy(pixels)).detach().numpy(), reference) >= 0.9999


def test_a_repository_of_triton_says_what_the_model_takes(
    towhee: Any, images: Path, tmp_path: Path, reference: Vectors
) -> None:
    done = towhee("export", images, "-o", tmp_path / "out", "--format", "triton")
    assert done.exit_code == 0, done.stderr
    folder = tmp_path / "out" / "tiny"
    session = onnxruntime.InferenceSession(folder / "1" / "model.onnx")
    (found,) = session.run(None, {"pixels": pixels_of(folder / "model.json")})
    assert least_cosine(found, reference) >= 0.9999
    config = (folder / "config.pbtxt").read_text()
    assert 'name: "tiny"\nplatform: "onnxruntime_onnx"\n' in config
    assert 'name: "pixels"\n    data_type: TYPE_UINT8\n    dims: [ 160, 160, 3 ]' in config
    assert f'name: "vectors"\n    data_type: TYPE_FP32\n    dims: [ {found.shape[1]} ]' in config


def pixels_of(file: Path) -> npt.NDArray[np.uint8]:
    """What the photographs become by what a file says that lies beside a model."""
    from towhee.models.preprocess import Preprocess

    prepare = Preprocess.from_config(json.loads(file.read_text()))
    decode = ops.image_decode.pil()
    return np.stack([prepare.pixels(decode(path)) for path in PHOTOGRAPHS])


def test_other_vectors_than_the_pipelines_are_not_written(
    towhee: Any, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from towhee.models.preprocess import Preprocess

    wrong = Preprocess(input_size=(3, 160, 160), crop_pct=0.2)
    monkeypatch.setattr(Preprocess, "as_config", lambda self: vars_of(wrong))
    done = towhee("export", images, "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "gives other vectors than tiny" in done.stderr
    assert list(tmp_path.iterdir()) == []


def vars_of(preprocess: Any) -> dict[str, Any]:
    return {name: getattr(preprocess, name) for name in type(preprocess).__slots__}


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("text-embedding-hashing", [], "text_embedding.hashing cannot be exported"),
        ("video-copy-detection", [], "are exported"),
        ("image-embedding", ["--format", "torchscript"], "has no torch module"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(
    towhee: Any, tmp_path: Path, name: str, options: list[str], said: str
) -> None:
    done = towhee("export", name, "-o", tmp_path / "out", *options)
    assert done.exit_code == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_random_weights_are_refused(towhee: Any, tmp_path: Path) -> None:
    done = towhee(
        "export", "image-embedding-resnet18", "-o", tmp_path / "out", "--set", "pretrained=false"
    )
    assert done.exit_code == 1
    assert "random weights" in done.stderr


def test_a_folder_that_holds_something_is_left_alone(towhee: Any, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    done = towhee("export", "image-embedding", "-o", tmp_path)
    assert done.exit_code == 1
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
