"""Pretrained weights come from the Hugging Face Hub through its own client and cache."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hub_server import HubServer
from tiny_models import random_timm_repository

REPOSITORY = "timm/mobilenetv2_100.tf_in1k"
NOWHERE = "http://127.0.0.1:9"
PICTURE = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
PROGRAM = """
import json, sys
import numpy as np
from towhee.errors import TowheeError
from towhee.models.describe import describe_model
from towhee.operators.image_embedding.timm import TimmImageEmbedding
picture = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
name = sys.argv[1]
try:
    embed = TimmImageEmbedding(name, backend="torch")
    told = {"vector": embed(picture).tolist(), "model": embed.spec.full_name,
            "revision": embed.spec.revision, "sha256": embed.spec.sha256,
            "described": describe_model(name)}
except TowheeError as error:
    told = {"error": type(error).__name__, "message": str(error)}
print(json.dumps(told))
"""


def embedded(name: str, endpoint: str, home: Path, **environment: str) -> dict[str, Any]:
    """Embed one picture in a process of its own that takes ``endpoint`` for the Hub."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name],
        env={**os.environ, **hub, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**told, "stderr": done.stderr}


@pytest.fixture(scope="module")
def repositories(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hub of real weights: a MobileNetV2; and of a vision transformer, which timm would read
    from a file of another form than the Hub's."""
    root = tmp_path_factory.mktemp("repositories")
    shutil.copytree(shared_data.parent / "models/mobilenetv2_100.tf_in1k", root / REPOSITORY)
    random_timm_repository(root, "vit_tiny_patch16_224")
    return root


def of_timm(folder: Path) -> np.ndarray:
    """The vector that timm itself gives for the picture, of unit length."""
    import PIL.Image

    from towhee.models.timm_models import import_timm

    timm = import_timm()
    model = timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=0).eval()
    prepare = timm.data.create_transform(
        **timm.data.resolve_data_config({}, model=model), is_training=False
    )
    vector: np.ndarray = model(prepare(PIL.Image.fromarray(PICTURE))[None])[0].detach().numpy()
    return vector / np.linalg.norm(vector)


def test_a_repository_is_downloaded_once_and_serves_offline(
    repositories: Path, tmp_path: Path
) -> None:
    name = f"hf-hub:{REPOSITORY}"
    server = HubServer(repositories)
    with server as endpoint:
        first = embedded(name, endpoint, tmp_path)
    assert np.abs(first["vector"] - of_timm(repositories / REPOSITORY)).max() < 1e-5
    downloads = [request for request in server.requests if re.match("GET .*/resolve/", request)]
    assert len(downloads) == 2, "its configuration and its weights, each once"
    again = embedded(name, endpoint, tmp_path)  # the server is gone: the cache has to do
    offline = embedded(name, endpoint, tmp_path, HF_HUB_OFFLINE="1")
    assert first["vector"] == again["vector"] == offline["vector"]
    described = offline["described"]
    assert described["weights_here"]
    assert (described["dimension"], described["license"]) == (1280, "apache-2.0")
    assert described["revision"] == first["revision"] == Path(described["path"]).parent.name


def test_a_name_of_timm_is_downloaded_from_its_repository(
    repositories: Path, tmp_path: Path
) -> None:
    with HubServer(repositories) as endpoint:
        told = embedded("vit_tiny_patch16_224", endpoint, tmp_path)
    assert told["model"] == "vit_tiny_patch16_224.augreg_in21k_ft_in1k"
    assert np.abs(told["vector"] - of_timm(repositories / f"timm/{told['model']}")).max() < 1e-5


@pytest.mark.parametrize("environment", [{}, {"HF_HUB_OFFLINE": "1"}], ids=str)
def test_without_network_or_cache_one_error_says_how_to_get_them(
    environment: dict[str, str], tmp_path: Path
) -> None:
    told = embedded("resnet50", NOWHERE, tmp_path, **environment)
    assert told["error"] == "WeightsError"
    for remedy in ("towhee hub pull resnet50.a1_in1k", "HF_HUB_OFFLINE", "checkpoint="):
        assert remedy in told["message"]
    assert "Retrying" not in told["stderr"], "a dead network is told at once"


def test_a_repository_that_does_not_exist_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    with HubServer(tmp_path / "hub") as endpoint:
        told = embedded("hf-hub:no/such.model", endpoint, tmp_path)
    assert told["error"] == "WeightsError"
    assert "the Hub has no model repository no/such.model" in told["message"]


def test_a_download_cut_short_is_no_model(repositories: Path, tmp_path: Path) -> None:
    name = "vit_tiny_patch16_224"
    with HubServer(repositories, cut=0.5) as endpoint:
        told = embedded(name, endpoint, tmp_path)
    assert told.get("error") == "WeightsError", told
    with HubServer(repositories) as endpoint:
        told = embedded(name, endpoint, tmp_path)
    assert len(told["vector"]) == 192, "what was cut short must not stay in the cache"


def test_weights_that_changed_in_the_cache_are_refused_by_their_digest(
    repositories: Path, tmp_path: Path
) -> None:
    name = f"hf-hub:{REPOSITORY}"
    with HubServer(repositories) as endpoint:
        told = embedded(name, endpoint, tmp_path)
    file = Path(told["described"]["path"])
    with file.resolve().open("r+b") as weights:
        weights.seek(-4, os.SEEK_END)
        weights.write(b"\x00\x01\x02\x03")
    told = embedded(name, NOWHERE, tmp_path)
    assert told["error"] == "WeightsError"
    assert str(file) in told["message"]
    assert "is damaged" in told["message"]
