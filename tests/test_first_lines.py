"""The lines with which people meet towhee run as they stand, folders and weights aside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import towhee
from hub_server import HubServer
from tiny_models import random_timm_repository

SAMPLES = Path(towhee.__file__).parent / "samples"

ONE_NAME = """
from towhee import pipeline
embed = pipeline("image-embedding-resnet50")
vector = embed("towhee.jpg")
import numpy as np
assert vector.shape == (2048,) and vector.dtype == np.float32, vector
assert abs(np.linalg.norm(vector) - 1) < 1e-5
"""

REVERSE_IMAGE_SEARCH = """
from towhee.functional import DataCollection
dataset = DataCollection.from_glob("images/*.jpg").unstream()
query = DataCollection.from_glob("queries/*.jpg").unstream()
data = dataset.image_decode.cv2().image_embedding.timm(model_name="resnet50")
result = (
    query.image_decode.cv2()
         .image_embedding.timm(model_name="resnet50")
         .towhee.search_vectors(data=data, cal="L2", topk=5)
         .map(lambda x: x.ids)
         .select_from(dataset)
)
from pathlib import Path
pairs = zip(query, result)
found = {Path(path).name: [Path(near).name for near in nearest] for path, nearest in pairs}
"""

PRIMES = """
from towhee.functional import DataCollection
def prime(x):
    return x > 1 and all(x % d for d in range(2, x))
result = (
    DataCollection.range(100).filter(prime).filter(lambda x: x % 10 == 3).map(str).to_list()
)
assert result == ['3', '13', '23', '43', '53', '73', '83'], result
"""


def run(program: str, folder: Path, **environment: str) -> None:
    """Run a program in a folder with the sample pictures, as a user would."""
    for name, target in {"images": "gallery", "queries": "queries"}.items():
        (folder / name).symlink_to(SAMPLES / target)
    (folder / "towhee.jpg").symlink_to(SAMPLES / "gallery/cat.jpg")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_the_primes_that_end_in_three(tmp_path: Path) -> None:
    run(PRIMES, tmp_path)


@pytest.mark.parametrize("program", [ONE_NAME, REVERSE_IMAGE_SEARCH], ids=["one name", "search"])
def test_snippets_with_weights_from_a_hub(program: str, tmp_path: Path) -> None:
    random_timm_repository(tmp_path / "hub", "resnet50")
    with HubServer(tmp_path / "hub") as endpoint:
        home = str(tmp_path / "home")
        run(program, tmp_path, HF_ENDPOINT=endpoint, HF_HOME=home, HF_HUB_DISABLE_XET="1")


def test_reverse_image_search_finds_the_originals_of_edited_pictures(
    tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data.parent / "models/mobilenetv2_100.tf_in1k"
    program = REVERSE_IMAGE_SEARCH.replace(
        'model_name="resnet50"', f'model_name="mobilenetv2_100", checkpoint={str(folder)!r}'
    )
    program += """
import json
expected = json.loads(Path("queries").resolve().parent.joinpath("expected.json").read_text())
wrong = {query: found[query] for query in expected if expected[query] not in found[query]}
assert not wrong, wrong
"""
    run(program, tmp_path)
