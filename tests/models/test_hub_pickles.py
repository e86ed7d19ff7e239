"""Weights of the Hub that can run code are loaded for those who say so, and for no one else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer
from tiny_tokenizers import SENTENCES
from tiny_writers import marian
from towhee.operators.machine_translation.transformers import TransformersMachineTranslation

NAME = "Helsinki-NLP/opus-mt-en-xx"
PROGRAM = """
import json, sys
from towhee import ops
from towhee.errors import TowheeError
try:
    translate = ops.machine_translation.opus_mt(
        model_name="opus-mt-en-xx", max_new_tokens=8, device="cpu", trust_pickle=bool(sys.argv[1])
    )
    print(json.dumps([translate(text) for text in sys.argv[2:]]))
except TowheeError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
"""


def translated(trust: str, *, endpoint: str, home: Path, **environment: str) -> Any:
    """What a process of its own says, which takes ``endpoint`` for the Hub."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, trust, *SENTENCES[:3]],
        env={**os.environ, **hub, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def expected(tmp_path: Path) -> list[str]:
    """What the model writes; on the Hub of the test it is a pickle."""
    import torch
    from safetensors.torch import load_file

    folder = marian(tmp_path / "hub" / NAME)
    translate = TransformersMachineTranslation(checkpoint=folder, max_new_tokens=8, device="cpu")
    written = [translate(text) for text in SENTENCES[:3]]
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return written


def test_a_pickle_is_pulled_once_if_it_is_trusted_and_refused_otherwise(
    expected: list[str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    server = HubServer(tmp_path / "hub")
    with server as endpoint:
        refused = translated("", endpoint=endpoint, home=home)
        assert refused["error"] == "WeightsError"
        assert "holds no safetensors: pass trust_pickle=True" in refused["message"]
        assert not any("pytorch_model.bin" in line for line in server.requests)
        assert translated("yes", endpoint=endpoint, home=home) == expected
    offline = translated("yes", endpoint=endpoint, home=home, HF_HUB_OFFLINE="1")
    assert offline == expected
