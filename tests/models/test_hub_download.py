"""Pretrained weights come from the Hugging Face Hub through its own client and cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub_server import HubServer
from tiny_models import random_timm_repository

PROGRAM = """
import json, sys
import numpy as np
import towhee
picture = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
try:
    embed = towhee.pipeline("image-embedding-resnet18")
    print(json.dumps(embed(picture).tolist()))
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


def run(endpoint: str, home: Path, **environment: str) -> list[object]:
    """Embed one picture in a process of its own that takes ``endpoint`` for the Hub."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **hub, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    result: list[object] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hub of one repository: a ResNet-18 in the real format."""
    root = tmp_path_factory.mktemp("repositories")
    random_timm_repository(root, "resnet18")
    return root


def test_weights_are_downloaded_once_and_serve_offline(repositories: Path, tmp_path: Path) -> None:
    with HubServer(repositories) as endpoint:
        first = run(endpoint, tmp_path)
    assert len(first) == 512
    assert run(endpoint, tmp_path) == first, "the server is gone: the cache has to do"
    assert run(endpoint, tmp_path, HF_HUB_OFFLINE="1") == first


def test_vectors_are_those_of_timm_with_the_same_weights(
    repositories: Path, tmp_path: Path
) -> None:
    import numpy as np
    import PIL.Image

    from towhee.models.timm_models import import_timm

    with HubServer(repositories) as endpoint:
        ours = np.array(run(endpoint, tmp_path))
    timm = import_timm()
    folder = repositories / "timm/resnet18.a1_in1k"
    model = timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=0).eval()
    settings = timm.data.resolve_data_config({}, model=model)
    picture = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
    prepare = timm.data.create_transform(**settings, is_training=False)
    theirs = model(prepare(PIL.Image.fromarray(picture))[None])[0].detach().numpy()
    assert np.abs(ours - theirs / np.linalg.norm(theirs)).max() < 1e-5


def test_without_network_or_cache_one_error_says_how_to_get_them(tmp_path: Path) -> None:
    name, message = run("http://127.0.0.1:9", tmp_path, HF_HUB_OFFLINE="1")
    assert name == "WeightsError"
    for remedy in ("towhee hub pull resnet18.a1_in1k", "HF_HUB_OFFLINE", "checkpoint="):
        assert remedy in str(message)


def test_a_download_cut_short_is_no_model(repositories: Path, tmp_path: Path) -> None:
    with HubServer(repositories, cut=0.5) as endpoint:
        name, message = run(endpoint, tmp_path)
    assert name == "WeightsError", message
    with HubServer(repositories) as endpoint:
        assert len(run(endpoint, tmp_path)) == 512, "what was cut short must not stay in the cache"
