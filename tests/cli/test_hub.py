"""``towhee hub pull``: weights from a Hub, served on loopback, into the cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer
from tiny_models import random_timm_repository
from towhee.models.pretrained_tags import PINNED
from towhee.models.spec import model_spec
from towhee.models.timm_models import timm_config
from towhee.pipelines import find_pipeline
from towhee.pipelines.weights import weights_here

PULL = "from towhee.cli.main import main; main()"


def pull(
    endpoint: str, home: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    return subprocess.run(
        [sys.executable, "-c", PULL, *arguments],
        env={**os.environ, **hub, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_weights_are_pulled_once_and_then_listed_as_here(tmp_path: Path) -> None:
    random_timm_repository(tmp_path / "hub", "resnet18")
    home = tmp_path / "home"
    with HubServer(tmp_path / "hub") as endpoint:
        done = pull(endpoint, home, "hub", "pull", "image-embedding-resnet18", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["model"] == model_spec("resnet18").full_name
    assert Path(told["path"]).stat().st_size == told["bytes"] > 0
    assert home in Path(told["path"]).parents
    again = pull(endpoint, home, "hub", "pull", "resnet18")  # the server is gone
    assert again.returncode == 0, again.stderr
    assert told["path"] in again.stdout
    listed = json.loads(pull(endpoint, home, "pipelines", "--json").stdout)
    here = [row["name"] for row in listed if row["weights_here"]]
    assert here == ["image-embedding", "image-embedding-resnet18"]


def test_weights_that_cannot_be_had_are_told_in_one_sentence(tmp_path: Path) -> None:
    offline = {"HF_HUB_OFFLINE": "1"}
    done = pull("http://127.0.0.1", tmp_path / "home", "hub", "pull", "resnet18", **offline)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: the weights of resnet18")


def test_the_embedded_model_needs_no_download(towhee: Any) -> None:
    done = towhee("hub", "pull", "image-embedding")
    assert done.exit_code == 0
    assert "inside the package" in done.stdout


def test_an_unknown_model_is_answered_with_the_closest(towhee: Any) -> None:
    done = towhee("hub", "pull", "resnet5")
    assert done.exit_code == 1
    assert "'resnet50'" in done.stderr


def test_without_timm_it_says_what_to_install(towhee: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    done = towhee("hub", "pull", "resnet18")
    assert done.exit_code == 1
    assert 'pip install "towhee[torch]"' in done.stderr


def test_the_repositories_looked_for_are_timms_own() -> None:
    for name in PINNED:
        spec = model_spec(name)
        assert timm_config(spec)["hf_hub_id"] == f"timm/{spec.full_name}"


def test_without_the_hubs_client_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert weights_here(find_pipeline("image-embedding-resnet18")) is None
